"""What must not be in the file is not in it."""

import re

import pytest
from agentscope_recorder import Recorder

from tests.recorder.reading import told

KEY = "sk-ant-" + "a1B2" * 10


def test_well_known_secrets_are_masked(run, trace):
    run.tool_result("t1", f"key: {KEY}\nAuthorization: Bearer abcdefgh1234\nhttps://ada:pass123@example.com")
    text = trace.read_text()
    assert KEY not in text
    assert "abcdefgh1234" not in text
    assert "pass123" not in text
    assert text.count("[redacted:") == 3


def test_values_of_env_files_and_of_secret_variables_are_masked(tmp_path, trace, monkeypatch):
    (tmp_path / ".env").write_text(
        '# keys\nDB_PASSWORD="hunter2-hunter2"\nDEBUG=true\nexport API_KEY=q"uo\\te-123456\n'
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MY_TOKEN", "swordfish-9")
    run = Recorder(trace, run="r")
    run.log("info", 'hunter2-hunter2 and swordfish-9 and q"uo\\te-123456 but true')
    [(_, text)] = told(trace, "text")
    assert text == "[redacted:env] and [redacted:env] and [redacted:env] but true"


@pytest.mark.parametrize(
    "rule",
    [
        "acct-[0-9]+",
        re.compile(r"acct-[0-9]+"),
        re.compile(r"(?P<secret>acct-[0-9]+)"),
        lambda t: t.replace("acct-42", "x"),
    ],
)
def test_rules_of_ones_own(trace, rule):
    Recorder(trace, redact=[rule]).log("info", "pay acct-42 now")
    assert "acct-42" not in trace.read_text()
    assert told(trace, "level") == [("log", "info")]


def test_rule_that_breaks_the_json_withholds_the_event(trace):
    Recorder(trace, redact=[lambda text: text.replace('"', "")]).log("info", "pay acct-42 now")
    assert "acct-42" not in trace.read_text()


def test_denied_fields_and_files_are_withheld(trace):
    run = Recorder(trace, deny_fields=["password"], deny_paths=["secrets/*"])
    run.tool_call("login", {"user": "ada", "deep": [{"Password": "x1"}]})
    run.tool_call("read_file", {"path": "app/secrets/a.txt", "text": "y2"}, id="t1")
    run.tool_result("t1", "z3")
    run.file_change("secrets/b", before="w4", after="v5")
    assert told(trace, "args", "output", "before") == [
        ("tool_call", {"user": "ada", "deep": [{"Password": "[withheld]"}]}, None, None),
        ("tool_call", {"path": "app/secrets/a.txt", "text": "[withheld]"}, None, None),
        ("tool_result", None, "[withheld]", None),
        ("file_change", None, None, "[withheld]"),
    ]


def test_metadata_mode_keeps_when_what_and_how_much(trace):
    run = Recorder(trace, capture="metadata", task="the plan")
    run.llm_call(
        model="m",
        messages=[{"role": "user", "content": "the plan"}],
        content=[
            {"type": "text", "text": "the plan"},
            {"type": "tool_use", "id": "t1", "name": "read", "input": {"p": "the plan"}},
        ],
        usage={"input_tokens": 3},
    )
    run.tool_call("read", {"path": "the plan"}, id="t1")
    run.tool_result("t1", "the plan", full="the plan")
    run.error("the plan failed")
    assert "the plan" not in trace.read_text()
    assert told(trace, "model", "usage", "args", "output_chars", "is_error") == [
        ("llm_call", "m", {"input_tokens": 3}, None, None, None),
        ("tool_call", None, None, {"path": "[withheld]"}, None, None),
        ("tool_result", None, None, None, 8, None),
        ("error", None, None, None, None, True),
    ]


def test_long_texts_are_cut_and_say_so(trace):
    Recorder(trace, text_chars=5).tool_result("t1", {"deep": ["abcdefgh"]})
    assert told(trace, "output") == [("tool_result", {"deep": ["abcde… [3 characters left out]"]})]

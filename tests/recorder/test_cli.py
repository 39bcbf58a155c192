"""The commands: what they print, and their exit status."""

import json
import subprocess
import sys

import pytest
from agentscope_recorder import Recorder
from agentscope_recorder.cli import main
from agentscope_recorder.cli.doctor import clock_check


@pytest.fixture
def written(trace):
    """A trace with a sub-agent, a failed tool and hostile text."""
    with Recorder(trace, agent="loop", task="Fix it", run="r1") as run:
        messages = [{"role": "user", "content": "Fix it"}]
        asked = [{"type": "tool_use", "id": "t1", "name": "read", "input": {"path": "a.py"}}]
        run.llm_call(
            model="m-1", messages=messages, content=asked, usage={"input_tokens": 1200, "output_tokens": 7}
        )
        run.tool_call("read", {"path": "a.py"}, id="t1")
        run.tool_result("t1", "x = 1", duration_ms=1500)
        with run.step("agent", "helper", id="a1"):
            run.tool_call("bash", {"command": "make\x1b[31m"}, id="t2")
            run.tool_result("t2", "no rule", exit_code=2, error="no rule to make target")
        run.llm_call(
            model="m-1", messages=[*messages, {"role": "assistant", "content": asked}], content="Done."
        )
        run.tool_call("slow", {}, id="t3")
    return trace


def test_show_prints_a_tree(written, capsys):
    assert main(["show", str(written)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:6] == [
        "r1  loop  Fix it  done",
        "├─ ✓ llm m-1  1,200 → 7 tokens",
        "├─ ✓ tool read  a.py  1.5 s",
        "├─ ✓ agent helper  0.0 s",
        "│  └─ ✗ tool bash  no rule to make target  exit 2",
        "├─ ✓ llm m-1  Done.",
    ]
    assert lines[6] == "└─ … tool slow"
    assert "\x1b" not in "".join(lines)


def test_replay_prints_the_messages(written, capsys):
    assert main(["replay", str(written), "--to", "1"]) == 0
    assert json.loads(capsys.readouterr().out) == [{"role": "user", "content": "Fix it"}]
    assert main(["replay", str(written)]) == 0
    assert len(json.loads(capsys.readouterr().out)) == 2
    assert main(["replay", str(written), "--to", "9"]) == 1
    assert "--to takes 1 to 2" in capsys.readouterr().err


def test_diff_says_where_two_runs_part(written, tmp_path, capsys):
    other = tmp_path / "other.jsonl"
    other.write_text(written.read_text().replace("a.py", "b.py"))
    assert main(["diff", str(written), str(written)]) == 0
    assert capsys.readouterr().out == "Both do the same 6 steps.\n"
    assert main(["diff", str(written), str(other)]) == 1
    assert capsys.readouterr().out.splitlines()[0] == "The same for 0 steps, then:"


def test_run_records_a_command_and_gives_its_status(trace, tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    code = "import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)"
    assert main(["run", "--trace", str(trace), "--task", "Try", "--", sys.executable, "-c", code]) == 3
    said = capfd.readouterr()
    assert (said.out, said.err) == ("out\n", "err\n")
    events = [json.loads(line) for line in trace.read_text().splitlines()]
    step = events[1]["id"]
    assert [(e["kind"], e.get("parent"), e.get("text")) for e in events if e["kind"] == "log"] in (
        [("log", step, "out"), ("log", step, "err")],
        [("log", step, "err"), ("log", step, "out")],
    )
    assert (events[-2]["exit_code"], events[-1]["status"], events[0]["task"]) == (3, "failed", "Try")


def test_run_records_what_a_command_changes_in_its_repository(trace, tmp_path, monkeypatch):
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    monkeypatch.chdir(tmp_path)
    assert main(["run", "--trace", str(trace), "--", "sh", "-c", "echo 1 > made.txt"]) == 0
    events = [json.loads(line) for line in trace.read_text().splitlines()]
    [step] = [event["id"] for event in events if event["kind"] == "tool_call"]
    made = {"path": "made.txt", "op": "create", "after": "1\n", "step": step, "origin": "observed"}
    [change, _net] = [event for event in events if event.get("path") == "made.txt"]
    assert {name: change[name] for name in made} == made


@pytest.mark.parametrize(
    ("argv", "sentence"),
    [
        (["show", "nowhere.jsonl"], "nowhere.jsonl cannot be read (No such file or directory)."),
        (["push", "nowhere"], "There is no address: set AGENTSCOPE_URL"),
        (["--url", "http://x", "push"], "There is no key: set AGENTSCOPE_KEY"),
        (["--url", "x:8000", "push"], "The address x:8000 needs http:// or https:// in front."),
        (["run"], "There is no command"),
    ],
)
def test_troubles_are_one_sentence(argv, sentence, capsys):
    assert main(argv) == 1
    said = capsys.readouterr().err
    assert said.startswith("agentscope-recorder: ")
    assert sentence in said


def test_push_sends_traces_only(tmp_path, capsys):
    passwords, others = tmp_path / "passwords.txt", tmp_path / "rows.jsonl"
    passwords.write_text("root:hunter2\n")
    others.write_text('{"name": "Ada"}\n')
    to = ["--url", "http://127.0.0.1:9", "--key", "as_k", "push"]
    assert main([*to, str(passwords)]) == 1
    assert f"{passwords} is no trace of the recorder, and is not sent" in capsys.readouterr().err
    assert main([*to, str(tmp_path)]) == 0
    assert "No traces" in capsys.readouterr().out
    assert {path.name for path in tmp_path.iterdir()} == {"passwords.txt", "rows.jsonl"}


def test_without_a_command_all_are_listed(capsys):
    with pytest.raises(SystemExit) as ended:
        main([])
    assert ended.value.code == 0
    assert "send the sessions of Claude Code, Codex and others as they grow" in " ".join(
        capsys.readouterr().out.split()
    )


def test_doctor_says_what_is_missing(capsys, tmp_path):
    assert main(["doctor"]) == 1
    assert "no address" in capsys.readouterr().out
    assert main(["--url", "http://127.0.0.1:9", "--key", "as_k", "doctor"]) == 1
    assert "does not answer" in capsys.readouterr().out


def test_settings_may_be_in_a_file(tmp_path, capsys):
    (tmp_path / "config.json").write_text('{"url": "http://127.0.0.1:9", "key": "as_secret-key"}')
    main(["doctor"])
    said = capsys.readouterr().out
    assert "address: http://127.0.0.1:9" in said
    assert "as_secret-key" not in said


def test_doctor_finds_all_fine_and_says_where_settings_come_from(product, monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("AGENTSCOPE_KEY", product.ingest_key)
    monkeypatch.setenv("AGENTSCOPE_TRACES", str(tmp_path / "traces"))
    assert main(["--url", product.url, "doctor"]) == 0
    said = capsys.readouterr().out
    assert f"✓ address: {product.url} (from --url)" in said
    assert f"✓ key: {product.ingest_key[:6]}… (from AGENTSCOPE_KEY)" in said
    assert f"✓ the key may send events to {product.team}/{product.project}" in said
    assert "✓ the clocks agree" in said
    assert "✓ all traces there are sent" in said
    Recorder().log("info", "not sent")
    assert main(["--url", product.url, "--key", product.read_key, "doctor"]) == 1
    said = capsys.readouterr().out
    assert "✗ 1 trace is not sent whole" in said
    assert "✗ the key is refused" in said


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ("1970-01-01T00:00:00+00:00", "this clock is 100 s ahead of the server's"),
        ("1970-01-01T00:05:00Z", "this clock is 200 s behind the server's"),
        ("1970-01-01T00:01:38.000001+00:00", "the clocks agree"),
        ("", "the server tells no time"),
    ],
)
def test_doctor_compares_the_clocks(told, sentence):
    assert sentence in clock_check(told, 100.0)[1]

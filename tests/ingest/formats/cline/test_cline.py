"""Cline and Roo: tasks written here as their programs write them; there are no real ones to hold against."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.detect import detect
from ingest.formats.cline import read
from ingest.formats.cline.tags import blocks_of_text
from ingest.importing import read_files
from runs.kinds import Basis, Kind, Op, RunStatus, StepStatus
from runs.records import Tokens
from tests.ingest.formats.cline.script import (
    API,
    BLOCKS,
    ENVIRONMENT,
    LATER,
    TASK,
    UI,
    assistant,
    file,
    ms,
    read_task,
    request,
    say,
    text,
    user,
)
from tests.ingest.formats.mutations import check, mutated

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def at(seconds):
    return START + timedelta(seconds=seconds)


def steps_of(batch, kind):
    return [step for step in batch.steps if step.kind == kind]


def told(batch):
    return [(step.kind, step.tool, step.status) for step in batch.steps]


def test_conversation_and_screen_of_one_folder_are_one_run():
    batch = read_task(api=API, ui=UI)
    (run,) = batch.runs
    assert (run.external_id, run.agent, run.name, run.status) == (
        TASK,
        "cline",
        "Fix the tax",
        RunStatus.DONE,
    )
    assert (run.repo, run.commit, run.cwd) == ("shop", "c0ffee0", "/work/shop")
    assert (run.started_at, run.ended_at) == (START, at(22))
    assert told(batch) == [
        (Kind.PROMPT, None, StepStatus.OK),
        (Kind.LLM, None, StepStatus.OK),
        (Kind.TOOL, "read_file", StepStatus.OK),
        (Kind.LLM, None, StepStatus.OK),
        (Kind.TOOL, "replace_in_file", StepStatus.OK),
        (Kind.PERMISSION, "replace_in_file", StepStatus.OK),
        (Kind.LLM, None, StepStatus.OK),
        (Kind.TOOL, "execute_command", StepStatus.DENIED),
        (Kind.RETRY, None, StepStatus.FAILED),
        (Kind.PERMISSION, "execute_command", StepStatus.DENIED),
        (Kind.LLM, None, StepStatus.OK),
        (Kind.TOOL, "attempt_completion", StepStatus.OK),
        (Kind.FINAL, None, StepStatus.OK),
    ]
    first, second, *_ = steps_of(batch, Kind.LLM)
    assert json.loads(first.output) == [
        {"type": "thinking", "thinking": "Look first."},
        {"type": "text", "text": "I read it."},
        {"type": "tool_use", "id": "", "name": "read_file", "input": {"path": "cart.py"}},
    ]
    assert (first.tokens, first.cost_usd) == (Tokens(input=100, cache_write_5m=30, output=20), 0.01)
    assert (first.started_at, first.ended_at) == (at(1), at(3))
    assert (first.context.size, second.context.size) == (1, 3)
    assert first.context in list(second.context.nodes())
    _, edit, command, _ = steps_of(batch, Kind.TOOL)
    assert (edit.started_at, edit.ended_at) == (at(6), at(9))
    assert (command.error, command.error_kind) == ("Rejected by the user", "human")
    waited = steps_of(batch, Kind.PERMISSION)[1]
    assert (waited.input, waited.started_at, waited.ended_at) == ("rm -rf build", at(12), at(20))
    assert steps_of(batch, Kind.RETRY)[0].error == "429 Slow down"
    assert steps_of(batch, Kind.FINAL)[0].output == "The tax is 2."


def test_an_edit_is_a_fragment_until_the_whole_file_is_known():
    (change,) = read_task(api=API, ui=UI).changes
    assert (change.path, change.op, change.basis) == ("cart.py", Op.EDIT, Basis.FRAGMENT)
    assert (change.before, change.after) == ("tax = 1\n", "tax = 2\n")
    then = BLOCKS.replace("2", "3").replace("1", "2")
    edit = f"<replace_in_file><path>cart.py</path><diff>\n{then}</diff></replace_in_file>"
    again = [*API[:5], assistant(edit), user("[replace_in_file for 'cart.py'] Result:", "Saved.")]
    _, second = read_task(api=again).changes
    assert second.basis == Basis.RECONSTRUCTED
    assert (second.before, second.after) == ("tax = 2\n", "tax = 3\n")


def test_the_screen_alone_has_the_same_keys_and_sums():
    whole, screen = read_task(api=API, ui=UI), read_task(ui=UI)
    assert screen.runs[0].external_id == whole.runs[0].external_id
    calls = (Kind.LLM, Kind.TOOL, Kind.PROMPT)
    assert [s.key for s in screen.steps if s.kind in calls] == [s.key for s in whole.steps if s.kind in calls]
    assert [s.tokens for s in steps_of(screen, Kind.LLM)] == [s.tokens for s in steps_of(whole, Kind.LLM)]
    assert [s.tool for s in steps_of(screen, Kind.TOOL)] == [s.tool for s in steps_of(whole, Kind.TOOL)]
    (change,) = screen.changes
    assert (change.path, change.before, change.after) == ("cart.py", "tax = 1\n", "tax = 2\n")


def test_the_conversation_alone_has_no_times_and_tokens_of_its_messages():
    metrics = {"tokens": {"prompt": 50, "completion": 6, "cached": 40}, "cost": 0.5}
    info = {"modelId": "claude-sonnet-4.6", "providerId": "anthropic", "mode": "act"}
    batch = read_task(api=[API[0], {**API[1], "metrics": metrics, "modelInfo": info, "ts": ms(5)}, *API[2:]])
    first, second, *_ = steps_of(batch, Kind.LLM)
    assert (first.model, first.tokens, first.cost_usd, first.ended_at) == (
        "claude-sonnet-4.6",
        Tokens(input=50, cache_read=40, output=6),
        0.5,
        at(5),
    )
    assert second.tokens is None
    assert batch.runs[0].status == RunStatus.DONE


def test_calls_that_are_blocks_are_paired_with_results_that_are_text_or_blocks():
    use = {"type": "tool_use", "id": "u1", "name": "search_files", "input": {"path": "src", "regex": "tax"}}
    read_it = {"type": "tool_use", "id": "u2", "name": "read_file", "input": {"path": "a.py"}}
    result = {"type": "tool_result", "tool_use_id": "u2", "content": [text("Not found")], "is_error": True}
    batch = read_task(
        api=[
            user("<task>go</task>"),
            assistant([text("Both."), use, read_it]),
            {"role": "user", "content": [text("[search_files for 'tax'] Result:\nFound 1 result."), result]},
        ]
    )
    found, missing = steps_of(batch, Kind.TOOL)
    assert (found.output, found.status, found.detail["pattern"]) == ("Found 1 result.", StepStatus.OK, "tax")
    assert (missing.output, missing.status, missing.error) == ("Not found", StepStatus.FAILED, "Not found")


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        ("Command executed.\nOutput:\nok", (StepStatus.OK, None, None, None)),
        ("Command executed. Exit code: 2\nOutput:\nboom", (StepStatus.FAILED, "command", "exit 2: boom", 2)),
        ("The tool execution failed with the following error:\n<error>\nNo such file\n</error>",
         (StepStatus.FAILED, "validation", "No such file", None)),
        ("Access to a is blocked by the .clineignore file settings.",
         (StepStatus.DENIED, "policy", "Access to a is blocked by the .clineignore file settings.", None)),
        ("Tool [x] was not executed because a tool has already been used in this message.",
         (StepStatus.CANCELLED, "cascade", "Not run: another call came first", None)),
    ],
)  # fmt: skip
def test_failures_are_told_apart(result, expected):
    call = "<execute_command><command>make</command></execute_command>"
    batch = read_task(api=[API[0], assistant(call), user("[execute_command for 'make'] Result:", result)])
    (step,) = steps_of(batch, Kind.TOOL)
    assert (step.status, step.error_kind, step.error, step.exit_code) == expected


def test_a_new_file_is_created_when_the_screen_says_so():
    body = "<content>\n# </content> ends\n</content>"
    write = f"<write_to_file>\n<path>a/b.md</path>\n{body}\n</write_to_file>"
    api = [API[0], assistant(write), user("[write_to_file for 'a/b.md'] Result:", "Saved.")]
    ui = [say(0, "text", "Fix"), request(1), say(2, "tool", {"tool": "newFileCreated", "path": "a/b.md"})]
    (change,) = read_task(api=api, ui=ui).changes
    assert (change.path, change.op, change.basis) == ("a/b.md", Op.CREATE, Basis.CONTENT)
    assert change.after == "# </content> ends"


def test_roo_edits_many_files_at_once():
    diff = "<<<<<<< SEARCH\n:start_line:3\n-------\na\n=======\nb\n>>>>>>> REPLACE"
    files = "".join(
        f"<file><path>{name}</path><diff><content>\n{diff}\n</content></diff></file>"
        for name in ("x.py", "y.py")
    )
    api = [
        API[0],
        assistant(f"<apply_diff>\n<args>{files}</args>\n</apply_diff>"),
        user("[apply_diff for 2 files] Result:", "Changes applied."),
    ]
    used = {"tokensIn": 200, "tokensOut": 5, "cacheReads": 150, "cacheWrites": 20}
    ui = [say(0, "text", "Fix"), request(1, apiProtocol="anthropic", **used)]
    batch = read_task(api=api, ui=ui)
    assert [(c.path, c.before, c.after) for c in batch.changes] == [
        ("x.py", "a\n", "b\n"),
        ("y.py", "a\n", "b\n"),
    ]
    assert batch.runs[0].agent == "roo-code"
    assert steps_of(batch, Kind.LLM)[0].tokens == Tokens(
        input=30, cache_read=150, cache_write_5m=20, output=5
    )


def test_a_human_says_more_and_the_task_goes_on():
    feedback = "The user has provided feedback.\n<feedback>\nAlso the fee\n</feedback>"
    more = [
        *API,
        user("[attempt_completion] Result:", feedback),
        assistant("<plan_mode_respond><response>Which fee?</response></plan_mode_respond>"),
    ]
    batch = read_task(api=more)
    assert [step.input for step in steps_of(batch, Kind.PROMPT)] == ["Fix the tax", "Also the fee"]
    assert batch.runs[0].status == RunStatus.UNFINISHED


def test_a_request_that_was_stopped_or_failed():
    ui = [say(0, "text", "Fix"), request(1, cancelReason="user_cancelled"), say(2, "text", "I will")]
    assert read_task(ui=ui).runs[0].status == RunStatus.INTERRUPTED
    ui = [
        say(0, "text", "Fix"),
        request(1, cancelReason="streaming_failed", streamingFailedMessage="502 Bad gateway"),
    ]
    batch = read_task(api=[API[0]], ui=ui)
    assert told(batch) == [(Kind.PROMPT, None, StepStatus.OK), (Kind.RETRY, None, StepStatus.FAILED)]
    assert steps_of(batch, Kind.RETRY)[0].error == "502 Bad gateway"


def test_an_answer_without_a_tool_is_an_error_of_its_own():
    batch = read_task(
        api=[API[0], assistant("Hm."), user("[ERROR] You did not use a tool in your previous response!")]
    )
    (error,) = steps_of(batch, Kind.ERROR)
    assert (error.name, error.error_kind) == ("No tool", "validation")


def test_a_condensed_conversation_begins_anew():
    condense = {"summary": "So far.", "prevContextTokens": 900, "newContextTokens": 90, "cost": 0.1}
    ui = [*UI[:3], say(4, "condense_context", contextCondense=condense)]
    api = [API[0], API[1], {"role": "user", "content": "So far.", "isSummary": True}, assistant("Go on.")]
    batch = read_task(api=api, ui=ui)
    (step,) = steps_of(batch, Kind.COMPACTION)
    assert (step.output, step.detail) == ("So far.", {"pre_tokens": 900, "post_tokens": 90, "cost_usd": 0.1})
    assert steps_of(batch, Kind.LLM)[1].context.size == 1


def test_a_tool_of_a_server_has_its_name():
    names = "<server_name>linear</server_name><tool_name>get</tool_name>"
    call = f'<use_mcp_tool>{names}<arguments>{{"id": 7}}</arguments></use_mcp_tool>'
    (step,) = steps_of(read_task(api=[API[0], assistant(call)]), Kind.TOOL)
    assert (step.tool, step.input, step.detail["server"]) == ("mcp__linear__get", '{"id":7}', "linear")


def test_a_session_of_the_command_line_program():
    edit = {"path": "/work/shop/cart.py", "old_text": "tax = 1", "new_text": "tax = 2"}
    outcome = {"query": "edit:/work/shop/cart.py", "result": "Edited cart.py", "success": True}
    failure = [{"query": "make", "error": "no rule", "success": False}]
    usage = {"inputTokens": 35_912, "outputTokens": 40, "cacheReadTokens": 34_332, "cost": 0.02}
    asks = [
        text("On it."),
        {"type": "tool_use", "id": "t1", "name": "editor", "input": edit},
        {"type": "tool_use", "id": "t2", "name": "run_commands", "input": {"commands": ["make", "ls"]}},
    ]
    results = [
        {"type": "tool_result", "tool_use_id": "t1", "content": json.dumps(outcome)},
        {"type": "tool_result", "tool_use_id": "t2", "content": json.dumps(failure)},
    ]
    model = {"id": "gpt-5.5", "provider": "openai"}
    messages = [
        {"id": "m1", "ts": ms(0), **user('<user_input mode="act">Fix</user_input>')},
        {"id": "m2", "ts": ms(3), **assistant(asks, modelInfo=model, metrics=usage)},
        {"id": "m3", "ts": ms(5), "role": "user", "content": results},
        {"id": "m4", "ts": ms(7), **assistant([text("Done.")])},
    ]
    sdk = {"version": 1, "sessionId": "s-1", "system_prompt": "You are Cline.", "messages": messages}
    manifest = {"session_id": "s-1", "messages_path": "x", "cwd": "/work/shop", "status": "completed"}
    batch = read_task(messages=sdk, session=manifest)
    (run,) = batch.runs
    assert (run.external_id, run.model, run.cwd, run.status) == (
        "s-1",
        "gpt-5.5",
        "/work/shop",
        RunStatus.DONE,
    )
    first, last = steps_of(batch, Kind.LLM)
    assert first.tokens == Tokens(input=1_580, cache_read=34_332, output=40)
    assert (first.cost_usd, last.context.size) == (0.02, 4)
    edited, ran = steps_of(batch, Kind.TOOL)
    assert (edited.output, edited.status) == ("Edited cart.py", StepStatus.OK)
    assert (ran.status, ran.error, ran.detail["command"]) == (StepStatus.FAILED, "no rule", "make && ls")
    (change,) = batch.changes
    assert (change.path, change.basis, change.after) == ("cart.py", Basis.FRAGMENT, "tax = 2")
    assert [step.input for step in steps_of(batch, Kind.PROMPT)] == ["Fix"]


def test_what_lies_beside_is_read_along():
    metadata = {
        "files_in_context": [{"path": "a.py", "record_source": "user_edited"}],
        "model_usage": [{"ts": ms(0), "model_id": "m-1"}, {"ts": ms(8), "model_id": "m-2"}],
        "environment_history": [{"cline_version": "3.40.0"}],
    }
    item = {
        "id": TASK,
        "ts": ms(0),
        "task": "Fix",
        "tokensIn": 1,
        "tokensOut": 1,
        "totalCost": 0.5,
        "mode": "code",
    }
    batch = read_task(api=API, ui=UI, task_metadata=metadata, history_item=item)
    (run,) = batch.runs
    assert (run.agent_version, run.meta["edited_by_human"], run.meta["total_cost_usd"]) == (
        "3.40.0",
        ["a.py"],
        0.5,
    )
    assert [step.model for step in steps_of(batch, Kind.LLM)] == ["m-1", "m-1", "m-2", "m-2"]


def test_two_tasks_in_two_folders_are_two_runs():
    other = "tasks/1772366499999"
    files = [file("ui_messages.json", UI), file("api_conversation_history.json", API, other)]
    assert [run.external_id for run in read(files, now=LATER).runs] == [TASK, "1772366499999"]


@pytest.mark.parametrize("value", [API, UI, [UI[0]]])
def test_it_is_recognised_by_what_is_in_it(value):
    named = file("full.json", value)
    assert detect(named)[0] == "cline"
    assert read_files([named], now=LATER).format == "cline"
    plain = [{"role": "user", "content": "Fix <task>"}, {"role": "assistant", "content": "ok"}]
    assert detect(file("full.json", plain))[0] == "messages"


def test_tags_in_tags_belong_to_what_is_written():
    body = "see <read_file><path>b</path></read_file> here"
    blocks = blocks_of_text(
        f"<write_to_file><path>a</path><content>\n{body}\n</content></write_to_file> End."
    )
    assert blocks == [
        {"type": "tool_use", "id": "", "name": "write_to_file", "input": {"path": "a", "content": body}},
        {"type": "text", "text": "End."},
    ]
    cut = blocks_of_text("<write_to_file><path>a</path><content>half")
    assert cut == [
        {"type": "tool_use", "id": "", "name": "write_to_file", "input": {"path": "a", "content": "half"}}
    ]


EVERYTHING = {
    "api": [
        *API,
        user("[TASK RESUMPTION] x", ENVIRONMENT),
        {"role": "user", "content": "s", "isSummary": True},
    ],
    "ui": [
        *UI,
        say(30, "condense_context", contextCondense={"summary": "x"}),
        say(31, "api_req_failed", "x"),
    ],
}


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_any_value_anywhere_is_read(data):
    whole = mutated(data, EVERYTHING)

    def read_both(files, now):
        return (
            read([*files, file("ui_messages.json", whole.get("ui"))], now=now)
            if "ui" in whole
            else read(files, now=now)
        )

    check(read_both, json.dumps(whole.get("api")).encode("utf-8", "surrogatepass"))
    check(read, json.dumps(whole.get("ui")).encode("utf-8", "surrogatepass"))

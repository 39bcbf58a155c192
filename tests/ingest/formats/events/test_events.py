"""Native events to records: each kind, the small recorder, turn logs, odd input."""

import json
from datetime import UTC, datetime

import pytest

from ingest.formats import events
from ingest.formats.events.usage import tokens_of
from ingest.sources import SourceFile
from runs.kinds import Basis, Kind, Op, RunStatus, StepStatus
from runs.records import Tokens

T0 = 1763638000


def at(seconds: float) -> datetime:
    return datetime.fromtimestamp(T0 + seconds, UTC)


def read(*lines, run="r1", facts=None):
    body = "\n".join(json.dumps(line) for line in lines).encode()
    return events.read_events(events.split(body), run=run, facts=facts)


def only(*lines, **given):
    [step] = read(*lines, **given).steps
    return step


def test_tool_call_and_result_are_one_key():
    batch = read(
        {"kind": "tool_call", "id": "t1", "ts": T0, "name": "Bash", "args": {"command": "ls"}},
        {"kind": "tool_result", "id": "t1", "ts": T0 + 2, "output": "a\nb", "exit_code": 1, "is_error": True},
    )
    call, result = batch.steps
    assert (call.key, call.rank, call.status, call.tool, call.input, call.started_at) == (
        "t1",
        2,
        StepStatus.RUNNING,
        "Bash",
        '{"command": "ls"}',
        at(0),
    )
    assert (result.key, result.rank, result.status, result.error, result.error_kind, result.ended_at) == (
        "t1",
        3,
        StepStatus.FAILED,
        "exit code 1",
        "command",
        at(2),
    )


def test_arguments_inside_a_string_are_unpacked():
    assert only({"kind": "tool_call", "id": "1", "name": "f", "arguments": '{"a":1}'}).input == '{"a":1}'


def test_result_of_any_json_is_its_text():
    assert only({"kind": "tool_result", "id": "1", "output": {"a": [1]}}).output == '{"a": [1]}'


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"output": "x"}, StepStatus.OK),
        ({"output": "x", "is_error": True}, StepStatus.FAILED),
        ({"error": "boom"}, StepStatus.FAILED),
        ({"ok": False}, StepStatus.FAILED),
        ({"status": "denied"}, StepStatus.DENIED),
        ({"status": "cancelled"}, StepStatus.CANCELLED),
        ({"exit_code": 2}, StepStatus.FAILED),
        ({"exit_code": 0}, StepStatus.OK),
    ],
)
def test_result_status(fields, status):
    assert only({"kind": "tool_result", "id": "1", **fields}).status == status


def test_llm_call_keeps_messages_byte_for_byte():
    messages = ['{"role":"user","content":"hé  \\u00e9"}', '{ "role" : "assistant", "content": [] }']
    body = '{"run":"r","kind":"llm_call","id":"m","content":"done","messages":[' + " , ".join(messages) + "]}"
    [step] = events.read_events(events.split(body.encode())).steps
    found = [node.message.data.decode() for node in step.context.nodes()][::-1]
    assert found == messages
    assert json.loads(step.output) == [{"type": "text", "text": "done"}]
    assert step.output_preview == "done"


def test_contexts_of_one_batch_share_their_beginning():
    first = [{"role": "user", "content": "a"}]
    batch = read(
        {"kind": "llm_call", "id": "1", "messages": first},
        {"kind": "llm_call", "id": "2", "messages": [*first, {"role": "assistant", "content": "b"}]},
    )
    assert batch.steps[1].context.parent is batch.steps[0].context


def test_raw_record_leaves_out_large_parts():
    step = only({"kind": "tool_result", "id": "1", "output": "x" * 5000, "note": "kept"})
    assert json.loads(step.raw) == {
        "kind": "tool_result",
        "id": "1",
        "output": "[5002 bytes]",
        "note": "kept",
    }


def test_llm_call_times_without_and_with_duration():
    step = only({"kind": "llm_call", "id": "1", "ts": T0, "content": "x"})
    assert (step.started_at, step.ended_at) == (at(0), None)
    step = only({"kind": "llm_call", "id": "1", "ts": T0, "content": "x", "duration_ms": 1500})
    assert (step.started_at, step.ended_at, step.duration_ms) == (at(-1.5), at(0), 1500)


@pytest.mark.parametrize("name", ["ttft_ms", "time_to_first_token_ms"])
def test_llm_call_keeps_its_parameters_and_its_first_token(name):
    told = {"kind": "llm_call", "id": "m", "params": {"temperature": 0.2, "stop": ["x"]}, name: 812.4}
    assert only(told).detail == {"ttft_ms": 812, "params": {"temperature": 0.2, "stop": ["x"]}}
    assert only({**told, "params": [1], name: "soon"}).detail == {}


def test_change_by_a_human_is_told():
    batch = read({"kind": "file_change", "step": "t", "path": "a", "before": "x", "user_modified": True})
    assert [change.user_modified for change in batch.changes] == [True]


def test_llm_call_in_two_phases():
    start, end = read(
        {"kind": "llm_call", "phase": "start", "turn": 3, "ts": T0, "model": "m"},
        {"kind": "llm_call", "phase": "end", "turn": 3, "ts": T0 + 4, "content": "x"},
    ).steps
    assert start.key == end.key == "llm--3-1"
    assert (start.status, end.status, start.rank, end.rank) == (StepStatus.RUNNING, StepStatus.OK, 1, 2)
    assert (start.started_at, end.ended_at) == (at(0), at(4))


def test_failed_llm_call():
    step = only({"kind": "llm_call", "id": "1", "error": {"type": "x", "message": "overloaded"}})
    assert (step.status, step.error, step.error_kind) == (StepStatus.FAILED, "overloaded", "api")


SMALL_RECORDER = [
    {
        "ts": T0,
        "run": "r1",
        "kind": "llm_call",
        "turn": 1,
        "content": [
            {"type": "text", "text": "Let me look."},
            {"type": "tool_use", "id": "toolu_1", "name": "Bash", "input": {"command": "ls"}},
            {"type": "tool_use", "id": "toolu_2", "name": "Bash", "input": {"command": "pwd"}},
        ],
        "usage": {"input_tokens": 10, "output_tokens": 5, "cache_read_input_tokens": 90},
    },
    {"ts": T0 + 1, "run": "r1", "kind": "tool_call", "name": "Bash", "args": {"command": "pwd"}},
    {"ts": T0 + 2, "run": "r1", "kind": "tool_result", "id": "toolu_2", "output": "/w"},
    {"ts": T0 + 3, "run": "r1", "kind": "tool_call", "name": "Bash", "args": {"command": "ls"}},
    {"ts": T0 + 4, "run": "r1", "kind": "tool_result", "id": "toolu_1", "output": "a.py"},
    {"ts": T0 + 5, "run": "r1", "kind": "error", "tool": "Bash", "err": "boom\nat line 1"},
    {
        "ts": T0 + 6,
        "run": "r1",
        "kind": "blob_ref",
        "id": "toolu_1",
        "path": "blobs/1",
        "size": 9,
        "digest": "ab",
    },
    {"ts": T0 + 7, "run": "r1", "kind": "final", "text": "Done."},
]


def test_small_recorder_is_read():
    batch = read(*SMALL_RECORDER)
    assert batch.quarantined == []
    tools = [(s.key, s.rank, s.input or s.output) for s in batch.steps if s.kind == Kind.TOOL]
    assert tools == [
        ("toolu_1", 1, '{"command": "ls"}'),
        ("toolu_2", 1, '{"command": "pwd"}'),
        ("toolu_2", 2, '{"command": "pwd"}'),
        ("toolu_2", 3, "/w"),
        ("toolu_1", 2, '{"command": "ls"}'),
        ("toolu_1", 3, "a.py"),
    ]
    error, blob, final = batch.steps[-3:]
    assert (error.kind, error.tool, error.error, error.output) == (
        Kind.ERROR,
        "Bash",
        "boom",
        "boom\nat line 1",
    )
    assert blob.detail == {"path": "blobs/1", "size": 9, "digest": "ab", "of": "toolu_1"}
    assert (final.kind, final.output) == (Kind.FINAL, "Done.")
    [run] = batch.runs
    assert (run.status, run.ended_at, run.started_at) == (RunStatus.DONE, at(7), at(0))


TURN_LOG = [
    {"turn": 0, "event": "start", "task": "Fix the test"},
    {
        "turn": 1,
        "stop_reason": "tool_use",
        "input_tokens": 100,
        "output_tokens": 20,
        "content": [{"type": "tool_use", "id": "toolu_1", "name": "Read", "input": {"path": "a.py"}}],
    },
    {"turn": 1, "tool_results": [{"type": "tool_result", "tool_use_id": "toolu_1", "content": "x = 1"}]},
    {
        "turn": 2,
        "stop_reason": "end_turn",
        "input_tokens": 130,
        "output_tokens": 9,
        "content": [{"type": "text", "text": "ok"}],
    },
]


def test_turn_log_is_read():
    batch = read(*TURN_LOG)
    assert [(s.kind, s.turn) for s in batch.steps] == [
        (Kind.PROMPT, 0),
        (Kind.LLM, 1),
        (Kind.TOOL, 1),
        (Kind.TOOL, 1),
        (Kind.LLM, 2),
    ]
    assert batch.steps[1].tokens == Tokens(input=100, output=20)
    assert (batch.steps[3].key, batch.steps[3].output) == ("toolu_1", "x = 1")
    assert batch.runs[0].task == "Fix the test"


def test_file_without_run_names_its_own_run():
    data = "\n".join(json.dumps(line) for line in TURN_LOG).encode()
    first = events.read([SourceFile("a/log.jsonl", data)], now=at(0))
    grown = events.read([SourceFile("a/log.jsonl", data + b'\n{"turn":3,"event":"end"}')], now=at(0))
    other = events.read([SourceFile("b/log.jsonl", data)], now=at(0))
    assert first.runs[0].external_id == grown.runs[0].external_id != other.runs[0].external_id
    assert grown.runs[0].status == RunStatus.DONE


def test_timed_file_keeps_its_run_when_renamed():
    data = b'{"kind":"log","ts":1763638000,"text":"x"}'
    runs = {events.read([SourceFile(name, data)], now=at(0)).runs[0].external_id for name in ("a", "b/c")}
    assert len(runs) == 1


def test_line_without_id_has_the_same_key_every_time():
    line = {"kind": "prompt", "text": "hello"}
    assert only(line).key == only(line).key
    first, second = read(line, line).steps
    assert (first.key, second.key) == (only(line).key, only(line).key + "-1")


def test_line_with_a_time_is_one_event_however_often_it_comes():
    lines = [
        {"kind": "prompt", "text": "hello", "ts": T0},
        {"kind": "tool_call", "name": "A", "args": {}, "ts": T0},
        {"kind": "tool_result", "output": "of a", "ts": T0 + 1},
        {"kind": "blob_ref", "id": "b", "ts": T0 + 1},
    ]
    once, often = read(*lines), read(*lines, *lines)
    assert often.steps == once.steps


def test_newest_open_call_gets_the_result_without_id():
    batch = read(
        {"kind": "tool_call", "name": "A", "args": {"n": 1}},
        {"kind": "tool_call", "name": "B", "args": {"n": 2}},
        {"kind": "tool_result", "output": "of b"},
        {"kind": "tool_result", "name": "A", "output": "of a"},
    )
    a, b, of_b, of_a = batch.steps
    assert (of_b.key, of_a.key) == (b.key, a.key)


def test_sub_agent_lane():
    batch = read(
        {"kind": "agent_start", "agent": "s1", "name": "explorer", "call": "t1", "ts": T0, "text": "look"},
        {"kind": "tool_call", "agent": "s1", "id": "t2", "name": "Read", "ts": T0 + 1},
        {"kind": "agent_end", "agent": "s1", "ts": T0 + 3, "text": "found"},
    )
    lane, start, call, end = batch.steps
    assert (lane.key, lane.rank, start.key, start.parent, start.status) == (
        "agent:s1",
        0,
        "agent:s1",
        "t1",
        StepStatus.RUNNING,
    )
    assert (call.agent, call.parent) == ("s1", "agent:s1")
    assert (end.key, end.status, end.ended_at, end.output) == ("agent:s1", StepStatus.OK, at(3), "found")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ({"kind": "retry", "error": "429", "attempt": 2, "wait_ms": 900}, (Kind.RETRY, StepStatus.FAILED)),
        ({"kind": "compaction", "summary": "s", "tokens_before": 9}, (Kind.COMPACTION, StepStatus.OK)),
        ({"kind": "permission", "tool": "Bash"}, (Kind.PERMISSION, StepStatus.RUNNING)),
        ({"kind": "permission", "tool": "Bash", "decision": "deny"}, (Kind.PERMISSION, StepStatus.DENIED)),
        ({"kind": "handoff", "to": "reviewer"}, (Kind.HANDOFF, StepStatus.OK)),
        ({"kind": "guardrail", "name": "pii", "passed": False}, (Kind.GUARDRAIL, StepStatus.FAILED)),
        ({"kind": "log", "text": "x"}, (Kind.EVENT, StepStatus.OK)),
        ({"kind": "of tomorrow", "text": "x"}, (Kind.EVENT, None)),
    ],
)
def test_other_kinds(line, expected):
    step = only(line)
    assert (step.kind, step.status) == expected
    assert step.raw


def test_run_start_and_end():
    batch = read(
        {
            "kind": "run_start",
            "ts": T0,
            "name": "n",
            "agent": "loop",
            "repo": "shop",
            "session": "s",
            "meta": {"a": 1},
        },
        {"kind": "run_end", "ts": T0 + 9, "status": "failed", "outcome": "tests red", "error": "gave up"},
    )
    [run] = batch.runs
    assert (run.name, run.agent, run.repo, run.session, run.meta) == ("n", "loop", "shop", "s", {"a": 1})
    assert (run.status, run.outcome, run.error, run.ended_at) == (
        RunStatus.FAILED,
        "tests red",
        "gave up",
        at(9),
    )


def test_declared_file_change_is_relative_to_the_folder():
    batch = read(
        {"kind": "run_start", "cwd": "/w/shop"},
        {"kind": "file_change", "step": "t1", "path": "/w/shop/a.py", "op": "create", "after": "x\n"},
        {"kind": "file_change", "step": "t1", "path": "/etc/hosts", "patch": "@@ -1 +1 @@"},
    )
    inside, outside = batch.changes
    assert (inside.path, inside.raw_path, inside.op, inside.basis, inside.outside) == (
        "a.py",
        "/w/shop/a.py",
        Op.CREATE,
        Basis.CONTENT,
        False,
    )
    assert (outside.path, outside.basis, outside.outside) == ("/etc/hosts", Basis.PATCH, True)


@pytest.mark.parametrize(("failed", "count"), [(False, 1), (True, 0)])
def test_edit_tool_makes_a_change_only_when_it_worked(failed, count):
    args = {"file_path": "a.py", "old_string": "x", "new_string": "y"}
    batch = read(
        {"kind": "tool_call", "id": "1", "name": "Edit", "args": args},
        {"kind": "tool_result", "id": "1", "output": "ok", "is_error": failed},
    )
    assert [(c.path, c.before, c.after, c.basis) for c in batch.changes] == [
        ("a.py", "x", "y", Basis.FRAGMENT)
    ] * count


@pytest.mark.parametrize(
    ("tool", "args", "told"),
    [
        ("patch_file", {"path": "a.py", "old": "x", "new": "y"}, ("x", "y", None, Basis.FRAGMENT)),
        ("save_note", {"filename": "a.py", "content": "y"}, (None, "y", None, Basis.CONTENT)),
        ("apply_my_patch", {"file": "a.py", "diff": "@@"}, (None, None, "@@", Basis.PATCH)),
        ("edit_file", {"path": "a.py", "old": "x", "new": "y"}, ("x", "y", None, Basis.FRAGMENT)),
        (
            "edit_file",
            {"path": "a.py", "edits": [{"oldText": "x", "newText": "y"}]},
            ("x", "y", None, Basis.FRAGMENT),
        ),
        (
            "patch_file",
            {"target_file": "a.py", "old_str": "x", "new_str": ""},
            ("x", "", None, Basis.FRAGMENT),
        ),
        ("edit_file", {"path": "a.py", "diff": "@@"}, (None, None, "@@", Basis.PATCH)),
        ("edit_file", {"path": "a.py", "old": "x", "new": "x"}, None),
        ("edit_file", {"path": 7, "edits": [3], "content": ["y"]}, None),
        ("read_file", {"path": "a.py", "old": "x", "new": "y"}, None),
        ("patch_file", {"path": "a.py"}, None),
    ],
)
def test_a_change_is_guessed_of_an_own_tool_by_its_arguments(tool, args, told):
    batch = read(
        {"kind": "tool_call", "id": "1", "name": tool, "args": args},
        {"kind": "tool_result", "id": "1", "output": "ok"},
    )
    found = [(c.source, c.path, c.before, c.after, c.patch, c.basis) for c in batch.changes]
    assert found == ([("events:guessed", "a.py", *told)] if told else [])


USAGES = [
    (
        {"input_tokens": 1, "cache_read_input_tokens": 98719, "output_tokens": 5},
        Tokens(input=1, cache_read=98719, output=5),
    ),
    (
        {
            "input_tokens": 3,
            "output_tokens": 1,
            "cache_creation_input_tokens": 9,
            "cache_creation": {"ephemeral_5m_input_tokens": 4, "ephemeral_1h_input_tokens": 5},
        },
        Tokens(input=3, cache_write_5m=4, cache_write_1h=5, output=1),
    ),
    (
        {"prompt_tokens": 10208, "completion_tokens": 7, "prompt_tokens_details": {"cached_tokens": 9728}},
        Tokens(input=480, cache_read=9728, output=7),
    ),
    (
        {
            "input_tokens": 100,
            "input_tokens_details": {"cached_tokens": 60},
            "output_tokens": 9,
            "output_tokens_details": {"reasoning_tokens": 4},
        },
        Tokens(input=40, cache_read=60, output=9, reasoning=4),
    ),
    (
        {
            "promptTokenCount": 12207,
            "candidatesTokenCount": 105,
            "thoughtsTokenCount": 153,
            "cachedContentTokenCount": 207,
        },
        Tokens(input=12000, cache_read=207, output=258, reasoning=153),
    ),
    (
        {"input": 216, "output": 49, "cache": {"read": 62848, "write": 0}},
        Tokens(input=216, cache_read=62848, output=49),
    ),
    (
        {"input": 5, "cache_read": 6, "cache_write": 7, "output": 8, "reasoning": 2},
        Tokens(input=5, cache_read=6, cache_write_5m=7, output=8, reasoning=2),
    ),
    ({"input_tokens": "many"}, None),
    ({}, None),
    ("nonsense", None),
]


@pytest.mark.parametrize(("usage", "tokens"), USAGES)
def test_usage_in_every_spelling(usage, tokens):
    assert tokens_of(usage) == tokens


def test_usage_semantics_wins_over_the_spelling():
    usage = {"input_tokens": 100, "cache_read_input_tokens": 40, "output_tokens": 1}
    assert tokens_of(usage, "inclusive") == Tokens(input=60, cache_read=40, output=1)


def test_damaged_lines_are_kept_and_the_rest_is_read():
    body = (
        b'{"kind":"log","text":"a"}{"kind":"log","text":"b"}\r\n\x00\n'
        b'{"kind":"log","text":"\\ud83d c"}\n{"kind":'
    )
    lines = events.split(body, name="f")
    batch = events.read_events(lines, run="r")
    assert [step.input for step in batch.steps] == ["a", "b", "\ufffd c"]
    assert [(q.where, q.why) for q in batch.quarantined] == [("f:4", "The JSON is damaged or cut off.")]


@pytest.mark.parametrize(
    ("body", "texts", "left"),
    [
        (b'[{"text":"a"},{"text":"b"},{"te', ["a", "b"], [b'{"te']),
        (b'[ {"text":"a"},{bad},{"text":"b"}]', ["a"], [b'{bad},{"text":"b"}]']),
        (b'[\n{"text":"a"},\n{bad},\n{"text":"b"}\n]\n', ["a", "b"], [b"{bad},"]),
        (b'[{"text":"a"}', ["a"], []),
        (b"[[[[", [], [b"[[["]),
    ],
)
def test_damaged_list_is_read_as_far_as_it_goes(body, texts, left):
    lines = events.split(body)
    assert [line.event.text for line in lines.lines] == texts
    assert [one.data for one in lines.quarantined] == left


def test_answer_without_calls_keeps_its_thinking_apart_from_its_text():
    batch = read({"kind": "llm_call", "id": "m", "content": [
        {"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "Done."}]})  # fmt: skip
    assert (
        batch.steps[0].output_preview
        == '[{"type":"text","text":"Done."},{"type":"thinking","thinking":"hm"}]'
    )

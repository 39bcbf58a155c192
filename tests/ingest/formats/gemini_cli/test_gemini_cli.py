"""Gemini CLI: small chats written here, and the real ones against the reference's counts."""

import json
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.formats.gemini_cli import read
from ingest.importing import read_files
from ingest.sources import SourceFile
from runs.kinds import FAILED_STATES, Basis, Kind, Op, RunStatus, StepStatus
from runs.records import Tokens
from tests.ingest.formats.mutations import NOW, as_bytes, check, mutated

SHOP = "/home/dev/shop"
HEAD = {
    "sessionId": "s-1",
    "projectHash": sha256(SHOP.encode()).hexdigest(),
    "startTime": "2026-11-19T09:13:50Z",
    "kind": "main",
}
DIFF = "Index: a.py\n====\n--- a.py\tCurrent\n+++ a.py\tProposed\n@@ -1 +1 @@\n-a\n+b\n"


def at(n):
    return f"2026-11-19T09:14:{n:02}.000Z"


def user(n, text, **more):
    return {"id": f"u{n}", "timestamp": at(n), "type": "user", "content": [{"text": text}], **more}


def says(n, text="", *calls, tokens=(100, 10, 90, 5), **more):
    entered, output, cached, thoughts = tokens
    usage = {
        "input": entered,
        "output": output,
        "cached": cached,
        "thoughts": thoughts,
        "tool": 0,
        "total": entered + output + thoughts,
    }
    message = {"id": f"g{n}", "timestamp": at(n), "type": "gemini", "content": text, "model": "gemini-x"}
    return {
        **message,
        "tokens": usage,
        "thoughts": [],
        **({"toolCalls": list(calls)} if calls else {}),
        **more,
    }


def call(n, name, args, output=None, *, status="success", error=None, display="", **more):
    told = {"id": f"c{n}", "name": name, "args": args, "status": status, "timestamp": at(n)}
    response = {"error": error} if error else {"output": output}
    result = [{"functionResponse": {"id": f"c{n}", "name": name, "response": response}}]
    return {**told, "result": result, "resultDisplay": display, **more}


def log(*records, head=HEAD):
    return "\n".join(json.dumps(record) for record in (head, *records)).encode()


def batch_of(*files, paths=("session.jsonl", "sub.jsonl")):
    batch = read_files([SourceFile(path, data) for path, data in zip(paths, files, strict=False)], now=NOW)
    assert batch.format == "gemini-cli"
    return batch


def steps_by_key(batch):
    return {step.key: step for step in batch.steps}


def heard(step):
    return [json.loads(node.message.data) for node in step.context.nodes()][::-1]


EDIT = {"file_path": f"{SHOP}/a.py", "old_string": "a", "new_string": "b"}
SHOWN = {"fileDiff": DIFF, "filePath": f"{SHOP}/a.py", "originalContent": "a\n", "newContent": "b\n"}


def test_a_message_written_twice_is_one_call_with_its_tools():
    first = says(2, "I look.", thoughts=[{"subject": "Plan", "description": "look first"}])
    whole = {**first, "toolCalls": [call(3, "read_file", {"file_path": "a.py"}, "a\n")]}
    answers = {"id": "u3", "timestamp": at(3), "type": "user", "content": whole["toolCalls"][0]["result"]}
    batch = batch_of(
        log(user(1, "Fix it"), {"$set": {"lastUpdated": at(1)}}, first, whole, answers, says(4, "Done."))
    )
    assert [(step.kind, step.key) for step in batch.steps] == [
        (Kind.PROMPT, "prompt:u1"),
        (Kind.LLM, "llm:g2"),
        (Kind.TOOL, "c3"),
        (Kind.LLM, "llm:g4"),
    ]
    steps = steps_by_key(batch)
    assert steps["llm:g2"].tokens == Tokens(input=10, cache_read=90, output=15, reasoning=5)
    assert json.loads(steps["llm:g2"].output) == [
        {"type": "thinking", "thinking": "**Plan**\nlook first"},
        {"type": "text", "text": "I look."},
        {"type": "tool_use", "id": "c3", "name": "read_file", "input": {"file_path": "a.py"}},
    ]
    assert [message["role"] for message in heard(steps["llm:g4"])] == ["user", "assistant", "tool"]
    assert (steps["c3"].output, steps["c3"].status, steps["c3"].ended_at.second) == ("a\n", StepStatus.OK, 3)
    [run] = batch.runs
    assert (run.external_id, run.task, run.model, run.status) == ("s-1", "Fix it", "gemini-x", RunStatus.DONE)


def test_no_human_wrote_what_the_program_says():
    about = user(1, f"<session_context>\n- **Workspace Directories:**\n  - {SHOP}\n</session_context>")
    asked = user(
        2,
        "Read @a.py\n\n--- Content from referenced files ---\nContent from @a.py:\na",
        displayContent="Read @a.py",
    )
    batch = batch_of(log(about, asked, says(3), user(4, "System: Please continue."), says(5, "Done.")))
    prompts = [step for step in batch.steps if step.kind is Kind.PROMPT]
    assert [(step.key, step.input_preview) for step in prompts] == [("prompt:u2", "Read @a.py")]
    assert [step.name for step in batch.steps if step.kind is Kind.EVENT] == ["System: Please continue."]
    assert len(heard(steps_by_key(batch)["llm:g5"])) == 4
    assert (batch.runs[0].task, batch.runs[0].cwd) == ("Read @a.py", SHOP)


def test_calls_end_as_their_words_say():
    asked = [
        call(
            3,
            "run_shell_command",
            {"command": "make"},
            "Output: no rule\nExit Code: 2\nProcess Group PGID: 7",
        ),
        call(4, "replace", EDIT, status="error", error="Could not find an exact match"),
        call(
            5,
            "replace",
            EDIT,
            status="cancelled",
            error="[Operation Cancelled] Reason: User denied execution.",
        ),
        call(6, "read_file", {}, status="cancelled", error="[Operation Cancelled] Reason: Aborted."),
        call(7, "write_file", {}, status="error", error="Tool execution denied by policy."),
        call(8, "peek", {}, status="error", error='Tool "peek" not found in registry.'),
        {"id": "c9", "name": "glob", "args": {"pattern": "*"}, "status": "executing", "timestamp": at(9)},
    ]
    steps = steps_by_key(batch_of(log(user(1, "Go"), says(2, "", *asked))))
    ended = [
        (steps[f"c{n}"].status, steps[f"c{n}"].error_kind, steps[f"c{n}"].exit_code) for n in range(3, 10)
    ]
    assert ended == [
        (StepStatus.FAILED, "command", 2),
        (StepStatus.FAILED, "tool", None),
        (StepStatus.DENIED, "human", None),
        (StepStatus.CANCELLED, "cancelled", None),
        (StepStatus.DENIED, "policy", None),
        (StepStatus.FAILED, "validation", None),
        (StepStatus.UNANSWERED, None, None),
    ]
    assert steps["c3"].error == "exit 2: no rule"


NEW = {**SHOWN, "filePath": "/tmp/x", "isNewFile": True}


def test_changes_rest_on_contents_then_on_the_diff_then_on_the_arguments():
    human = {**SHOWN, "diffStat": {"user_added_lines": 1, "user_removed_lines": 0}}
    asked = [
        call(3, "replace", EDIT, "ok", display=human),
        call(4, "replace", EDIT, "ok", display={"fileDiff": DIFF, "filePath": f"{SHOP}/a.py"}),
        call(5, "replace", EDIT, "ok"),
        call(6, "write_file", {"file_path": "b.py", "content": "b"}, f"wrote to new file: {SHOP}/b.py."),
        call(7, "write_file", {"file_path": "/tmp/x"}, "ok", display=NEW),
        call(8, "replace", EDIT, status="error", error="no match"),
        call(9, "run_shell_command", {"command": "rm b.py"}, "Output: (empty)"),
    ]  # fmt: skip
    batch = batch_of(log(user(1, "Go"), says(2, "", *asked)))
    assert [(c.step, c.path, c.op, c.basis, c.outside) for c in batch.changes] == [
        ("c3", "a.py", Op.EDIT, Basis.CONTENT, False),
        ("c4", "a.py", Op.EDIT, Basis.PATCH, False),
        ("c5", "a.py", Op.EDIT, Basis.FRAGMENT, False),
        ("c6", "b.py", Op.CREATE, Basis.CONTENT, False),
        ("c7", "/tmp/x", Op.CREATE, Basis.CONTENT, True),
        ("c9", "b.py", Op.DELETE, Basis.NAME, False),
    ]
    first, patched = batch.changes[:2]
    assert (first.before, first.after, first.user_modified, first.raw_path) == (
        "a\n",
        "b\n",
        True,
        f"{SHOP}/a.py",
    )
    assert patched.patch.startswith("--- a.py\tCurrent\n")


def test_the_folder_is_the_path_with_the_digest():
    run = batch_of(
        log(user(1, "Go"), says(2, "", call(3, "replace", {**EDIT, "file_path": f"{SHOP}/x/y/a.py"})))
    ).runs[0]
    assert (run.cwd, run.repo) == (SHOP, "shop")
    other = {**HEAD, "projectHash": "00"}
    wrote = call(
        3,
        "write_file",
        {"file_path": "docs/b.md", "content": "b"},
        "Successfully created and wrote to new file: /srv/app/docs/b.md.",
    )
    assert batch_of(log(user(1, "Go"), says(2, "", wrote), head=other)).runs[0].cwd == "/srv/app"
    assert batch_of(log(user(1, "Go"), head=other)).runs[0].cwd is None


def test_going_back_keeps_what_was_paid_and_cuts_the_context():
    batch = batch_of(
        log(
            user(1, "Go"),
            says(2, "One."),
            user(3, "More"),
            says(4, "Two."),
            {"$rewindTo": "u3"},
            user(5, "Else"),
            says(6, "Three."),
        )
    )
    assert [step.kind for step in batch.steps].count(Kind.LLM) == 3
    assert [message["content"] for message in heard(steps_by_key(batch)["llm:g6"])][::2] == ["Go", "Else"]
    [back] = [step for step in batch.steps if step.kind is Kind.EVENT]
    assert (back.name, back.detail) == ("Went back to an earlier message", {"forgotten": 2})


def test_a_compressed_history_is_a_compaction_and_a_masked_one_is_none():
    looked = says(2, "", call(3, "read_file", {"file_path": "a.py"}, "long " * 50))
    masked = {**looked, "toolCalls": [call(3, "read_file", {"file_path": "a.py"}, "[masked]")]}
    summary = user(8, "<state_snapshot>all so far</state_snapshot>")
    batch = batch_of(
        log(
            user(1, "Go"),
            looked,
            {"$set": {"messages": [user(1, "Go"), masked]}},
            says(4, "Half."),
            {"$set": {"messages": [summary, says(4, "Half.")]}},
            user(9, "Now?"),
            says(10, "Done."),
        )
    )
    steps = steps_by_key(batch)
    assert steps["c3"].output == "long " * 50
    [cut] = [step for step in batch.steps if step.kind is Kind.COMPACTION]
    assert (cut.output, cut.detail) == ("<state_snapshot>all so far</state_snapshot>", {"forgotten": 2})
    assert len(heard(steps["llm:g10"])) == 3
    assert [step.key for step in batch.steps if step.kind is Kind.PROMPT] == ["prompt:u1", "prompt:u9"]


def test_the_half_of_an_answer_that_a_notice_cut_off_is_no_call_of_its_own():
    notice = {"id": "i3", "timestamp": at(3), "type": "info", "content": "Update available!"}
    half = says(4, "", call(4, "glob", {"pattern": "*"}, "a"), tokens=(0, 0, 0, 0))
    batch = batch_of(log(user(1, "Go"), says(2, "I list."), notice, half, says(5, "Done.")))
    assert [step.key for step in batch.steps] == ["prompt:u1", "llm:g2", "c4", "note:i3", "llm:g5"]
    assert json.loads(steps_by_key(batch)["llm:g2"].output)[-1]["name"] == "glob"


def test_sub_agents_are_lanes_of_the_session():
    asks = call(4, "invoke_agent", {"agent_name": "scout", "prompt": "Look"}, "found", agentId="a-1")
    main = log(user(1, "Go"), says(2, "", asks), says(6, "Done."))
    head = {**HEAD, "sessionId": "a-1", "kind": "subagent"}
    sub = log({**user(3, "Look"), "id": "x1"}, {**says(3, "Here."), "id": "x2"}, head=head)
    batch = batch_of(main, sub)
    assert [(s.key, s.agent, s.parent) for s in batch.steps if s.kind in (Kind.LLM, Kind.AGENT)] == [
        ("llm:g2", "", None),
        ("c4", "", None),
        ("llm:x2", "a-1", "c4"),
        ("llm:g6", "", None),
    ]
    assert steps_by_key(batch)["c4"].detail == {
        "agent_id": "a-1",
        "agent_type": "scout",
        "description": "Look",
        "transcript": "here",
    }
    alone = batch_of(sub, paths=["chats/s-1/a-1.jsonl"])
    assert [(run.external_id, run.name, run.status) for run in alone.runs] == [("s-1", None, None)]
    assert steps_by_key(batch_of(main))["c4"].detail["transcript"] == "missing"


def test_errors_cancels_and_silence_end_a_run():
    error = {"id": "e3", "timestamp": at(3), "type": "error", "content": "[API Error: quota exceeded]"}
    batch = batch_of(log(user(1, "Go"), error))
    assert (batch.runs[0].status, batch.runs[0].error) == (RunStatus.FAILED, "[API Error: quota exceeded]")
    assert [(s.kind, s.error_kind) for s in batch.steps if s.key == "error:e3"] == [(Kind.ERROR, "api")]
    halt = {"id": "i3", "timestamp": at(3), "type": "info", "content": "Request cancelled."}
    assert batch_of(log(user(1, "Go"), halt)).runs[0].status is RunStatus.INTERRUPTED
    assert batch_of(log(user(1, "Go"), says(2, "", call(3, "ls", {})))).runs[0].status is RunStatus.UNFINISHED


def test_one_document_a_longer_version_and_damaged_lines():
    messages = [user(1, "Go"), says(2, "One."), user(3, "More"), says(4, "Two.")]
    whole = json.dumps({**HEAD, "messages": messages}, indent=2).encode()
    short = json.dumps({**HEAD, "messages": messages[:2]}, indent=2).encode()
    long_keys = [step.key for step in batch_of(whole).steps]
    assert long_keys == ["prompt:u1", "llm:g2", "prompt:u3", "llm:g4"]
    assert [step.key for step in batch_of(short).steps] == long_keys[:2]
    assert [step.key for step in batch_of(whole, short).steps] == long_keys
    cut = batch_of(whole[:-60])
    assert [step.key for step in cut.steps] == long_keys
    assert [bad.where for bad in cut.quarantined] == ["session.jsonl"]
    damaged = batch_of(
        log(*messages[:2]) + b'\n{"id": "u3", "timesta\n' + json.dumps(says(4, "Two.")).encode()
    )
    assert [step.key for step in damaged.steps] == ["prompt:u1", "llm:g2", "llm:g4"]
    assert [bad.where for bad in damaged.quarantined] == ["session.jsonl:4"]


def test_masked_ids_give_way_to_places():
    first = says(2, "I look.")
    whole = {**first, "toolCalls": [{**call(3, "glob", {}, "a"), "id": "REDACTED"}]}
    other = says(4, "", {**call(5, "glob", {}, "a"), "id": "REDACTED"})
    messages = [{**one, "id": "REDACTED"} for one in (user(1, "Go"), first, whole, other)]
    batch = batch_of(log(*messages))
    assert [step.key for step in batch.steps] == ["prompt:n0", "llm:n1", "tool:n1:0", "llm:n2", "tool:n2:0"]


RICH = [
    HEAD,
    {"$set": {"messages": [user(1, f"<session_context>\nWorkspace Directories:\n - {SHOP}")]}},
    user(2, "Fix it"),
    says(
        3, "I look.", call(4, "replace", EDIT, "ok", display=SHOWN), call(5, "invoke_agent", {}, agentId="a")
    ),
    says(6, "", call(7, "run_shell_command", {"command": "rm a.py"}, "Exit Code: 1")),
    {"$rewindTo": "g6"},
    {"id": "e8", "timestamp": at(8), "type": "error", "content": "no"},
    {"$set": {"messages": [user(9, "<state_snapshot>")]}},
    says(10, "Done."),
]


@settings(max_examples=150)
@given(st.data())
def test_any_wild_value_anywhere_is_read(data):
    records = mutated(data, RICH)
    if data.draw(st.booleans()):
        check(read, b"\n".join(map(as_bytes, records)))
    else:
        document = {**HEAD, "messages": records[2:]}
        text = as_bytes(mutated(data, document))
        check(read, text[: data.draw(st.integers(0, len(text)))])


#: file -> what the reference counts otherwise, and why.
EXPLAINED = {
    # "System: Please continue." is the program's own word.
    "session_4KB__entire-cli.json": {"turns": 2},
    # The reference counts no lines of logs.
    "fixture_jsonl_v040.jsonl": {"turns": 0, "tool_calls": 0},
    # `rm` of a file that the run made is a change; the reference counts edit tools.
    "session_15KB__entire-cli.json": {"file_edits": 1},
}
COUNTED = {
    "session_4KB__entire-cli.json": (1, 1, 1, 0, 2),
    "fixture_jsonl_v040.jsonl": (1, 1, 0, 0, 2),
    "session_15KB__entire-cli.json": (1, 4, 2, 0, 5),
}


@pytest.mark.parametrize("name", sorted(COUNTED))
def test_real_chats_have_the_counts_of_the_reference(name, shared_data):
    path = shared_data / "gemini_cli" / name
    truth = json.loads((shared_data / "truth.json").read_text())["files"][f"gemini_cli/{name}"]
    batch = read([SourceFile(name, path.read_bytes())], now=NOW)
    kinds = [step.kind for step in batch.steps]
    counts = {
        "turns": kinds.count(Kind.PROMPT),
        "tool_calls": kinds.count(Kind.TOOL),
        "file_edits": len(batch.changes),
        "errors": sum(step.status in FAILED_STATES for step in batch.steps),
    }
    assert (*counts.values(), kinds.count(Kind.LLM)) == COUNTED[name]
    assert batch.quarantined == []
    assert {**counts, **EXPLAINED[name]} == {name: truth[name] for name in counts}


@pytest.mark.parametrize(
    ("name", "calls", "tools", "failed", "changes", "tokens"),
    [
        ("bugfix", 5, 5, 0, 1, Tokens(input=13_536, cache_read=52_090, output=245, reasoning=15)),
        ("sideways", 25, 24, 10, 4, Tokens(input=18_436, cache_read=372_621, output=972, reasoning=16)),
    ],
)
def test_real_logs_of_upserts(name, calls, tools, failed, changes, tokens, shared_data):
    path = shared_data.parent / "agents" / "gemini_cli" / name / "session.jsonl"
    batch = read([SourceFile(path.name, path.read_bytes())], now=NOW)
    kinds = [step.kind for step in batch.steps]
    assert (kinds.count(Kind.PROMPT), kinds.count(Kind.LLM), kinds.count(Kind.TOOL)) == (1, calls, tools)
    assert sum(step.status in FAILED_STATES for step in batch.steps) == failed
    assert len(batch.changes) == changes
    assert sum((step.tokens for step in batch.steps if step.tokens), Tokens()) == tokens
    assert (batch.runs[0].cwd, batch.runs[0].status) == (SHOP, RunStatus.DONE)


def test_chat_that_just_began_is_no_run_and_no_trouble():
    head = b'{"sessionId":"s-1","projectHash":"p","startTime":"2026-01-01T00:00:00.000Z","kind":"main"}\n'
    batch = read([SourceFile("x.jsonl", head)], now=NOW)
    assert (batch.format, batch.runs, batch.quarantined) == ("gemini-cli", [], [])

"""Aider: a history, a log of model calls and analytics written here as version 0.86 writes them."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.detect import detect
from ingest.formats.aider import read
from ingest.formats.aider.edits import edits_in
from ingest.importing import read_files
from ingest.sources import SourceFile
from runs.kinds import Basis, Kind, Op, RunStatus, StepStatus
from runs.records import Tokens
from tests.ingest.formats.mutations import assert_storable, plain

LATER = datetime(2026, 3, 2, tzinfo=UTC)
START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def block(old, new, path="shop/cart.py", fence="```python"):
    return f"{path}\n{fence}\n<<<<<<< SEARCH\n{old}=======\n{new}>>>>>>> REPLACE\n```"


def history(*parts, started="2026-03-01 12:00:00"):
    """Write parts as Aider does: `#` a prompt, `>` its own lines, anything else the model."""
    written = f"\n# aider chat started at {started}\n\n"
    for part in parts:
        lines = part[1:].strip().split("\n")
        if part.startswith("#"):
            written += "\n" + "".join(f"#### {line}  \n" for line in lines)
        elif part.startswith(">"):
            written += "".join(f"> {line.strip()}  \n" for line in lines)
        else:
            written += f"\n{part.strip()}\n\n"
    return written.encode()


HEAD = (
    "> Aider v0.86.2\nMain model: claude-sonnet-4-6 with diff edit format\nWeak model: haiku\n"
    "Git repo: .git with 3 files"
)
ANSWER = "I set the tax.\n\n" + block("tax = 1\n", "tax = 2\n")
USAGE = "> Tokens: 2.6k sent, 1.0k cache hit, 152 received. Cost: $0.0042 message, $0.0042 session."
DONE = "> Applied edit to shop/cart.py\nCommit 1234abc fix: Set the tax."
SHOP = "work/shop/.aider.chat.history.md"


def read_history(*parts, **more):
    return read([SourceFile(SHOP, history(HEAD, *parts, **more))], now=LATER)


def steps_of(batch, kind):
    return [step for step in batch.steps if step.kind == kind]


def told(batch):
    return [
        (step.kind, step.tool or step.name, step.status)
        for step in batch.steps
        if not step.detail.get("meta")
    ]


def test_a_session_becomes_a_run():
    batch = read_history("# Set the tax\nto two", ANSWER, USAGE, DONE, "# /exit")
    (run,) = batch.runs
    assert (run.agent, run.agent_version, run.model) == ("aider", "0.86.2", "claude-sonnet-4-6")
    assert (run.name, run.task, run.repo) == ("Set the tax", "Set the tax\nto two", "shop")
    assert (run.status, run.started_at, run.ended_at) == (RunStatus.DONE, START, None)
    assert run.meta["commits"] == [{"sha": "1234abc", "message": "fix: Set the tax."}]
    assert told(batch) == [
        (Kind.PROMPT, None, StepStatus.OK),
        (Kind.LLM, None, StepStatus.OK),
        (Kind.EVENT, "Committed", StepStatus.OK),
        (Kind.TOOL, "search_replace", StepStatus.OK),
        (Kind.EVENT, "Human ran", StepStatus.OK),
    ]
    (call,) = steps_of(batch, Kind.LLM)
    assert (call.tokens, call.cost_usd) == (Tokens(input=1_600, cache_read=1_000, output=152), 0.0042)
    assert call.detail["usage_rounded"] is True
    (change,) = batch.changes
    assert (change.path, change.op, change.basis) == ("shop/cart.py", Op.EDIT, Basis.FRAGMENT)
    assert (change.before, change.after) == ("tax = 1\n", "tax = 2\n")
    assert change.step == steps_of(batch, Kind.TOOL)[0].key


def test_two_starts_are_two_runs_and_an_empty_one_is_none():
    data = history(HEAD, "# One", "A.") + history(HEAD, started="2026-03-01 12:30:00")
    data += history(HEAD, "# Two", "B.", started="2026-03-01 13:00:00")
    batch = read([SourceFile(SHOP, data)], now=LATER)
    assert [run.name for run in batch.runs] == ["One", "Two"]
    assert len({run.external_id for run in batch.runs}) == 2


def test_a_history_that_has_grown_beside_its_copy_is_one_run():
    short, long = history(HEAD, "# One", "A."), history(HEAD, "# One", "A.", "# Two", "B.")
    both = read([SourceFile("a", short), SourceFile("b", long)], now=LATER)
    assert [step.key for step in both.steps] == [
        step.key for step in read([SourceFile("b", long)], now=LATER).steps
    ]


def test_a_long_command_line_is_no_answer():
    command = "> /usr/bin/aider --message # Task\n"
    data = history(HEAD) + command.encode() + b"\n**Details**\n\n- one\n" + history("# Task", "A.", USAGE)
    data = data.replace(b"\n# aider chat started at 2026-03-01 12:00:00\n\n\n####", b"\n####")
    batch = read([SourceFile(SHOP, data)], now=LATER)
    assert [step.output for step in steps_of(batch, Kind.LLM)] == ['[{"type":"text","text":"A."}]']


def test_a_heading_of_the_model_is_no_prompt():
    answer = "So:\n### Plan\n#### Steps\n> a quotation\n\n```md\n#### in a block  \n```\nEnd."
    batch = read_history("# Plan it", answer, USAGE)
    assert len(steps_of(batch, Kind.PROMPT)) == 1
    assert json.loads(steps_of(batch, Kind.LLM)[0].output) == [{"type": "text", "text": answer}]


def test_a_file_without_blanks_at_the_ends_of_lines_is_read_as_well():
    trimmed = b"\n".join(line.rstrip() for line in history(HEAD, "# One", "A.", USAGE).split(b"\n"))
    batch = read([SourceFile(SHOP, trimmed)], now=LATER)
    assert [step.input for step in steps_of(batch, Kind.PROMPT)] == ["One"]
    assert steps_of(batch, Kind.LLM)[0].tokens.output == 152


def test_a_block_that_did_not_match_fails_and_the_others_are_written():
    answer = block("a\n", "b\n") + "\n\n" + block("  x = 1\n", "  x = 2\n")
    failure = (
        "> The LLM did not conform to the edit format.\n# 1 SEARCH/REPLACE block failed to match!\n"
        "## SearchReplaceNoExactMatch: This SEARCH block failed to exactly match lines in shop/cart.py\n"
        "<<<<<<< SEARCH\nx = 1\n=======\nx = 2\n>>>>>>> REPLACE\n"
        "# The other 1 SEARCH/REPLACE block were applied successfully."
    )
    batch = read_history("# go", answer, USAGE, failure, block("  y = 1\n", "  y = 2\n"), USAGE, DONE)
    first, second = steps_of(batch, Kind.TOOL)
    assert (first.status, first.error_kind) == (StepStatus.FAILED, "validation")
    assert first.error == "1 of 2 SEARCH blocks did not match"
    assert second.status == StepStatus.OK
    assert [(change.step, change.before) for change in batch.changes] == [
        (first.key, "a\n"),
        (second.key, "  y = 1\n"),
    ]
    assert steps_of(batch, Kind.ERROR)[0].error == "The LLM did not conform to the edit format."


def test_a_new_file_is_known_whole_and_so_is_what_becomes_of_it():
    create = "> shop/fee.py\nCreate new file? (Y)es/(N)o [Yes]: y\nApplied edit to shop/fee.py"
    batch = read_history(
        "# Make it", block("", "fee = 1\n", "shop/fee.py"), create,
        "# Two", block("fee = 1\n", "fee = 2\n", "shop/fee.py"), "> Applied edit to shop/fee.py",
    )  # fmt: skip
    assert [(c.op, c.basis, c.before, c.after) for c in batch.changes] == [
        (Op.CREATE, Basis.CONTENT, None, "fee = 1\n"),
        (Op.EDIT, Basis.RECONSTRUCTED, "fee = 1\n", "fee = 2\n"),
    ]
    (asked,) = steps_of(batch, Kind.PERMISSION)
    assert (asked.input, asked.status) == ("Create new file? shop/fee.py", StepStatus.OK)


def test_whole_files_and_diffs_are_edits_as_well():
    head = "> Main model: m with whole edit format"
    whole = read_history(
        head, "# go", "Here:\n\nshop/a.py\n```python\nx = 1\n```", "> Applied edit to shop/a.py"
    )
    assert [(c.path, c.basis, c.after) for c in whole.changes] == [("shop/a.py", Basis.CONTENT, "x = 1\n")]
    diff = "```diff\n--- shop/a.py\n+++ shop/a.py\n@@ ... @@\n keep\n-x = 1\n+x = 2\n```"
    head = "> Main model: m with udiff edit format"
    (change,) = read_history(head, "# go", diff, "> Applied edit to shop/a.py").changes
    assert (change.path, change.basis) == ("shop/a.py", Basis.FRAGMENT)
    assert (change.before, change.after) == ("keep\nx = 1\n", "keep\nx = 2\n")


def test_an_answer_to_a_question_changes_nothing():
    batch = read_history("# /ask How?", ANSWER, USAGE)
    assert (batch.changes, steps_of(batch, Kind.TOOL)) == ([], [])
    assert batch.runs[0].task == "How?"


def test_commands_questions_retries_and_interruptions():
    batch = read_history(
        "# /run pytest -q",
        "# !ls",
        "# /add shop/cart.py",
        "> Added shop/cart.py to the chat.",
        "# Go on",
        "> litellm.RateLimitError: 429 slow down\nRetrying in 0.2 seconds...",
        "Run this:\n\n```bash\nmake\n```",
        "> Run shell command? (Y)es/(N)o/(D)on't ask again [Yes]: n",
        "# /clear",
        "# More",
        "> ^C again to exit",
    )
    ran, listed = steps_of(batch, Kind.TOOL)
    assert (ran.input, ran.detail["by"]) == ('{"command":"pytest -q"}', "human")
    assert (ran.status, ran.output, ran.exit_code) == (StepStatus.UNANSWERED, None, None)
    assert listed.input == '{"command":"ls"}'
    (retry,) = steps_of(batch, Kind.RETRY)
    assert (retry.error, retry.detail["wait_ms"]) == ("litellm.RateLimitError: 429 slow down", 200)
    (asked,) = steps_of(batch, Kind.PERMISSION)
    assert (asked.input, asked.status, asked.error_kind) == ("Run shell command?", StepStatus.DENIED, "human")
    assert steps_of(batch, Kind.COMPACTION)[0].name == "Cleared"
    assert batch.runs[0].status == RunStatus.INTERRUPTED


def test_how_a_session_stands():
    assert read_history("# go").runs[0].status == RunStatus.UNFINISHED
    failed = read_history("# go", "> litellm.AuthenticationError: no key").runs[0]
    assert (failed.status, failed.error) == (RunStatus.FAILED, "litellm.AuthenticationError: no key")
    assert read_history("# go", "Done.").runs[0].status == RunStatus.DONE


def test_thinking_stands_apart():
    answer = "--------------\n► **THINKING**\n\nHm.\n\n------------\n► **ANSWER**\n\nTwo."
    (call,) = steps_of(read_history("# go", answer), Kind.LLM)
    assert json.loads(call.output) == [
        {"type": "thinking", "thinking": "Hm."},
        {"type": "text", "text": "Two."},
    ]


def log(*calls):
    """Write a log: each call is (second, messages, answer)."""
    written = ""
    for second, messages, answer in calls:
        written += f"TO LLM 2026-03-01T12:00:{second:02}\n"
        for role, words in messages:
            written += "-------\n" + "".join(f"{role.upper()} {line}\n" for line in words.split("\n"))
        written += f"LLM RESPONSE 2026-03-01T12:00:{second + 4:02}\n"
        written += "".join(f"ASSISTANT {line}\n" for line in answer.split("\n"))
    return written.encode()


GIVEN = "I have *added these files to the chat* so you see all.\n\nshop/cart.py\n```\nhead\ntax = 1\n```"
CALL = (
    10,
    [("system", "Act as an expert."), ("user", GIVEN), ("assistant", "Ok."), ("user", "Set the tax")],
    ANSWER,
)


def test_the_log_adds_times_context_and_the_text_of_files():
    files = [
        SourceFile(SHOP, history(HEAD, "# Set the tax", ANSWER, USAGE, DONE)),
        SourceFile("work/shop/.aider.llm.history", log((5, [("user", "Set the tax")], "cut"), CALL)),
    ]
    batch = read(files, now=LATER)
    lost, call = steps_of(batch, Kind.LLM)
    assert (lost.key, json.loads(lost.output)[0]["text"]) == ("llm:log:2026-03-01T12:00:05+00:00", "cut")
    assert (call.started_at, call.ended_at) == (START + timedelta(seconds=10), START + timedelta(seconds=14))
    assert [json.loads(node.message.data) for node in call.context.nodes()][-2:] == [
        {"role": "user", "content": GIVEN},
        {"role": "system", "content": "Act as an expert."},
    ]
    (change,) = batch.changes
    assert (change.basis, change.before, change.after) == (
        Basis.RECONSTRUCTED,
        "head\ntax = 1\n",
        "head\ntax = 2\n",
    )
    times = [step.started_at for step in batch.steps]
    assert times == sorted(times)
    alone = read(files[:1], now=LATER)
    assert alone.runs[0].external_id == batch.runs[0].external_id
    assert {step.key for step in alone.steps} <= {step.key for step in batch.steps}


def test_the_log_alone_is_a_run():
    batch = read([SourceFile("x", log(CALL))], now=LATER)
    assert told(batch) == [(Kind.PROMPT, None, StepStatus.OK), (Kind.LLM, None, StepStatus.OK)]
    assert batch.runs[0].name == "Set the tax"


def analytics(*events):
    rows = [
        {"event": event, "properties": facts, "user_id": "u-1", "time": START.timestamp() + seconds}
        for seconds, event, facts in events
    ]
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


SENT = {"main_model": "claude-sonnet-4-6", "prompt_tokens": 2_617, "completion_tokens": 152, "cost": 0.00421}


def test_the_analytics_add_exact_tokens_and_the_time_zone():
    rows = analytics(
        (3_600, "launched", {"aider_version": "0.86.2"}), (3_620, "message_send", SENT), (3_700, "exit", {})
    )
    batch = read([SourceFile(SHOP, history("# go", ANSWER, USAGE)), SourceFile("a.jsonl", rows)], now=LATER)
    (run,) = batch.runs
    (call,) = steps_of(batch, Kind.LLM)
    assert (call.tokens, call.cost_usd) == (Tokens(input=1_617, cache_read=1_000, output=152), 0.00421)
    assert (run.started_at, call.ended_at) == (START + timedelta(hours=1), START + timedelta(seconds=3_620))
    assert (run.agent_version, call.model) == ("0.86.2", "claude-sonnet-4-6")


def test_the_analytics_alone_are_calls_without_words():
    rows = analytics((0, "launched", {}), (20, "message_send", SENT))
    batch = read_files([SourceFile("a.jsonl", rows)], now=LATER)
    (run,) = batch.runs
    (call,) = batch.steps
    assert (run.agent, run.model, call.tokens) == (
        "aider",
        "claude-sonnet-4-6",
        Tokens(input=2_617, output=152),
    )


def test_it_is_recognised_by_what_is_in_it():
    for data in (history("# go"), log(CALL), analytics((0, "launched", {}))):
        assert detect(SourceFile("notes.txt", data))[0] == "aider"


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        (block("a\n", "b\n", "**`src/a.py`**:"), ["src/a.py"]),
        ("```\nsrc/a.py\n<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n```", ["src/a.py"]),
        (
            block("a\n", "b\n") + "\n\nand\n```\n<<<<<<< SEARCH\nc\n=======\nd\n>>>>>>> REPLACE\n```",
            ["shop/cart.py"],
        ),
        ("Some words here.\n```\n<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n```", []),
        (block("a\n", "b\n").replace(">>>>>>> REPLACE", ""), []),
    ],
)
def test_the_name_of_a_file_stands_above_its_block(text, paths):
    assert [edit.path for edit in edits_in(text, "diff")] == paths


LINES = history(HEAD, "# go", ANSWER, USAGE, DONE, "# /run x", "> Retrying in 1 seconds").split(b"\n")
ODD = [
    b"",
    b"> ",
    b"#### x  ",
    b"```",
    b"# aider chat started at 2026-13-99 99:99:99",
    b"<<<<<<< SEARCH",
    b"> Tokens: 1..2k sent, 9M received. Cost: $. message",
    b"\xff\x00",
    b"> Retrying in 1e999 seconds",
]


ANY_LINE = st.sampled_from(LINES + ODD + LINES) | st.binary(max_size=8)


@settings(max_examples=150, deadline=None)
@given(st.lists(ANY_LINE, max_size=40), st.booleans())
def test_any_lines_are_read(lines, with_log):
    data = b"\n# aider chat started at 2026-03-01 12:00:00\n" + b"\n".join(lines)
    files = [SourceFile("h.md", data)]
    files += [SourceFile("l", b"TO LLM 2026-03-01T12:00:01\n" + b"\n".join(lines))] if with_log else []
    first = read(files, now=LATER)
    assert plain(first) == plain(read(files, now=LATER))
    assert_storable(first)


EVENT_VALUES = st.none() | st.integers() | st.text(max_size=5) | st.just({"prompt_tokens": "x"})
EVENT_NAMES = st.sampled_from(["event", "properties", "user_id", "time"])


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(EVENT_NAMES, EVENT_VALUES))
def test_any_event_is_read(row):
    odd = json.dumps(row).encode() + b"\n"
    rows = analytics((0, "launched", {})) + odd + analytics((1, "message_send", SENT))
    files = [SourceFile("a", rows), SourceFile("h", history("# go", "A.", USAGE))]
    assert_storable(read(files, now=LATER))

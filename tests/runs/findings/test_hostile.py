"""Traces that mean harm: what they bring into findings stays short and plain, and costs little."""

import json
import time

import pytest

from runs.findings.deeds import deed_of
from runs.findings.making import Source, clue_of
from runs.findings.mentions import mentions_in
from runs.judging import judge_run
from runs.store import save
from tests.recordings import NOW
from tests.runs.findings.pieces import final, prompt, recording, shell, tool

MEGABYTE = 1_000_000
#: CPU of one step. The square of a megabyte would take hours.
SECONDS = 3.0
PIECES = [
    "curl ", "tail ", "wget x ", "cat x.", "a/", "../", "((", "$(", "`", "'", '"', "<<", "\\", "rm -rf ",
    "git -C ", "psql DELETE FROM a ", "unknown option ' ", "tool x ", "function ", "pattern ", "1 failed ",
    "error ", "cat: ", "x.y:1:", "Chunk ID: \n", "\x1b[1;", "\u202e", "deadbeef", "0x", "E  ",
]  # fmt: skip


@pytest.mark.parametrize("piece", PIECES)
def test_megabyte_of_a_pattern_is_read_in_no_time(piece: str) -> None:
    text = piece * (MEGABYTE // len(piece))
    given = json.dumps({"command": text})
    began = time.process_time()
    clue = clue_of(
        Source(
            seq=1, key="k", kind="tool", status="failed", tool="Bash", input=given, output=text, error=text
        )
    )
    assert time.process_time() - began < SECONDS
    assert max(map(len, (clue.command, clue.danger, clue.error, clue.absent, clue.verb, clue.check))) <= 300


@pytest.mark.parametrize("piece", PIECES)
def test_20_kilobytes_are_no_square(piece: str) -> None:
    text = piece * (20_000 // len(piece))
    began = time.process_time()
    deed_of(text)
    mentions_in(text)
    assert time.process_time() - began < SECONDS / 6


@pytest.mark.django_db
def test_sentences_hold_no_invisible_letters_and_stay_short(project) -> None:
    evil = "src/\u202egnp.exe\x1b[31m\n`<script>alert(1)</script>" + "x" * 5_000
    gone = tool("Read", error="File does not exist.", file_path=f"/work/shop/{evil}")
    loop = shell(f"./{evil}", "Error: \u202e`boom`", code=1)
    [saved] = save(project, recording(prompt(), gone, *[loop] * 4, final()), now=NOW)
    ruling = judge_run(saved.id, now=NOW)
    assert ruling is not None
    said = {row.signature: row.sentence for row in ruling.findings}
    assert {"missing-path", "tool-loop", "many-errors"} <= said.keys()
    assert [text for text in said.values() if len(text) > 401 or set(text) & set("\u202e\x1b\n")] == []
    assert said["tool-loop"].count("`") == 2


@pytest.mark.django_db
def test_long_paths_that_differ_at_the_end_are_two_findings(project) -> None:
    deep = "/".join(["folder"] * 60)
    reads = [
        tool("Read", error="File does not exist.", file_path=f"/work/shop/{deep}/{name}.ts")
        for name in ("invoice", "receipt")
    ]
    [saved] = save(project, recording(prompt(), *reads, final()), now=NOW)
    ruling = judge_run(saved.id, now=NOW)
    assert ruling is not None
    found = [row for row in ruling.findings if row.signature == "missing-path"]
    assert [(row.step, len(row.key) <= 200) for row in found] == [(1, True), (2, True)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "commands", [("ls",), ("ls", "pwd"), ("npm test", "pwd"), ("cat a", "cat b", "cat c")], ids=" ".join
)
def test_thousands_of_calls_in_one_rhythm_are_no_square(project, commands) -> None:
    calls = [
        shell(commands[n % len(commands)], "3 passed" if n % 4 == 0 else f"line {n}") for n in range(6_000)
    ]
    [saved] = save(project, recording(prompt(), *calls, final()), now=NOW)
    began = time.process_time()
    assert judge_run(saved.id, now=NOW) is not None
    assert time.process_time() - began < SECONDS

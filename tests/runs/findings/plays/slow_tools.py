"""Calls held against those that the project made on the days before."""

from datetime import timedelta

from runs.records import Batch
from tests.recordings import NOW
from tests.runs.findings.labelled import label
from tests.runs.findings.pieces import Piece, final, pause, prompt, read, recording, shell, tool

OWN = {"agent": "own-loop"}
TWO_DAYS = 2 * 86_400


def before(*pieces: Piece, agent: str = "own-loop") -> Batch:
    """Make a run of two days earlier."""
    told = {"external_id": "before", "agent": agent, "started_at": NOW - timedelta(seconds=TWO_DAYS)}
    return recording(pause(-TWO_DAYS), *[piece.but(run="before") for piece in pieces], **told)


def queries(*seconds: float) -> list[Piece]:
    return [tool("mcp__db__query", "1 row", sql=f"select {n}").taking(s) for n, s in enumerate(seconds)]


def quick_reads() -> Batch:
    return before(*[read(f"{n}.ts").taking(0.02) for n in range(60)])


def few_quick_reads() -> Batch:
    return before(*[read(f"{n}.ts").taking(0.02) for n in range(20)])


def quick_reads_of_another_agent() -> Batch:
    return before(*[read(f"{n}.ts").taking(0.02) for n in range(60)], agent="codex")


def quick_queries() -> Batch:
    return before(*queries(*[0.3] * 80))


def slow_queries() -> Batch:
    return before(*queries(*[50] * 60))


def commands() -> Batch:
    return before(*[shell(f"git show {n}").taking(1 + n % 4) for n in range(60)])


def builds_among_commands() -> Batch:
    return before(
        *[shell("make" if n % 10 == 0 else "ls").taking(90 if n % 10 == 0 else 1) for n in range(60)]
    )


@label("slow-tool", earlier=quick_reads)
def first_read_hangs() -> Batch:
    return recording(prompt(), read("mnt/nfs.ts").taking(24), final(), **OWN)


@label("slow-tool", earlier=quick_queries)
def every_query_is_slow() -> Batch:
    return recording(prompt(), *queries(30, 32, 45, 31, 30, 33), final(), **OWN)


@label("slow-tool", earlier=commands)
def test_takes_longer_than_any_command() -> Batch:
    return recording(prompt(), shell("npm test").taking(95), final(), **OWN)


@label("slow-tool", earlier=few_quick_reads)
def slow_in_this_run_with_few_calls_before() -> Batch:
    reads = [read(f"{n}.ts").taking(0.02) for n in range(5)]
    return recording(prompt(), *reads, read("mnt/nfs.ts").taking(24), final(), **OWN)


@label("slow-tool", earlier=slow_queries, positive=False)
def slow_as_always_in_this_project() -> Batch:
    return recording(prompt(), *queries(1, 1, 1, 1, 1, 55), final(), **OWN)


@label("slow-tool", earlier=builds_among_commands, positive=False)
def build_as_long_as_builds_are() -> Batch:
    return recording(prompt(), shell("ls"), shell("make").taking(110), final(), **OWN)


@label("slow-tool", earlier=few_quick_reads, positive=False)
def first_read_hangs_with_few_calls_before() -> Batch:
    return recording(prompt(), read("mnt/nfs.ts").taking(24), final(), **OWN)


@label("slow-tool", earlier=quick_reads_of_another_agent, positive=False)
def another_agent_reads_quickly() -> Batch:
    return recording(prompt(), read("mnt/nfs.ts").taking(24), final(), **OWN)


@label("slow-tool", earlier=quick_queries, positive=False)
def many_times_the_p95_but_short() -> Batch:
    return recording(prompt(), *queries(8, 9), final(), **OWN)


@label("slow-tool", earlier=slow_queries, positive=False)
def twice_the_p95() -> Batch:
    return recording(prompt(), *queries(100), final(), **OWN)


@label("slow-tool", earlier=slow_queries, thresholds={"slow_p95_times": 1.5})
def twice_the_p95_with_a_stricter_threshold() -> Batch:
    return recording(prompt(), *queries(100), final(), **OWN)

"""A run's tool calls as the sums of a project take them: by hour, tool and latency. Pure."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from runs.findings.clues import Clue
from runs.kinds import Kind
from runs.latencies import bucket_of
from runs.limits import TOOL_NAME_CHARS

HOUR_MS = 3_600_000

#: (hours since 1970, tool, latency bucket)
PartKey = tuple[int, str, int]
#: Calls, failures, milliseconds, bytes of results, tokens caused, retries.
Amounts = tuple[int, ...]
AMOUNTS = ("calls", "failures", "ms", "bytes", "tokens", "retries")


@dataclass(slots=True)
class _Lane:
    """What one agent had sent, and what came since: it fills the next prompt."""

    sent: int | None = None  #: tokens of its last prompt and answer
    came: list[tuple[int, int]] = field(default_factory=list)  #: (number of the step, bytes)
    failed: set[tuple[str, bytes]] = field(default_factory=set)  #: calls whose last try failed


def parts_of(clues: Iterable[Clue]) -> dict[PartKey, Amounts]:
    """Sum a run's calls. One without a time has no place in a picture of time and is left out."""
    clues = list(clues)
    caused, again = _caused(clues), _again(clues)
    parts: dict[PartKey, list[int]] = defaultdict(lambda: [0] * len(AMOUNTS))
    for clue in clues:
        if not clue.is_tool or not clue.tool or clue.at is None:
            continue
        part = parts[clue.at // HOUR_MS, clue.tool[:TOOL_NAME_CHARS], bucket_of(clue.ms)]
        part[0] += 1
        part[1] += clue.failed
        part[2] += max(0, clue.ms or 0)
        part[3] += clue.out_size
        part[4] += caused.get(clue.seq, 0)
        part[5] += again.get(clue.seq, 0)
    return {key: tuple(part) for key, part in parts.items()}


def _caused(clues: Iterable[Clue]) -> dict[int, int]:
    """Share what a prompt grew by among what came since the one before, by bytes."""
    lanes: dict[str, _Lane] = defaultdict(_Lane)
    caused: dict[int, int] = {}
    for clue in clues:
        lane = lanes[clue.lane]
        if clue.kind == Kind.LLM and clue.sent is not None:
            size = sum(each for _, each in lane.came)
            grown = 0 if lane.sent is None else clue.sent - lane.sent
            if grown > 0 and size:
                caused |= {seq: grown * each // size for seq, each in lane.came}
            lane.sent, lane.came = clue.sent + clue.out, []
        elif clue.is_tool:
            lane.came.append((clue.seq, clue.out_size))
        elif clue.kind == Kind.PROMPT:
            lane.came.append((clue.seq, clue.in_size))
    return caused


def _again(clues: Iterable[Clue]) -> dict[int, int]:
    """Count retries by the call: attempts that were told, and calls that repeat one that failed."""
    lanes: dict[str, _Lane] = defaultdict(_Lane)
    told: dict[str, int] = defaultdict(int)
    calls = []
    for clue in clues:
        if clue.kind == Kind.RETRY:
            told[clue.of] += 1
        elif clue.is_tool:
            failed, what = lanes[clue.lane].failed, (clue.tool, clue.args)
            calls.append((clue, int(what in failed)))
            if clue.failed:
                failed.add(what)
            else:
                failed.discard(what)
    return {clue.seq: again + told.get(clue.key, 0) for clue, again in calls}

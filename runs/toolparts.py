"""A run's tool calls as the sums of a project take them: by hour, tool and latency. Pure."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from runs.findings.clues import Clue
from runs.findings.limits import TOOL_NAME_CHARS
from runs.kinds import FAILED_STATES, Kind
from runs.latencies import bucket_of

HOUR_MS = 3_600_000

#: (hours since 1970, tool, latency bucket)
PartKey = tuple[int, str, int]
#: Calls, failures, milliseconds, bytes of results, tokens caused, retries.
Amounts = tuple[int, ...]
AMOUNTS = ("calls", "failures", "ms", "bytes", "tokens", "retries")

_CALLS = (Kind.TOOL, Kind.AGENT)
_KINDS = frozenset({*_CALLS, Kind.LLM, Kind.PROMPT, Kind.RETRY})


@dataclass(slots=True)
class _Lane:
    """What one agent had sent, and what came since: it fills the next prompt."""

    sent: int | None = None  #: tokens of its last prompt and answer
    came: list[tuple[int, int]] = field(default_factory=list)  #: (number of the step, bytes)


def parts_of(clues: Iterable[Clue]) -> dict[PartKey, Amounts]:
    """Sum a run's calls. One without a time has no place in a picture of time and is left out."""
    clues = [clue for clue in clues if clue.kind in _KINDS and (clue.tool or clue.kind != Kind.AGENT)]
    caused, again = _caused(clues), _again(clues)
    parts: dict[PartKey, list[int]] = defaultdict(lambda: [0] * len(AMOUNTS))
    for clue in clues:
        if not clue.tool or clue.at is None or clue.kind not in _CALLS:
            continue
        part = parts[clue.at // HOUR_MS, clue.tool[:TOOL_NAME_CHARS], bucket_of(clue.ms)]
        part[0] += 1
        part[1] += clue.status in FAILED_STATES
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
                for seq, each in lane.came:
                    caused[seq] = grown * each // size
            lane.sent, lane.came = clue.sent + clue.out, []
        elif clue.kind in _CALLS:
            lane.came.append((clue.seq, clue.out_size))
        elif clue.kind == Kind.PROMPT:
            lane.came.append((clue.seq, clue.in_size))
    return caused


def _again(clues: Iterable[Clue]) -> dict[int, int]:
    """Count retries by the call: attempts that were told, and calls that repeat one that failed."""
    failed: set[tuple[str, str, bytes]] = set()  # calls whose last try failed, by lane
    told: dict[str, int] = defaultdict(int)
    again: dict[int, int] = {}
    for clue in clues:
        if clue.kind == Kind.RETRY:
            told[clue.of] += 1
        elif clue.kind in _CALLS:
            what = (clue.lane, clue.tool, clue.args)
            if what in failed:
                again[clue.seq] = 1
            if clue.status in FAILED_STATES:
                failed.add(what)
            else:
                failed.discard(what)
    for clue in clues if told else ():
        if clue.kind in _CALLS and clue.key in told:
            again[clue.seq] = again.get(clue.seq, 0) + told[clue.key]
    return again

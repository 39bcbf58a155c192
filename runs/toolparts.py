"""A run's tool calls as the sums of a project take them: by hour, tool and latency. Pure."""

from collections import defaultdict
from collections.abc import Sequence
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
_CALLS, _FAILURES, _MS, _BYTES, _TOKENS, _RETRIES = range(len(AMOUNTS))

_TOOL, _AGENT, _LLM, _PROMPT, _RETRY = map(str, (Kind.TOOL, Kind.AGENT, Kind.LLM, Kind.PROMPT, Kind.RETRY))


@dataclass(slots=True)
class _Lane:
    """What one agent had sent, and what came since: it fills the next prompt."""

    sent: int | None = None  #: tokens of its last prompt and answer
    came: list[tuple[list[int] | None, int]] = field(default_factory=list)  #: (the call's part, bytes)
    failed: set[tuple[str, bytes]] = field(default_factory=set)  #: calls whose last try failed


def parts_of(clues: Sequence[Clue]) -> dict[PartKey, Amounts]:
    """Sum a run's calls. One without a time has no place in a picture of time and is left out."""
    lanes: dict[str, _Lane] = defaultdict(_Lane)
    parts: dict[PartKey, list[int]] = {}
    told: dict[str, int] = {}  # failed attempts that a trace tells, by the call's key
    for clue in clues:
        kind = clue.kind
        if kind == _TOOL or (kind == _AGENT and clue.tool):
            lane = lanes[clue.lane]
            part = _note(clue, parts)
            lane.came.append((part, clue.out_size))
            is_again = _is_again(clue, lane.failed)
            if part and is_again:
                part[_RETRIES] += 1
        elif kind == _LLM and clue.sent is not None:
            _share(clue, lanes[clue.lane])
        elif kind == _PROMPT:
            lanes[clue.lane].came.append((None, clue.in_size))
        elif kind == _RETRY:
            told[clue.of] = told.get(clue.of, 0) + 1
    for clue in clues if told else ():
        if clue.key in told and clue.kind in (_TOOL, _AGENT) and (key := _key_of(clue)):
            parts[key][_RETRIES] += told[clue.key]
    return {key: tuple(part) for key, part in parts.items()}


def _key_of(clue: Clue) -> PartKey | None:
    if not clue.tool or clue.at is None:
        return None
    return clue.at // HOUR_MS, clue.tool[:TOOL_NAME_CHARS], bucket_of(clue.ms)


def _note(clue: Clue, parts: dict[PartKey, list[int]]) -> list[int] | None:
    """Count a call in its part, and return that."""
    key = _key_of(clue)
    if key is None:
        return None
    part = parts.get(key)
    if part is None:
        part = parts[key] = [0] * len(AMOUNTS)
    part[_CALLS] += 1
    if clue.status in FAILED_STATES:
        part[_FAILURES] += 1
    ms = clue.ms
    if ms is not None and ms > 0:
        part[_MS] += ms
    part[_BYTES] += clue.out_size
    return part


def _share(clue: Clue, lane: _Lane) -> None:
    """Share what a prompt grew by among what came since the one before, by bytes."""
    sent = clue.sent or 0
    grown = 0 if lane.sent is None else sent - lane.sent
    size = sum([each for _, each in lane.came]) if grown > 0 else 0
    for part, each in lane.came if size else ():
        if part is not None:
            part[_TOKENS] += grown * each // size
    lane.sent, lane.came = sent + clue.out, []


def _is_again(clue: Clue, failed: set[tuple[str, bytes]]) -> bool:
    """Say whether a call repeats one that failed, and remember whether it failed itself."""
    has_failed = clue.status in FAILED_STATES
    if not failed and not has_failed:
        return False
    what = (clue.tool, clue.args)
    is_again = what in failed
    if has_failed:
        failed.add(what)
    elif is_again:
        failed.discard(what)
    return is_again

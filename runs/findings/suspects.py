"""Changes of files that may have broken a check, the likeliest first. Pure."""

from bisect import bisect_left, bisect_right
from functools import lru_cache
from heapq import nsmallest

from msgspec import Struct

from runs.findings.case import Case
from runs.findings.clues import Clue, Touch
from runs.findings.limits import SUSPECTS_KEPT
from runs.findings.mentions import HASH_BYTES, hash_of, name_of


class Suspect(Struct, frozen=True, kw_only=True):
    """A change between the last green and the first red, and the step that made it."""

    step: int
    change: int
    path: str
    hidden: bool = False
    added: int = 0
    removed: int = 0
    named: bool = False  #: the red check's output names the file


def suspects_between(case: Case, since: int, until: int, *, named: bytes = b"") -> tuple[Suspect, ...]:
    """List the changes of the repository between two places, whoever made them.

    Hidden ones first, then files that the red check names (`Clue.named`), then the latest, then the largest.
    """
    names = {named[at : at + HASH_BYTES] for at in range(0, len(named), HASH_BYTES)}
    touched, places = case.touched, case.once(_touched_places)
    ranked = [
        (not touch.hidden, not _is_named(touch, names), -places[at], -(touch.added + touch.removed), at, n)
        for at in range(bisect_right(places, since), bisect_left(places, until))
        for n, touch in enumerate(touched[at][1])
        if not touch.outside
    ]
    first = nsmallest(SUSPECTS_KEPT, ranked)
    return tuple(
        _suspect(touched[at][0], touched[at][1][n], is_named=not unnamed) for _, unnamed, _, _, at, n in first
    )


def _touched_places(case: Case) -> list[int]:
    return [case.places[clue.seq] for clue, _ in case.touched]


def _is_named(touch: Touch, names: set[bytes]) -> bool:
    return bool(names) and _hash_of_path(touch.path) in names


@lru_cache(maxsize=1_024)
def _hash_of_path(path: str) -> bytes:
    return hash_of(name_of(path))


def _suspect(clue: Clue, touch: Touch, *, is_named: bool) -> Suspect:
    return Suspect(
        step=clue.seq,
        change=touch.n,
        path=touch.path,
        hidden=touch.hidden,
        added=touch.added,
        removed=touch.removed,
        named=is_named,
    )

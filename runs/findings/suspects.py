"""Changes of files that may have broken a check, the likeliest first. Pure."""

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
    found = [
        (suspect, place)
        for clue, touches in case.touched
        if since < (place := case.places[clue.seq]) < until
        for touch in touches
        if not touch.outside
        for suspect in [_suspect(clue, touch, names)]
    ]
    ranked = sorted(found, key=_rank)
    return tuple(suspect for suspect, _ in ranked[:SUSPECTS_KEPT])


def _rank(found: tuple[Suspect, int]) -> tuple[bool, bool, int, int]:
    suspect, place = found
    return not suspect.hidden, not suspect.named, -place, -(suspect.added + suspect.removed)


def _suspect(clue: Clue, touch: Touch, names: set[bytes]) -> Suspect:
    return Suspect(
        step=clue.seq,
        change=touch.n,
        path=touch.path,
        hidden=touch.hidden,
        added=touch.added,
        removed=touch.removed,
        named=bool(names) and hash_of(name_of(touch.path)) in names,
    )

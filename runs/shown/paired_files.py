"""Files as two runs left them, as the page shows them."""

from dataclasses import dataclass

from django.utils.safestring import SafeString

from runs.comparing.files import Fate, FilePair
from runs.diffs import diff_of_patch
from runs.ends import Ends, Texts
from runs.hunks import body_between
from runs.kinds import Op
from runs.limits import NET_PAGE
from runs.netting import NetFile
from runs.shown.diffrows import DiffTable, table_of
from runs.shown.nets import file_url
from runs.shown.steps import Place
from runs.visible import visible_html
from runs.words import count, plural

_TITLES = {
    Fate.OTHER: "Left otherwise by both",
    Fate.LEFT: "Changed by A alone",
    Fate.RIGHT: "Changed by B alone",
    Fate.SAME: "Left alike by both",
    Fate.UNKNOWN: "Changed by both, and not all is known of how",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class SideShown:
    """What one run did to a file."""

    letter: str
    url: str
    words: str
    added: str = ""
    removed: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class PairShown:
    """One file."""

    path_html: SafeString
    path: str
    sides: list[SideShown]
    hunks: DiffTable | None = None  #: from A's end to B's
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class FateShown:
    """Files that two runs left in the same way."""

    title: str
    number: str
    pairs: list[PairShown]


def fates_shown(ends: Ends, places: tuple[Place, Place]) -> list[FateShown]:
    """Build the files, those that differ first; the first NET_PAGE of these come with their lines."""
    shown = []
    for fate, title in _TITLES.items():
        pairs = [pair for pair in ends.pairs if pair.fate == fate]
        if pairs:
            built = [_pair(pair, ends, places, lines=n < NET_PAGE) for n, pair in enumerate(pairs)]
            shown.append(FateShown(title=title, number=plural(len(pairs), "file"), pairs=built))
    return shown


def _pair(pair: FilePair, ends: Ends, places: tuple[Place, Place], *, lines: bool) -> PairShown:
    files = (
        (letter, file, place)
        for letter, file, place in zip("AB", (pair.left, pair.right), places, strict=True)
    )
    sides = [_side(letter, file, place) for letter, file, place in files if file is not None]
    hunks, note = _between(pair, ends.texts) if pair.fate == Fate.OTHER and lines else (None, "")
    return PairShown(path_html=visible_html(pair.path), path=pair.path, sides=sides, hunks=hunks, note=note)


def _side(letter: str, file: NetFile, place: Place) -> SideShown:
    words = {Op.CREATE: "new", Op.DELETE: "deleted", Op.RENAME: f"renamed from {file.old_path}"}.get(
        file.op, ""
    )
    known = file.body is not None
    return SideShown(
        letter=letter,
        url=file_url(place, file.path),
        words=words or file.why,
        added=f"+{count(file.additions)}" if known else "",
        removed=f"−{count(file.deletions)}" if known else "",
    )


def _between(pair: FilePair, texts: tuple[Texts, Texts]) -> tuple[DiffTable | None, str]:
    """Compare what a file holds in the end of both runs; a file that one deleted has no lines there."""
    found = []
    for file, known in zip((pair.left, pair.right), texts, strict=True):
        if file is None or file.ends is None:
            return None, "What it holds in the end is not known whole; the changes of the runs differ."
        digest = file.ends[1]
        if digest is not None and digest not in known:
            return None, "Too much to compare here."
        found.append(known[digest] if digest is not None else "")
    diff = diff_of_patch(body_between(found[0], found[1]).text, pair.path)
    return table_of(diff), "Too long to show here." if diff.huge else ""

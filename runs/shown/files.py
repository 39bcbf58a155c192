"""What the versions of one file changed, and any two of them compared."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from runs.difflines import FileDiff, How
from runs.diffs import AS_IS, diff_of, diff_of_patch
from runs.histories import Known, Maker, Version
from runs.kinds import Basis, Op, Origin
from runs.looks import Look
from runs.shown.diffrows import DiffTable, Wiring, table_of
from runs.shown.versions import FileReading, VersionShown, titles_of
from runs.told import Act, Told
from runs.words import plural

_KNOWN = {
    Known.REBUILT: "Rebuilt: it follows exactly from what was reported, and was not reported whole.",
    Known.PARTLY: "Only a patch was reported, not the file: the lines it shows are known, others are not.",
    Known.UNKNOWN: "What the file held after this is not known.",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """Lines that differ, under a word on whose they are."""

    title: str = ""
    hunks: DiffTable | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class VersionDiff:
    """A version with what it changed."""

    version: VersionShown
    whole_url: str
    pieces: tuple[Piece, ...]
    notes: tuple[str, ...]


def version_diff(reading: FileReading, shown: VersionShown) -> VersionDiff:
    """Build what one version changed, from the version before where both are known, else as reported."""
    versions = reading.file.history.versions
    version = versions[shown.number]
    pieces = _pieces(reading, versions[shown.number - 1], version) if shown.number else ()
    return VersionDiff(
        version=shown,
        whole_url=reading.place.url("file") + whole_query(reading, version.number),
        pieces=tuple(pieces),
        notes=tuple(_notes(version)),
    )


def whole_query(reading: FileReading, number: int | None = None) -> str:
    """Ask for the whole file, of one version or of the last."""
    pairs = [("b", number)] if number is not None else []
    return Look(path=reading.file.path, kept=reading.look.kept).query(("view", "whole"), *pairs)


def _pieces(reading: FileReading, previous: Version, version: Version) -> Iterator[Piece]:
    if is_known(previous) and is_known(version):
        yield _between(reading, previous, version)
    elif version.act is not None:
        yield from (_told(reading, told) for told in version.act.effect)
    for told in _declared_otherwise(version.act):
        yield _told(reading, told, title="What the call itself declared")


def is_known(version: Version) -> bool:
    """Say whether a version's content is known, or that there is none."""
    return version.text is not None or version.known == Known.ABSENT


def _between(reading: FileReading, old: Version, new: Version) -> Piece:
    return _piece(diff_of(old.text, new.text, new.path, reading.look.how), reading.look)


def _declared_otherwise(act: Act | None) -> list[Told]:
    """Find what a call declared and the disk did not show."""
    if act is None or act.effect[0].origin != Origin.OBSERVED:
        return []
    declared = [told for told in act.told if told.origin == Origin.DECLARED]
    same = bool(declared) and declared[-1].has is not None and declared[-1].has == act.has
    return [] if same else declared


def _told(reading: FileReading, told: Told, *, title: str = "") -> Piece:
    diff = told_diff(told, reading.file.texts, reading.look.how)
    return _piece(diff, reading.look, *_about(told), title=title)


def told_diff(told: Told, texts: Mapping[bytes, str], how: How = AS_IS) -> FileDiff | None:
    """Compare what one change reported."""
    before, after, patch = (
        texts.get(digest) if digest is not None else None for digest in (told.before, told.after, told.patch)
    )
    if told.binary:
        return None
    if patch:
        return diff_of_patch(patch, told.path, how)
    if (before is None and after is None) or (told.op == Op.EDIT and before is None):
        return None
    return diff_of(before, after, told.path, how, numbered=told.basis != Basis.FRAGMENT)


def _about(told: Told) -> Iterator[str]:
    if told.binary:
        yield "A binary file: nothing to compare line by line."
    elif told.basis == Basis.NAME:
        yield "Only the name was reported, not what changed."
    elif told.basis == Basis.FRAGMENT:
        yield "Only the replaced piece was reported: its place in the file is not known."
    elif told.op == Op.EDIT and told.before is None and told.patch is None:
        yield "The file was written whole, and what it held before is not known."


def _piece(diff: FileDiff | None, look: Look, *notes: str, title: str = "") -> Piece:
    words = [*notes]
    if diff and diff.huge:
        words.append("Too big to compare here.")
    if diff and diff.cut:
        words.append(f"{plural(diff.cut, 'more line')} of the diff: the whole file has all.")
    if diff and not diff.hunks and not diff.huge:
        words.append("Nothing differs but whitespace." if look.ignore_space else "No line differs.")
    hunks = table_of(diff, Wiring(split=look.split)) if diff else None
    return Piece(title=title, hunks=hunks, notes=tuple(words))


def _notes(version: Version) -> Iterator[str]:
    if version.known in _KNOWN and version.maker != Maker.START:
        yield _KNOWN[version.known]
    if version.maker == Maker.START and version.known == Known.UNKNOWN:
        yield "What the file held at the start was not reported."


def compared(reading: FileReading, old: Version, new: Version) -> Piece:
    """Compare any two versions."""
    if is_known(old) and is_known(new):
        return _between(reading, old, new)
    unknown = new if is_known(old) else old
    title = titles_of(reading.file)[unknown.number]
    return Piece(notes=(f"Not all lines of the version of {title} are known: there is nothing to compare.",))

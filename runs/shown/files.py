"""The history of one file as people read it: its versions and their diffs."""

from collections.abc import Mapping
from dataclasses import dataclass

from runs.diffs import FileDiff, diff_of, diff_of_patch
from runs.histories import Known, Maker, Version
from runs.kinds import Basis, Op, Origin
from runs.queries.histories import FileHistory
from runs.sheets import NOBODY
from runs.shown.diffs import DiffTable, hunks_shown
from runs.shown.nets import file_url
from runs.shown.steps import Place
from runs.told import Act, Told
from runs.words import count, plural

_BADGE = {Op.CREATE: "new", Op.DELETE: "deleted", Op.RENAME: "renamed"}
_KNOWN = {
    Known.REBUILT: "Rebuilt: it follows exactly from what was reported, and was not reported whole.",
    Known.PARTLY: "Only a patch was reported, not the file: the lines it shows are known, others are not.",
    Known.UNKNOWN: "What the file held after this is not known.",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class VersionShown:
    """One version in the list."""

    number: int
    title: str
    text: str
    url: str  #: the step
    here: str  #: its place on the page of versions
    added: str = ""
    removed: str = ""
    badges: tuple[str, ...] = ()
    warning: str = ""
    tone: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """Lines that differ, under a word on whose they are."""

    title: str
    hunks: DiffTable | None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class VersionDiff:
    """A version with what it changed."""

    version: VersionShown
    pieces: tuple[Piece, ...]
    notes: tuple[str, ...]


Said = Mapping[int, str]  #: what a step did, by its number


def titles_of(file: FileHistory) -> dict[int, str]:
    """Name the versions in a word or two: what stands beside each line."""
    start = "before these" if file.earlier_cut else "start"
    names = {
        Maker.START: lambda version: start,
        Maker.OUTSIDE: lambda version: "outside",
        Maker.STEP: lambda version: f"step {version.step}" if version.step is not None else "a step",
    }
    return {v.number: names[v.maker](v) for v in file.history.versions} | {NOBODY: "not known"}


def versions_shown(
    file: FileHistory, place: Place, said: Said, wrong: Mapping[int, int], *, size: int
) -> list[VersionShown]:
    """List all versions, oldest first. `wrong`: those that a later read shows otherwise, and which."""
    titles = titles_of(file)
    return [_version(file, version, place, said, titles, wrong, size) for version in file.history.versions]


def _version(file, version, place, said, titles, wrong, size) -> VersionShown:
    page = version.number - version.number % size
    counted = version.number and (_added(version) or _removed(version))
    here = file_url(place, file.path, **({"from": page} if page else {}))
    return VersionShown(
        number=version.number,
        title=titles[version.number],
        text=_text(version, said),
        url=f"{place.url('run')}?step={version.step}" if version.step is not None else "",
        here=f"{here}#v{version.number}",
        added=f"+{count(_added(version))}" if counted else "",
        removed=f"−{count(_removed(version))}" if counted else "",
        badges=tuple(_badges(version, titles)),
        warning=_warning(version, wrong),
        tone="warn" if version.maker == Maker.OUTSIDE or version.number in wrong else "",
    )


def _text(version: Version, said: Said) -> str:
    if version.maker == Maker.START:
        return "There was no such file." if version.known == Known.ABSENT else "As the run found it."
    if version.maker == Maker.OUTSIDE:
        first, last = version.between
        left = f"after step {first}" if first is not None else "before the first step"
        gone = "Deleted" if version.known == Known.ABSENT else "Changed"
        return f"{gone} outside the recorded steps, {left} and before step {last}."
    return said.get(version.step, "") if version.step is not None else "A step that was not recorded."


def _added(version: Version) -> int:
    if version.text is not None or version.known == Known.PARTLY:
        return version.wrote
    return sum(told.additions for told in version.act.effect) if version.act else 0


def _removed(version: Version) -> int:
    if version.known == Known.ABSENT or version.known == Known.UNKNOWN:
        return sum(told.deletions for told in version.act.effect) if version.act else 0
    return sum(version.lost.values())


def _badges(version: Version, titles: Mapping[int, str]):
    act = version.act
    if act is not None:
        if act.op in _BADGE:
            yield _BADGE[act.op]
        if act.is_hidden:
            yield "hidden: not declared by the call"
        if any(told.user_modified for told in act.told):
            yield "changed by a human, too"
    if version.again:
        yield "already so when the step ended"
    elif version.same_as is not None and version.maker != Maker.START:
        yield f"same as {titles[version.same_as]}" if version.same_as else "back to the start"
    if version.known == Known.REBUILT and act is not None:
        yield "rebuilt"
    if version.known in (Known.PARTLY, Known.UNKNOWN):
        yield "known in part" if version.known == Known.PARTLY else "content not known"


def _warning(version: Version, wrong: Mapping[int, int]) -> str:
    if version.number not in wrong:
        return ""
    read = f"Step {wrong[version.number]} read something else"
    if version.known in (Known.REBUILT, Known.PARTLY):
        return f"{read}: what was rebuilt here is not what the file held."
    return f"{read}: the file changed outside the recorded steps after this."


def version_diff(file: FileHistory, number: int, shown: VersionShown) -> VersionDiff:
    """Build what one version changed, from the version before where both are known, else as reported."""
    version = file.history.versions[number]
    previous = file.history.versions[number - 1] if number else None
    return VersionDiff(
        version=shown,
        pieces=tuple(_pieces(file, previous, version)) if previous else (),
        notes=tuple(_notes(version)),
    )


def _pieces(file: FileHistory, previous: Version, version: Version):
    if _is_known(previous) and _is_known(version):
        yield _piece("", diff_of(previous.text, version.text, file.path))
    elif version.act is not None:
        for told in version.act.effect:
            yield _piece("", told_diff(told, file.texts), *_told_notes(told))
    for told in _declared_otherwise(version.act):
        yield _piece("What the call itself declared", told_diff(told, file.texts), *_told_notes(told))


def _is_known(version: Version) -> bool:
    return version.text is not None or version.known == Known.ABSENT


def _declared_otherwise(act: Act | None) -> list[Told]:
    """Find what a call declared and the disk did not show."""
    if act is None or act.effect[0].origin != Origin.OBSERVED:
        return []
    declared = [told for told in act.told if told.origin == Origin.DECLARED]
    same = bool(declared) and declared[-1].has is not None and declared[-1].has == act.has
    return [] if same else declared


def told_diff(told: Told, texts: Mapping[bytes, str]) -> FileDiff | None:
    """Compare what one change reported."""
    before, after, patch = (
        texts.get(digest) if digest is not None else None for digest in (told.before, told.after, told.patch)
    )
    if told.binary:
        return None
    if patch:
        return diff_of_patch(patch, told.path)
    if before is None and after is None:
        return None
    if told.op == Op.EDIT and before is None:
        return None
    return diff_of(before, after, told.path, numbered=told.basis != Basis.FRAGMENT)


def _told_notes(told: Told):
    if told.binary:
        yield "A binary file: nothing to compare line by line."
    elif told.basis == Basis.NAME:
        yield "Only the name was reported, not what changed."
    elif told.basis == Basis.FRAGMENT:
        yield "Only the replaced piece was reported: its place in the file is not known."
    elif told.op == Op.EDIT and told.before is None and told.patch is None:
        yield "The file was written whole, and what it held before is not known."


def _piece(title: str, diff: FileDiff | None, *notes: str) -> Piece:
    words = [*notes]
    if diff and diff.huge:
        words.append("Too big to compare here.")
    if diff and diff.cut:
        words.append(f"{count(diff.cut)} more lines are not shown.")
    if diff and not diff.hunks and not diff.huge:
        words.append("No line differs.")
    return Piece(title=title, hunks=hunks_shown(diff) if diff else None, notes=tuple(words))


def _notes(version: Version):
    if version.known in _KNOWN and version.maker != Maker.START:
        yield _KNOWN[version.known]
    if version.maker == Maker.START and version.known == Known.UNKNOWN:
        yield "What the file held at the start was not reported."


def compared(file: FileHistory, old: Version, new: Version) -> Piece:
    """Compare any two versions."""
    if _is_known(old) and _is_known(new):
        return _piece("", diff_of(old.text, new.text, file.path))
    unknown = old if not _is_known(old) else new
    title = titles_of(file)[unknown.number]
    return Piece(title="", hunks=None, notes=(f"Not all lines are known of the version of {title}.",))


def summary_of(file: FileHistory) -> str:
    """Say in one line what became of the file."""
    steps = {version.step for version in file.history.versions if version.maker == Maker.STEP}
    outside = sum(version.maker == Maker.OUTSIDE for version in file.history.versions)
    words = [f"{plural(len(file.history.versions) - 1, 'version')} by {plural(len(steps), 'step')}"]
    if outside:
        words.append(f"{plural(outside, 'change')} outside the recorded steps")
    end, start = file.history.end, file.history.start
    if end.known == Known.ABSENT:
        words.append("not there at the end")
    elif end.text is not None and end.text == start.text:
        words.append("ends as it began")
    return " · ".join(words)

"""The versions of one file, as its list shows them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from runs.histories import Known, Maker, Version
from runs.kinds import Op
from runs.limits import VERSIONS_PAGE
from runs.looks import Look
from runs.queries.histories import FileHistory
from runs.sheets import NOBODY
from runs.shown.steps import Place
from runs.told import Told
from runs.words import count, plural

_BADGE = {Op.CREATE: "new", Op.DELETE: "deleted", Op.RENAME: "renamed"}


@dataclass(frozen=True, kw_only=True, slots=True)
class FileReading:
    """A file's history with what its page needs beside it."""

    file: FileHistory
    place: Place
    #: What a step did, by its number.
    said: Mapping[int, str] = field(default_factory=dict)
    #: Versions that a later read contradicts, and the step that read.
    wrong: Mapping[int, int] = field(default_factory=dict)
    look: Look = field(default_factory=Look)

    def url(self, **more: object) -> str:
        """Link this file's page, looked at alike."""
        pairs = [(name, value) for name, value in more.items() if value not in (None, "")]
        return self.place.url("file") + self.look.query(*pairs)

    def step_url(self, step: int | None) -> str:
        return self.place.step_url(step) if step is not None else ""


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


def titles_of(file: FileHistory) -> dict[int, str]:
    """Name the versions in a word or two: what stands beside each line."""
    names = {version.number: _title(version, file) for version in file.history.versions}
    return names | {NOBODY: "not known"}


def _title(version: Version, file: FileHistory) -> str:
    if version.maker == Maker.START:
        return "earlier" if file.earlier_cut else "start"
    if version.maker == Maker.OUTSIDE:
        return "outside"
    return f"step {version.step}" if version.step is not None else "a step"


def versions_shown(reading: FileReading) -> list[VersionShown]:
    """List all versions, oldest first."""
    titles = titles_of(reading.file)
    return [_version(version, reading, titles) for version in reading.file.history.versions]


def _version(version: Version, reading: FileReading, titles: Mapping[int, str]) -> VersionShown:
    added, removed = _added(version), _removed(version)
    counted = version.number > 0 and (added or removed)
    page = version.number - version.number % VERSIONS_PAGE
    return VersionShown(
        number=version.number,
        title=titles[version.number],
        text=_text(version, reading.said),
        url=reading.step_url(version.step),
        here=f"{reading.url(start=page or None)}#v{version.number}",
        added=f"+{count(added)}" if counted else "",
        removed=f"−{count(removed)}" if counted else "",
        badges=tuple(_badges(version, titles)),
        warning=_warning(version, reading.wrong),
        tone="warn" if version.maker == Maker.OUTSIDE or version.number in reading.wrong else "",
    )


def _text(version: Version, said: Mapping[int, str]) -> str:
    if version.maker == Maker.START:
        return "There was no such file." if version.known == Known.ABSENT else "As the run found it."
    if version.maker == Maker.OUTSIDE:
        first, last = version.between
        left = f"after step {first}" if first is not None else "before the first step"
        gone = "Deleted" if version.known == Known.ABSENT else "Changed"
        return f"{gone} outside the recorded steps, {left} and before step {last}."
    return said.get(version.step, "") if version.step is not None else "A step that was not recorded."


def _added(version: Version) -> int:
    return version.wrote or sum(told.additions for told in _effect(version))


def _removed(version: Version) -> int:
    return sum(version.lost.values()) or sum(told.deletions for told in _effect(version))


def _effect(version: Version) -> tuple[Told, ...]:
    return version.act.effect if version.act else ()


def _badges(version: Version, titles: Mapping[int, str]) -> Iterator[str]:
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

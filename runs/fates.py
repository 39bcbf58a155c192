"""What became of one edit: kept, changed, reverted, or gone with its file. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from runs.histories import History, Known, Maker, Version


class Became(StrEnum):
    """What became of what a step did to a file."""

    KEPT = "kept"
    CHANGED = "changed"  #: a later version took some of its lines
    REVERTED = "reverted"  #: a later version is what the file was before
    DELETED = "deleted"  #: the file is gone
    BACK = "back"  #: the step deleted it, and it came back
    UNKNOWN = "unknown"  #: later changes are not known line by line


@dataclass(frozen=True, kw_only=True, slots=True)
class Fate:
    """What became of one version's change. `by` is the version that undid it, or began to."""

    became: Became
    version: Version
    by: Version | None = None
    brought: int = 0  #: lines the version wrote
    left: int = 0  #: of them, lines that are in the last version


def fate_of(history: History, version: Version) -> Fate:
    """Follow one version to the end of the run."""
    before, end = history.versions[version.number - 1], history.end
    later = history.versions[version.number + 1 :]
    left = end.sheet.written_by(version.number) if end.sheet is not None else 0
    became, by = _undone(before, version, end, later)
    if became is Became.KEPT and left < version.wrote and end.text != version.text:
        became = Became.UNKNOWN
    return Fate(became=became, version=version, by=by, brought=version.wrote, left=left)


def _undone(
    before: Version, version: Version, end: Version, later: tuple[Version, ...]
) -> tuple[Became, Version | None]:
    if version.known == Known.ABSENT:
        back = next((after for after in later if after.known != Known.ABSENT), None)
        return (Became.BACK, back) if back is not None else (Became.KEPT, None)
    if end.known == Known.ABSENT:
        gone = [after for after in later if after.known == Known.ABSENT]
        return Became.DELETED, gone[-1]
    if end.text is not None and end.text == version.text:
        return Became.KEPT, None
    undoing = (after for after in later if after.text is not None and after.text == before.text)
    reverted = next(undoing, None)
    if reverted is not None:
        return Became.REVERTED, reverted
    taking = next((after for after in later if after.lost.get(version.number)), None)
    if taking is not None:
        return Became.CHANGED, taking
    unclear = next((after for after in later if after.known == Known.UNKNOWN), None)
    return (Became.UNKNOWN, unclear) if unclear is not None else (Became.KEPT, None)


def version_of_step(history: History, step: int) -> Version | None:
    """Find the version that a step made."""
    made = (v for v in history.versions if v.maker == Maker.STEP and v.step == step)
    return next(made, None)

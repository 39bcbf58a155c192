"""What became of a step's edits, in words."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.safestring import SafeString

from runs.fates import Became, Fate, fate_of, version_of_step
from runs.limits import VERSIONS_PAGE
from runs.queries.histories import FileHistory
from runs.shown.nets import file_url
from runs.shown.steps import Place
from runs.visible import visible_html
from runs.words import count, plural

_TONES = {Became.REVERTED: "warn", Became.DELETED: "warn", Became.CHANGED: "", Became.KEPT: "ok"}


@dataclass(frozen=True, kw_only=True, slots=True)
class FateShown:
    """One file: what became of it since, and by which step."""

    path_html: SafeString
    url: str  #: the version on the file's page
    word: str
    by: str = ""  #: the step that undid it
    by_url: str = ""
    lines: str = ""
    tone: str = ""


def fates_shown(
    files: Mapping[str, FileHistory], step: int, place: Place, *, running: bool
) -> list[FateShown]:
    """Say for each file what became of what the step did to it."""
    shown = []
    for file in files.values():
        version = version_of_step(file.history, step)
        if version is not None and version.number > 0:
            shown.append(_fate(version.path, fate_of(file.history, version), place, running))
    return shown


def _fate(path: str, fate: Fate, place: Place, running: bool) -> FateShown:
    number = fate.version.number
    page = number - number % VERSIONS_PAGE
    by = fate.by.step if fate.by is not None else None
    return FateShown(
        path_html=visible_html(path),
        url=f"{file_url(place, path, **({'start': page} if page else {}))}#v{number}",
        word=_word(fate),
        by=f"step {by}" if by is not None else _nobody(fate),
        by_url=place.step_url(by) if by is not None else "",
        lines=_lines(fate, "now" if running else "at the end"),
        tone=_TONES.get(fate.became, ""),
    )


def _word(fate: Fate) -> str:
    words = {
        Became.KEPT: "kept",
        Became.CHANGED: "changed later by",
        Became.REVERTED: "reverted by",
        Became.DELETED: "file deleted later by",
        Became.BACK: "the file is back since",
        Became.UNKNOWN: "not known: the file was changed later",
    }
    return words[fate.became] + (" by" if fate.became == Became.UNKNOWN and fate.by else "")


def _nobody(fate: Fate) -> str:
    return "something outside the recorded steps" if fate.by is not None else ""


def _lines(fate: Fate, when: str) -> str:
    if fate.became in (Became.UNKNOWN, Became.BACK, Became.DELETED) or not fate.brought:
        return ""
    if fate.left == fate.brought:
        return (
            f"all {count(fate.left)} lines are there {when}" if fate.left > 1 else f"its line is there {when}"
        )
    if fate.became == Became.KEPT:
        return f"the file holds the same {when}"
    if not fate.left:
        return f"none of it is there {when}"
    return f"{count(fate.left)} of {plural(fate.brought, 'line')} are there {when}"

"""The files at a step as rows of a page."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from runs.limits import FILES_LISTED
from runs.queries.replay_files import FilesAt
from runs.replay.files import FileAt, Holds
from runs.shown.steps import Place
from runs.states import query_of
from runs.visible import visible_html
from runs.words import plural, size

#: What is known, in words; `is-…` colours it.
_WORDS = {
    Holds.WHOLE: ("whole", "ok"),
    Holds.PATCH: ("patch only", "warn"),
    Holds.NAME: ("name only", "fail"),
    Holds.DELETED: ("deleted", "quiet"),
    Holds.OUTSIDE: ("outside", "quiet"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class FileRow:
    """One file: its name, what is known of it, how it differs from its start."""

    name: SafeString | str
    url: str
    words: str
    tone: str
    size: str
    added: str
    removed: str
    why: str
    was: SafeString | str


@dataclass(frozen=True, kw_only=True, slots=True)
class FilesShown:
    """The files at a step."""

    rows: list[FileRow]
    summary: str
    commit: str
    cut: bool
    has_patch: bool
    unlisted: int  #: files beyond the rows of one page


def files_shown(found: FilesAt, place: Place) -> FilesShown:
    """Lay the files at a step out."""
    counts = [
        (words, sum(file.holds is holds for file in found.files)) for holds, (words, _) in _WORDS.items()
    ]
    told = [f"{number} {words}" for words, number in counts if number]
    return FilesShown(
        rows=[_row(file, place) for file in _ordered(found.files)[:FILES_LISTED]],
        summary=" · ".join([plural(len(found.files), "file"), *told]),
        commit=found.head.commit,
        cut=found.head.cut,
        unlisted=max(0, len(found.files) - FILES_LISTED),
        has_patch=any(file.net and file.net.body is not None for file in found.files),
    )


def _ordered(files: Sequence[FileAt]) -> list[FileAt]:
    return sorted(files, key=lambda file: (file.holds is Holds.OUTSIDE, file.path))


def _row(file: FileAt, place: Place) -> FileRow:
    words, tone = _WORDS[file.holds]
    net = file.net
    return FileRow(
        name=visible_html(file.path),
        url=place.url("file") + query_of([("path", file.path)]),
        words=words,
        tone=tone,
        size=size(len(file.text.encode("utf-8", "replace"))) if file.text is not None else "",
        added=f"+{net.additions}" if net and net.additions else "",
        removed=f"−{net.deletions}" if net and net.deletions else "",
        why=file.why,
        was=visible_html(file.old_path) if file.old_path else "",
    )

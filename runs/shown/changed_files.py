"""What stands around the diffs of a run: the tree of files, the sums, the switches."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.utils.safestring import SafeString

from runs.changed_trees import ChangedFile, Folder, Sums
from runs.looks import Look
from runs.visible import visible_html
from runs.words import count, plural


@dataclass(frozen=True, kw_only=True, slots=True)
class Badge:
    """One word about a file."""

    text: str
    tone: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class FileShown:
    """A file of the tree. Its link goes to its diff on the page, else to a page of its own."""

    name_html: SafeString
    path: str
    url: str
    added: str
    removed: str
    badges: list[Badge]


@dataclass(frozen=True, kw_only=True, slots=True)
class FolderShown:
    """A folder of the tree, with what is in it."""

    name_html: SafeString
    size: str
    hidden: int
    folders: list["FolderShown"]
    files: list[FileShown]
    left_out: str  #: what is not listed, in words
    url: str  #: all that changed in it
    is_open: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Option:
    """One side of a switch."""

    text: str
    url: str
    current: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Switch:
    """Two ways to look; the key takes the other one."""

    label: str
    options: tuple[Option, Option]
    key: str = ""

    @property
    def shown(self) -> list[tuple[Option, str]]:
        """Pair each option with the key that chooses it now."""
        return [(option, "" if option.current else self.key) for option in self.options]


def folder_shown(folder: Folder, url: str, look: Look, here: Mapping[str, int]) -> FolderShown:
    """Build the tree; `url` is the Changes tab, `here` the first change on the page of each path."""
    return FolderShown(
        name_html=visible_html(folder.name or "/"),
        size=count(folder.size),
        hidden=folder.hidden,
        folders=[folder_shown(inner, url, look, here) for inner in folder.folders],
        files=[_file(file, url, look, here) for file in folder.files],
        left_out=f"{plural(folder.left_out, 'more file')}" if folder.left_out else "",
        url=url + look.but(words=f"{folder.path}**", path=""),
        is_open=folder.is_open,
    )


def _file(file: ChangedFile, url: str, look: Look, here: Mapping[str, int]) -> FileShown:
    number = here.get(file.path)
    return FileShown(
        name_html=visible_html(file.name),
        path=file.path,
        url=f"#change-{number}" if number is not None else url + look.of_one.but(path=file.path),
        added=f"+{count(file.added)}" if file.added or file.removed else "",
        removed=f"−{count(file.removed)}" if file.added or file.removed else "",
        badges=list(_badges(file)),
    )


def _badges(file: ChangedFile):
    if file.state:
        yield Badge(text=file.state)
    if file.edits > 1:
        yield Badge(text=f"{count(file.edits)} ×")
    if file.hidden:
        yield Badge(text="hidden", tone="fail")
    if file.outside:
        yield Badge(text="outside")


def sums_words(sums: Sums, *, are_all: bool) -> str:
    """Say what a run changed: `14 files, +234 −46, 1 hidden`."""
    if not sums.files and not sums.outside:
        return "No files"
    more = "" if are_all else "More than "
    words = [f"{more}{plural(sums.files, 'file')}", f"+{count(sums.added)} −{count(sums.removed)}"]
    words += [f"{count(sums.hidden)} hidden"] if sums.hidden else []
    words += [f"{count(sums.outside)} outside the repository"] if sums.outside else []
    return ", ".join(words)


def reading_switches(look: Look, url: str) -> list[Switch]:
    """List the switches of how a diff is read."""
    return [
        _switch("View", look, url, "split", ("Unified", "Side by side"), key="s"),
        _switch("Whitespace", look, url, "ignore_space", ("Show spaces", "Ignore spaces"), key="w"),
    ]


def order_switch(look: Look, url: str) -> Switch:
    """Offer the order of the steps, or of the paths."""
    return _switch("Order", look, url, "by_file", ("By step", "By file"))


def whole_switch(look: Look, url: str) -> Switch:
    """Offer the unchanged lines, too."""
    return _switch("Lines", look, url, "whole", ("Changes", "Whole file"))


def _switch(label: str, look: Look, url: str, field: str, texts: tuple[str, str], *, key: str = "") -> Switch:
    now = bool(getattr(look, field))
    off, on = (
        Option(text=text, url=url + look.but(**{field: value}), current=now is value)
        for text, value in zip(texts, (False, True), strict=True)
    )
    return Switch(label=label, options=(off, on), key=key)


def hidden_filter(look: Look, url: str) -> Option:
    """Offer only the hidden changes, or all again."""
    return Option(
        text="Only hidden changes",
        url=url + look.but(only_hidden=not look.only_hidden),
        current=look.only_hidden,
    )


def unfiltered(look: Look, url: str) -> str:
    """Lead to all changes, looked at in the same way."""
    return url + replace(look, words="", path="", only_hidden=False, whole=False).query()

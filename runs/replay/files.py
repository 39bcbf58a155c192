"""The files of a run when a step was through: whole, else as a patch, else by name. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from runs.histories import history_of
from runs.kinds import Op
from runs.netting import Net, NetFile, Tracked, net_of, takes_path

Texts = Mapping[bytes, str]


class Holds(StrEnum):
    """What is known of a file at a step."""

    WHOLE = "whole"  #: its text
    PATCH = "patch"  #: how it differs from its start
    NAME = "name"  #: that it changed
    DELETED = "deleted"
    OUTSIDE = "outside"  #: it is no file of the repository: only named


@dataclass(frozen=True, kw_only=True, slots=True)
class FileAt:
    """One file that the run had touched."""

    path: str
    holds: Holds
    text: str | None = None
    net: NetFile | None = None  #: against the start of the run
    why: str = ""  #: what is missing, or why it cannot be taken along

    @property
    def old_path(self) -> str:
        return self.net.old_path if self.net else ""

    @property
    def is_packed(self) -> bool:
        """Whether its text may be written below a folder."""
        return self.text is not None and stays_inside(self.path)


_DAMAGED = "it holds characters that were not recorded as they are"
_HOSTILE = "its name would leave the folder, or reach into .git"
_NOT_FROM_START = "what it held at the start is not known: it is whole in the zip alone"


def file_at(file: Tracked, texts: Texts) -> FileAt:
    """Say what is known of a file that was followed up to a step."""
    net = net_of(file, texts)
    if not file.ended:
        return FileAt(path=file.path, holds=Holds.DELETED, net=net, why=net.why)
    text = end_text(file, texts)
    if text is not None and "\ufffd" in text:
        text, why = None, _DAMAGED
    else:
        why = (
            "" if net.net in (Net.CHANGED, Net.REVERTED) else _NOT_FROM_START if text is not None else net.why
        )
    if not stays_inside(file.path):
        why = _HOSTILE
    patched = net.net == Net.CHANGED
    holds = Holds.WHOLE if text is not None else Holds.PATCH if patched else Holds.NAME
    return FileAt(path=file.path, holds=holds, text=text, net=net, why=why)


def end_text(file: Tracked, texts: Texts) -> str | None:
    """Give the text a file has in the end, where it is known."""
    last = file.ended[-1]
    if last.op == Op.DELETE or any(told.binary for act in file.ended for told in act.effect):
        return None
    if last.has is not None:
        return texts.get(last.has)
    return history_of(file.ended, texts).end.text


def outside(paths: Iterable[str]) -> list[FileAt]:
    """Name files that are not of the repository."""
    why = "it lies outside the repository"
    return [FileAt(path=path, holds=Holds.OUTSIDE, why=why) for path in sorted(set(paths))]


def stays_inside(path: str) -> bool:
    """Say whether a path can be written below a folder on any system, and is no part of git's own files."""
    if "\0" in path or "\\" in path or path[1:2] == ":" or len(path.encode("utf-8", "replace")) > 4_000:
        return False
    parts = [part.rstrip(" .").lower() for part in path.split("/")]
    return takes_path(path) and all(parts) and not {".git", "git~1"} & set(parts)

"""Files at a step as a zip: whole files, one patch for those known by it alone, and a list of all. Pure."""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass

from runs.patchfiles import patch_of, quoted
from runs.replay.files import FileAt, Holds

_REGULAR = 0o100644 << 16  #: a plain file, never a link


@dataclass(frozen=True, kw_only=True, slots=True)
class Head:
    """Whose files these are."""

    title: str  #: of the run
    step: int
    commit: str = ""  #: the run began at it
    cut: bool = False  #: older changes were not looked at

    @property
    def lines(self) -> list[str]:
        """Say it."""
        began = f"It began at commit {self.commit}." if self.commit else "It did not record where it began."
        cut = ["Only its newest changes were looked at."] if self.cut else []
        return [f"The files of run {self.title!r} when step {self.step} was through.", began, *cut]


def zip_of(files: Sequence[FileAt], head: Head, *, most: int) -> bytes:
    """Pack what is known, up to `most` bytes of text; nothing in it can lie outside its folder."""
    packed = packable(files, most=most)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        _add(archive, "LIST.txt", listing(files, head, packed))
        patch = "".join(patch_of(file.net) for file in files if file.net and file.path not in packed)
        if patch:
            _add(archive, "others.patch", patch)
        for file in files:
            if file.path in packed and file.text is not None:
                _add(archive, f"files/{file.path}", file.text)
    return buffer.getvalue()


def packable(files: Sequence[FileAt], *, most: int) -> set[str]:
    """Choose the files to pack: none that lies below another one, and no more than `most` bytes."""
    names = {file.path for file in files if file.is_packed}
    chosen: set[str] = set()
    for file in files:
        size = len(file.text.encode("utf-8", "replace")) if file.text is not None else 0
        if file.path in names and size <= most and not names & set(_above(file.path)):
            chosen.add(file.path)
            most -= size
    return chosen


def _above(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:n]) for n in range(1, len(parts))]


def _add(archive: zipfile.ZipFile, name: str, text: str) -> None:
    entry = zipfile.ZipInfo(name)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = _REGULAR
    archive.writestr(entry, text.encode("utf-8", "replace"))


def listing(files: Sequence[FileAt], head: Head, packed: set[str]) -> str:
    """List all files by what is known of them."""
    lines = [*head.lines, ""]
    groups = {
        "Whole, below files/": [file for file in files if file.path in packed],
        "Deleted": [file for file in files if file.holds is Holds.DELETED],
        "Only a patch is known, in others.patch": _left(files, Holds.PATCH, packed),
        "Known, and not packed": _left(files, Holds.WHOLE, packed),
        "Only the name is known": _left(files, Holds.NAME, packed),
        "Outside the repository": _left(files, Holds.OUTSIDE, packed),
    }
    for title, group in groups.items():
        if group:
            lines += [f"{title}:", *(f"  {line_of(file)}" for file in group), ""]
    return "\n".join([*lines, "All other files are as the run found them.", ""])


def _left(files: Sequence[FileAt], holds: Holds, packed: set[str]) -> list[FileAt]:
    return [file for file in files if file.holds is holds and file.path not in packed]


def line_of(file: FileAt) -> str:
    """Name a file on one line, with what is missing."""
    moved = f" (was {quoted(file.old_path)})" if file.old_path else ""
    return f"{quoted(file.path)}{moved}{f': {file.why}' if file.why else ''}"

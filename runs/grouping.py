"""Small reads that follow one another become one line of the transcript. Pure.

A group is a longest run of neighbours that are all small reads, so it hangs on nothing but the rows that
are there: those that come live or with the next window give the groups that a page rendered fresh has. Which
rows are small reads is decided here; static/js/groups.js puts later rows together by the same rule.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Generic, TypeVar

from runs.kinds import Kind, StepStatus
from runs.limits import GROUPED_BYTES, GROUPED_MS
from runs.tools import PATH_NAMES, Family, arguments_of, family_of, text_in
from runs.words import one_line, plural, short_path

#: Fewer reads are as quick to see as their group.
FEWEST = 3

PATH_CHARS = 200  # of a path's end, which names the file

Row = TypeVar("Row")


@dataclass(frozen=True, kw_only=True, slots=True)
class Part(Generic[Row]):
    """A stretch of a list: rows that stand by themselves, or (with `names`) those of a group."""

    rows: list[Row]
    files: str = ""  #: `6 files`
    names: str = ""  #: `auth.ts, cart.ts, …`


def small_read(row: Mapping[str, Any], *, cwd: str) -> str:
    """Name the file of a small read: one that went well, was quick and brought little; else give nothing."""
    if row["kind"] != Kind.TOOL or family_of(row["tool"]) is not Family.READ:
        return ""
    is_calm = row["status"] == StepStatus.OK and not row["error"] and not row["changes"]
    if not is_calm or (row["duration_ms"] or 0) > GROUPED_MS or row["output_size"] > GROUPED_BYTES:
        return ""
    told = row["detail"].get("path")
    path = told if isinstance(told, str) and told else text_in(arguments_of(row["input_text"]), *PATH_NAMES)
    return one_line(short_path(path, cwd)[-PATH_CHARS:])


def parts_of(rows: Iterable[Row], file_of: Callable[[Row], str]) -> list[Part[Row]]:
    """Cut a list into stretches; `file_of` names the file of a small read."""
    parts: list[Part[Row]] = []
    for is_read, run in groupby(rows, key=lambda row: bool(file_of(row))):
        stretch = list(run)
        if is_read and len(stretch) >= FEWEST:
            files = list(dict.fromkeys(map(file_of, stretch)))
            names = ", ".join(path.rsplit("/", 1)[-1] for path in files)
            parts.append(Part(rows=stretch, files=plural(len(files), "file"), names=names))
        else:
            parts.append(Part(rows=stretch))
    return parts

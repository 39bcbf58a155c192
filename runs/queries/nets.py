"""The net change of a run, which a project's query found: all of it, or a window of its files."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.postgres.aggregates import BoolAnd, BoolOr
from django.db.models import Count, F, Q

from runs.kinds import Op
from runs.limits import NET_BYTES, NET_CHANGES, NET_FILES_AT_ONCE
from runs.models import FileChange, Run
from runs.netting import Net, NetFile, Tracked, net_of, tracked_files
from runs.queries.histories import contents_of, told_of


@dataclass(frozen=True, kw_only=True, slots=True)
class NetChange:
    """Files by path, from number `first` of `total`; `cut` when older changes were not looked at."""

    files: list[NetFile]
    first: int
    total: int
    cut: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class _Window:
    files: Sequence[Tracked]
    total: int
    cut: bool


def net_change(run: Run, *, first: int = 0, most: int = NET_CHANGES) -> NetChange:
    """Work out what the run did to the files of its repository in the end."""
    window = _window_by_path(run, first, most) or _window_of_all(run, first, most)
    files: list[NetFile] = []
    room = NET_BYTES
    for start in range(0, len(window.files), NET_FILES_AT_ONCE):
        group = window.files[start : start + NET_FILES_AT_ONCE]
        contents = contents_of(run, (key for file in group for key in sorted(file.digests())), most=room)
        room -= sum(map(len, contents.texts.values()))
        for file in group:
            here = not contents.cut or file.digests() <= contents.texts.keys()
            files.append(net_of(file, contents.texts) if here else _too_much(file.path))
    return NetChange(files=files, first=first, total=window.total, cut=window.cut)


def _window_of_all(run: Run, first: int, most: int) -> _Window:
    """Follow all files of the run to find some of them."""
    told, cut = told_of(run, limit=NET_CHANGES)
    tracked = tracked_files(told)
    return _Window(files=tracked[first : first + most], total=len(tracked), cut=cut)


def _window_by_path(run: Run, first: int, most: int) -> _Window | None:
    """Read the changes of some files alone. None where renames tie files together, or all are asked for."""
    changes = FileChange.objects.filter(run_id=run.id).values("path").order_by()
    rows = changes.annotate(
        number=Count("n"), moved=BoolOr(Q(op=Op.RENAME)), is_outside=BoolAnd(F("outside"))
    )
    found = list(rows.values_list("path", "number", "moved", "is_outside"))
    paths = sorted(path for path, _, _, is_outside in found if not is_outside)
    changed = sum(number for _, number, _, _ in found)
    if len(paths) <= most or changed > NET_CHANGES or any(moved for _, _, moved, _ in found):
        return None
    told, _ = told_of(run, paths=paths[first : first + most], limit=NET_CHANGES)
    return _Window(files=tracked_files(told), total=len(paths), cut=False)


def _too_much(path: str) -> NetFile:
    return NetFile(path=path, net=Net.PARTLY, op=Op.EDIT, why="too much to read here")

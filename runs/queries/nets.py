"""The net change of a run, which a project's query found: all of it, or a window of its files."""

from dataclasses import dataclass

from runs.kinds import Op
from runs.limits import NET_BYTES, NET_CHANGES, NET_FILES_AT_ONCE
from runs.models import Run
from runs.netting import Net, NetFile, net_of, tracked_files
from runs.queries.histories import contents_of, told_of


@dataclass(frozen=True, kw_only=True, slots=True)
class NetChange:
    """Files by path, from number `first` of `total`; `cut` when older changes were not looked at."""

    files: list[NetFile]
    first: int
    total: int
    cut: bool


def net_change(run: Run, *, first: int = 0, most: int = NET_CHANGES) -> NetChange:
    """Work out what the run did to the files of its repository in the end."""
    told, cut = told_of(run, limit=NET_CHANGES)
    tracked = tracked_files(told)
    window = tracked[first : first + most]
    files: list[NetFile] = []
    room = NET_BYTES
    for start in range(0, len(window), NET_FILES_AT_ONCE):
        group = window[start : start + NET_FILES_AT_ONCE]
        contents = contents_of(run, (key for file in group for key in sorted(file.digests())), most=room)
        room -= sum(map(len, contents.texts.values()))
        for file in group:
            here = not contents.cut or file.digests() <= contents.texts.keys()
            files.append(net_of(file, contents.texts) if here else _too_much(file.path))
    return NetChange(files=files, first=first, total=len(tracked), cut=cut)


def _too_much(path: str) -> NetFile:
    return NetFile(path=path, net=Net.PARTLY, op=Op.EDIT, why="too much to read here")

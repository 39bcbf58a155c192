"""The files of one run when a step was through, which a project's query found."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from runs.kinds import Origin
from runs.limits import NET_BYTES, NET_CHANGES, NET_FILES_AT_ONCE
from runs.models import Run, Step
from runs.netting import Tracked, tracked_files
from runs.queries.histories import contents_of, told_of
from runs.replay.files import FileAt, Holds, file_at, outside
from runs.replay.zips import Head
from runs.told import up_to

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TOO_MUCH = "too much to read here"


@dataclass(frozen=True, kw_only=True, slots=True)
class FilesAt:
    """Files by path, those outside the repository last."""

    files: list[FileAt]
    head: Head


def files_at(run: Run, step: Step) -> FilesAt:
    """Work out what is known of the files that the run had touched when a step was through."""
    told, cut = told_of(run, limit=NET_CHANGES)
    told = [change for change in told if change.origin != Origin.NET]
    ended = step.ended_at or step.started_at
    at = (ended - _EPOCH) // timedelta(microseconds=1) if ended else None
    before = up_to(told, at=at, step=step.seq)
    files = _known(run, tracked_files(before))
    files += outside(change.path for change in before if change.outside)
    head = Head(title=str(run), step=step.seq, commit=run.commit, cut=cut)
    return FilesAt(files=files, head=head)


def _known(run: Run, tracked: Sequence[Tracked]) -> list[FileAt]:
    """Read contents for some files at a time; files beyond the bound are only named."""
    found: list[FileAt] = []
    room = NET_BYTES
    for start in range(0, len(tracked), NET_FILES_AT_ONCE):
        group = tracked[start : start + NET_FILES_AT_ONCE]
        contents = contents_of(run, (key for file in group for key in sorted(file.digests())), most=room)
        room -= sum(map(len, contents.texts.values()))
        for file in group:
            here = not contents.cut or file.digests() <= contents.texts.keys()
            known = file_at(file, contents.texts) if here else None
            found.append(known or FileAt(path=file.path, holds=Holds.NAME, why=_TOO_MUCH))
    return found

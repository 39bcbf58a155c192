"""What a run told of its files, and the contents that their histories need, within bounds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db import connection
from django.db.models import Q
from msgspec.structs import replace

from runs.contents import read_blobs
from runs.histories import History, history_of
from runs.kinds import Basis, Kind, Op, Origin, StepStatus
from runs.limits import (
    CHANGES_PAGE,
    FATE_BYTES,
    HISTORY_BYTES,
    READS_BYTES,
    READS_CHECKED,
    RENAMES_MOST,
    VERSIONS_MOST,
)
from runs.models import Blob, FileChange, Run, Step
from runs.sightings import Sighting
from runs.told import Act, Told, acts_of, lineages_of
from runs.tools import PATH_NAMES, Family, arguments_of, family_of, text_in
from runs.words import short_path

#: Changes with the step they hang on, in one read: both lie under the run's key. Ten thousand timestamps take
#: twice as long to read as all else here, numbers of microseconds next to nothing.
TOLD = """
    SELECT change.n, change.step_key, change.path, change.op, change.origin, change.basis, step.seq,
        (date_part('epoch', coalesce(step.ended_at, step.started_at)) * 1000000)::bigint,
        change.old_path, change.before_digest, change.after_digest,
        change.patch_digest, step.tool, change.binary, change.outside, change.user_modified,
        change.additions, change.deletions
    FROM runs_filechange AS change
    LEFT JOIN runs_step AS step ON step.run_id = change.run_id AND step.key = change.step_key
    WHERE change.run_id = %(run)s AND (%(paths)s::text[] IS NULL OR change.path = ANY(%(paths)s))
    ORDER BY change.n DESC LIMIT %(limit)s
"""


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

#: Tools whose result is a listing of the file, by their usual spellings.
_READERS = (
    "Read",
    "read",
    "read_file",
    "ReadFile",
    "readFile",
    "view",
    "View",
    "view_file",
    "open_file",
    "cat",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Contents:
    """Texts by digest, and whether some had to be left out."""

    texts: dict[bytes, str]
    cut: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class FileHistory:
    """One file's versions, and what had to be left out of them."""

    path: str
    paths: tuple[str, ...]
    history: History
    texts: dict[bytes, str]
    earlier_cut: bool  #: older changes than VERSIONS_MOST
    texts_cut: bool
    outside: bool = False


def told_of(run: Run, *, paths: Sequence[str] | None = None, limit: int) -> tuple[list[Told], bool]:
    """Read the newest changes, of some paths or of all, oldest first; and whether there are older ones."""
    with connection.cursor() as cursor:
        given = {"run": run.id, "paths": list(paths) if paths is not None else None, "limit": limit + 1}
        cursor.execute(TOLD, given)
        rows = cursor.fetchall()
    return [_told(row) for row in reversed(rows[:limit])], len(rows) > limit


#: Ten thousand rows are read at once: looking a word up takes a third of the time of the class's call.
_OPS, _ORIGINS, _BASES = ({str(word): word for word in words} for words in (Op, Origin, Basis))


def _told(row: tuple[Any, ...]) -> Told:
    before, after, patch = row[9:12]
    return Told(
        n=row[0],
        step_key=row[1],
        path=row[2],
        op=_OPS[row[3]],
        origin=_ORIGINS[row[4]],
        basis=_BASES[row[5]],
        step=row[6],
        at=row[7],
        old_path=row[8],
        before=before,
        after=after,
        patch=patch,
        writes=family_of(row[12] or "") is Family.WRITE,
        binary=row[13],
        outside=row[14],
        user_modified=row[15],
        additions=row[16],
        deletions=row[17],
    )


def names_of(run: Run, paths: Iterable[str]) -> list[str]:
    """List all names that some files may have had, through the run's renames."""
    renames = FileChange.objects.filter(run_id=run.id, op=Op.RENAME).exclude(old_path="")
    pairs = list(renames.order_by("n").values_list("old_path", "path")[:RENAMES_MOST])
    names, grew = set(paths), True
    while grew:
        more = {name for pair in pairs if names & set(pair) for name in pair}
        grew = not more <= names
        names |= more
    return sorted(names)


def contents_of(run: Run, digests: Iterable[bytes], *, most: int) -> Contents:
    """Read texts, in the order of their importance, until they are too many bytes."""
    wanted = list(dict.fromkeys(digests))
    sizes = {
        bytes(digest): size
        for digest, size in Blob.objects.filter(run_id=run.id, digest__in=wanted).values_list(
            "digest", "size"
        )
    }
    chosen: list[bytes] = []
    room = most
    for digest in wanted:
        room -= sizes.get(digest, 0)
        if room < 0:
            break
        chosen.append(digest)
    texts = {key: data.decode("utf-8", "replace") for key, data in read_blobs(run.id, chosen).items()}
    return Contents(texts=texts, cut=room < 0)


def _digests(acts: Iterable[Act]) -> list[bytes]:
    told = [told for act in acts for told in (*act.effect, *act.told)]
    sides = [digest for item in told for digest in (item.after, item.before, item.patch)]
    return [digest for digest in sides if digest is not None]


def file_history(run: Run, path: str) -> FileHistory | None:
    """Build the history of one file. None when the run never touched it."""
    told, earlier_cut = told_of(run, paths=names_of(run, [path]), limit=VERSIONS_MOST)
    # A benchmark's agent may tell of a file only in what it hands in: that is its one version then.
    whole = [replace(item, origin=Origin.OBSERVED) for item in told if item.origin == Origin.NET]
    lines, files = lineages_of(acts_of(told) or acts_of(whole))
    line = files.get(path) or next((line for line in reversed(lines) if path in line.paths), None)
    if line is None:
        return None
    contents = contents_of(run, _digests(reversed(line.acts)), most=HISTORY_BYTES)
    return FileHistory(
        path=path,
        paths=tuple(dict.fromkeys(line.paths)),
        history=history_of(line.acts, contents.texts),
        texts=contents.texts,
        earlier_cut=earlier_cut,
        texts_cut=contents.cut,
        outside=any(item.outside for act in line.acts for item in act.told),
    )


def step_histories(run: Run, step_key: str) -> dict[str, FileHistory]:
    """Build the histories of the files that one step changed, by path, in four queries."""
    changed = FileChange.objects.filter(run_id=run.id, step_key=step_key).exclude(origin=Origin.NET)
    touched = list(dict.fromkeys(changed.order_by("n").values_list("path", flat=True)[:CHANGES_PAGE]))
    if not touched:
        return {}
    told, earlier_cut = told_of(run, paths=names_of(run, touched), limit=VERSIONS_MOST)
    lines, _ = lineages_of(acts_of(told))
    mine = [line for line in lines if any(act.told[0].step_key == step_key for act in line.acts)]
    digests = _digests(act for line in mine for act in reversed(line.acts))
    contents = contents_of(run, digests, most=FATE_BYTES)
    return {
        line.path: FileHistory(
            path=line.path,
            paths=tuple(dict.fromkeys(line.paths)),
            history=history_of(line.acts, contents.texts),
            texts={},
            earlier_cut=earlier_cut,
            texts_cut=contents.cut,
        )
        for line in mine
    }


def sightings_of(run: Run, paths: Sequence[str]) -> list[Sighting]:
    """Read what calls that read a file showed of it."""
    told = (Q(detail__contains={"path": path}) | Q(input_preview__contains=path) for path in paths)
    steps = Step.objects.filter(run_id=run.id, kind=Kind.TOOL, status=StepStatus.OK, tool__in=_READERS)
    found = steps.filter(reduce(or_, told)).order_by("started_at", "seq")[:READS_CHECKED]
    rows = [step for step in found if _path_read(step, run.cwd) in paths]
    digests = [bytes(step.output_digest) for step in rows if step.output_digest is not None]
    texts = contents_of(run, digests, most=READS_BYTES).texts
    return [
        Sighting(
            step=step.seq,
            at=_micros(step.ended_at or step.started_at),
            text=texts.get(bytes(step.output_digest), "") if step.output_digest else step.output_preview,
        )
        for step in rows
    ]


def _micros(at: datetime | None) -> int | None:
    return (at - _EPOCH) // timedelta(microseconds=1) if at else None


def _path_read(step: Step, cwd: str) -> str:
    told = step.detail.get("path")
    path = told if isinstance(told, str) else text_in(arguments_of(step.input_preview), *PATH_NAMES)
    return short_path(path, cwd)

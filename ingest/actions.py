"""Every write of the ingest app itself: problems and uploads. Runs are written by `runs.store` alone."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

import zstandard
from django.db import connection, transaction
from django.utils import timezone

from ingest import sql
from ingest.limits import (
    PART_BYTES,
    PATH_CHARS,
    PROBLEM_BYTES,
    PROBLEMS_PER_PROJECT,
    PROBLEMS_PER_REQUEST,
    TRACE_DAYS,
    TRACES_AT_ONCE,
    UPLOAD_BYTES,
    WORD_CHARS,
)
from ingest.models import Meter, Problem, Trace, Upload, UploadPart, UploadState
from ingest.streams import Refused, in_mib
from ingest.wild import clean
from runs.records import Quarantined, digest_of
from teams.models import Project, User

#: Count a problem that is known, else keep it. Rows come in the order of digests, so that two requests wait
#: for each other instead of locking crosswise.
KEEP_PROBLEM = """
    INSERT INTO ingest_problem
        (project_id, digest, source, "where", why, run, data, size, count, created_at, seen_at)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
    ON CONFLICT (project_id, digest) DO UPDATE
    SET count = LEAST(ingest_problem.count::bigint + excluded.count, 2000000000)::int,
        seen_at = excluded.seen_at, "where" = excluded."where"
"""

#: Drop the oldest problems above the cap of a project.
TRIM_PROBLEMS = """
    DELETE FROM ingest_problem
    WHERE project_id = %(project)s AND id IN (
        SELECT id FROM ingest_problem WHERE project_id = %(project)s
        ORDER BY seen_at DESC, id DESC OFFSET %(most)s
    )
"""


def keep_problems(project: Project, found: list[Quarantined], *, source: str, now: datetime) -> None:
    """Keep what could not be read; identical problems are counted, and many are summed up in the last one."""
    rows: dict[bytes, list[Any]] = {}
    for one in summed_up(found):
        why, data = clean(one.why)[:WORD_CHARS], one.data[:PROBLEM_BYTES]
        digest = digest_of(why.encode() + b"\0" + data)
        if digest in rows:
            rows[digest][8] += 1
            continue
        packed = zstandard.compress(data, 3) if data else b""
        where = clean(one.where)[:PATH_CHARS]
        rows[digest] = [project.pk, digest, source, where, why, "", packed, len(one.data), 1, now, now]
    with connection.cursor() as cursor:
        cursor.executemany(KEEP_PROBLEM, [rows[digest] for digest in sorted(rows)])
        cursor.execute(TRIM_PROBLEMS, {"project": project.pk, "most": PROBLEMS_PER_PROJECT})


def summed_up(found: list[Quarantined]) -> list[Quarantined]:
    """Keep the first PROBLEMS_PER_REQUEST and say how many more there were."""
    if len(found) <= PROBLEMS_PER_REQUEST:
        return found
    more = len(found) - PROBLEMS_PER_REQUEST
    rest = Quarantined(
        where=found[PROBLEMS_PER_REQUEST].where, why=f"And {more} more that could not be read."
    )
    return [*found[:PROBLEMS_PER_REQUEST], rest]


def dismiss_problem(problem: Problem) -> None:
    """Forget a problem; it comes back when the same record comes again."""
    problem.delete()


def dismiss_all_problems(project: Project) -> None:
    """Forget all problems of a project."""
    Problem.objects.filter(project=project).delete()


def keep_upload(
    project: Project,
    user: User,
    *,
    files: Iterable[tuple[str, Iterable[bytes]]],
    queue: Callable[[Upload], None],
) -> Upload:
    """Store the files of an upload durably and queue their import, in one transaction. Raises Refused."""
    with transaction.atomic():
        upload = Upload.objects.create(project=project, created_by=user, name="", files=0, size=0)
        for number, (path, chunks) in enumerate(files):
            path = clean(path).replace("\\", "/").lstrip("/")[-PATH_CHARS:] or "file"
            upload.name = upload.name or path
            upload.files += 1
            for n, data in enumerate(in_parts(chunks)):
                upload.size += len(data)
                if upload.size > UPLOAD_BYTES:
                    raise Refused(
                        f"The files are larger than {in_mib(UPLOAD_BYTES)} together; upload fewer at a time.",
                        status=413,
                    )
                UploadPart.objects.create(upload=upload, file=number, n=n, path=path, data=data)
        upload.save(update_fields=["name", "files", "size"])
        queue(upload)
    return upload


def in_parts(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Cut a file into parts of PART_BYTES; an empty file is one empty part."""
    rest, any_part = b"", False
    for chunk in chunks:
        rest += chunk
        while len(rest) >= PART_BYTES:
            yield rest[:PART_BYTES]
            rest, any_part = rest[PART_BYTES:], True
    if rest or not any_part:
        yield rest


def forget_traces_all_projects(now: datetime) -> int:
    """Forget the spans and the meters of what was silent for TRACE_DAYS. Returns how many traces."""
    Meter.objects.filter(seen_at__lt=now - timedelta(days=TRACE_DAYS)).delete()
    old, forgotten = Trace.objects.filter(seen_at__lt=now - timedelta(days=TRACE_DAYS)).order_by("seen_at"), 0
    while ids := list(old.values_list("id", flat=True)[:TRACES_AT_ONCE]):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql.FORGET_SPANS, {"ids": ids})
            cursor.execute(sql.FORGET_TRACES, {"ids": ids})
        forgotten += len(ids)
    return forgotten


def begin_import(upload_id: int) -> Upload | None:
    """Claim an upload; also one that a killed worker left half done. None when it is imported or gone."""
    open_states = (UploadState.WAITING, UploadState.RUNNING)
    claimed = Upload.objects.filter(pk=upload_id, state__in=open_states).update(state=UploadState.RUNNING)
    return Upload.objects.select_related("project__team").get(pk=upload_id) if claimed else None


def tell_progress(upload: Upload, percent: int) -> None:
    """Let the page see how far the import is."""
    Upload.objects.filter(pk=upload.pk).update(progress=percent)


def finish_import(upload: Upload, result: dict[str, Any]) -> None:
    """Keep the result of an import and let its bytes go."""
    _close(upload, state=UploadState.DONE, result=result, progress=100)


def fail_import(upload: Upload, sentence: str) -> None:
    """Keep why an import failed and let its bytes go."""
    _close(upload, state=UploadState.FAILED, error=sentence)


def _close(upload: Upload, **values: Any) -> None:
    with transaction.atomic():
        Upload.objects.filter(pk=upload.pk).update(finished_at=timezone.now(), **values)
        UploadPart.objects.filter(upload=upload).delete()

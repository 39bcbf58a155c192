"""What rules are given of a run: steps that changed, the clues of all others, file changes."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection

from runs.contents import read_blobs
from runs.findings.clue_cache import ClueCache, Page
from runs.findings.clues import Touch, unpack_clues
from runs.findings.limits import CLUE_BYTES, CLUES_PAGE, JUDGED_STEPS
from runs.findings.making import SHORT, Source
from runs.models import CluePage, Run

#: Steps as rules look at them, changed since a revision. Whole milliseconds, as the strip reads them.
CHANGED_STEPS = """
    SELECT seq, key, kind, status, tool, model, agent, turn, error, error_kind, exit_code, attempt,
        (date_part('epoch', started_at) * 1000)::bigint, (date_part('epoch', ended_at) * 1000)::bigint,
        duration_ms, input_preview, output_preview, input_digest, input_size, output_size, stop_reason,
        input_tokens, coalesce(cache_read_tokens, 0),
        coalesce(cache_write_5m_tokens, 0) + coalesce(cache_write_1h_tokens, 0),
        coalesce(output_tokens, 0), cost_usd::float8, copied, detail, name, output_digest
    FROM runs_step
    WHERE run_id = %(run)s AND revision > %(after)s AND revision <= %(until)s AND seq < %(most)s
    ORDER BY seq
"""

#: Hidden: seen on disk while the call did not declare it. Changes of the whole run are no step's own.
TOUCHES = """
    SELECT step_key, n, path, op,
        origin = 'observed' AND NOT bool_or(origin = 'declared') OVER (PARTITION BY step_key, path),
        outside, user_modified, additions, deletions, coalesce(substr(before_digest, 1, %(short)s), ''),
        coalesce(substr(after_digest, 1, %(short)s), ''), old_path, origin,
        basis IN ('content', 'reconstructed')
    FROM runs_filechange
    WHERE run_id = %(run)s AND origin <> 'net'
    ORDER BY n
"""

#: The runs that changed since rules last saw them, the newest first, without those that rest.
DUE_RUNS = """
    SELECT run.id FROM runs_run AS run WHERE run.due AND run.id < %(before)s AND run.id <> ALL(%(resting)s)
    ORDER BY run.id DESC LIMIT %(most)s
"""
_NEWEST = UUID(int=2**128 - 1)

_FIELDS = tuple(name for name in Source.__struct_fields__)


def due_runs_all_projects(
    *, most: int, before: UUID | None = None, resting: Collection[UUID] = ()
) -> list[UUID]:
    """List runs that changed since they were last judged, the newest first; those older than one of them."""
    with connection.cursor() as cursor:
        cursor.execute(DUE_RUNS, {"most": most, "before": before or _NEWEST, "resting": list(resting)})
        return [run_id for (run_id,) in cursor.fetchall()]


def changed_steps(run: Run, *, after: int) -> list[Source]:
    """Read the steps written after a revision, up to the run's, each with the texts that rules look at."""
    given = {"run": run.id, "after": after, "until": run.revision, "most": JUDGED_STEPS}
    with connection.cursor() as cursor:
        cursor.execute(CHANGED_STEPS, given)
        rows = cursor.fetchall()
    steps = [(_source_of(row[:-1]), row[-1]) for row in rows]
    for at in range(0, len(steps), CLUES_PAGE):
        part = steps[at : at + CLUES_PAGE]
        whole = read_blobs(run.id, [digest for step, digest in part if digest and step.tool])
        for step, digest in part:
            if digest and step.tool:
                step.output = shortened(whole.get(bytes(digest), b""))
    return [step for step, _ in steps]


def _source_of(row: Sequence[Any]) -> Source:
    fields = dict(zip(_FIELDS, row, strict=True))
    fields["input_digest"] = bytes(fields["input_digest"]) if fields["input_digest"] else None
    if isinstance(fields["detail"], str):
        fields["detail"] = msgspec.json.decode(fields["detail"])
    return Source(**fields)


def shortened(data: bytes) -> str:
    """Take the beginning and the end of a long output."""
    half = CLUE_BYTES // 2
    kept = data if len(data) <= CLUE_BYTES else data[:half] + b"\n" + data[-half:]
    return kept.decode("utf-8", "replace")


def clue_pages_of(run_id: UUID, cache: ClueCache) -> dict[int, Page]:
    """Read the kept clues of a run, by page; those that the cache still knows are not decoded again."""
    pages, known = CluePage.objects.filter(run_id=run_id), cache.pages_of(run_id)
    stamps = dict(pages.order_by("page").values_list("page", "stamp"))
    other = [page for page, stamp in stamps.items() if not stamp or _stamp_of(known, page) != stamp]
    rows = pages.filter(page__in=other).values_list("page", "stamp", "clues") if other else ()
    read = {page: Page(stamp, unpack_clues(bytes(data))) for page, stamp, data in rows}
    return {page: read[page] if page in read else known[page] for page in stamps}


def _stamp_of(pages: Mapping[int, Page], page: int) -> int:
    return pages[page].stamp if page in pages else 0


def mentions_of_pages(run_id: UUID, pages: Collection[int]) -> dict[int, dict[int, bytes]]:
    """Read which paths the steps of some pages name: page -> number of the step -> hashes."""
    rows = CluePage.objects.filter(run_id=run_id, page__in=pages).values_list("page", "mentions")
    return {page: unpack_mentions(bytes(data), page) for page, data in rows}


def mentions_of(run_id: UUID) -> dict[int, bytes]:
    """Read which paths the steps of a run name, by their numbers."""
    found: dict[int, bytes] = {}
    for page, data in CluePage.objects.filter(run_id=run_id).values_list("page", "mentions"):
        found |= unpack_mentions(bytes(data), page)
    return found


def pack_mentions(mentions: Mapping[int, bytes]) -> bytes:
    """Write the mentions of one page's steps."""
    return msgspec.msgpack.encode({seq % CLUES_PAGE: said for seq, said in mentions.items() if said})


def unpack_mentions(data: bytes, page: int) -> dict[int, bytes]:
    """Read mentions as `pack_mentions` wrote them."""
    read = msgspec.msgpack.decode(data, type=dict[int, bytes]) if data else {}
    return {page * CLUES_PAGE + place: said for place, said in read.items()}


def touches_of(run_id: UUID) -> dict[str, list[Touch]]:
    """Read the file changes of a run, by the key of their step."""
    found: dict[str, list[Touch]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(TOUCHES, {"run": run_id, "short": SHORT})
        for key, *values in cursor.fetchall():
            found[key].append(_touch_of(values))
    return found


def _touch_of(values: Iterable[Any]) -> Touch:
    n, path, op, hidden, outside, human, added, removed, before, after, old_path, origin, whole = values
    return Touch(
        n=n, path=path, op=op, hidden=hidden, outside=outside, user_modified=human, added=added,
        removed=removed, before=bytes(before), after=bytes(after), old_path=old_path, origin=origin,
        is_whole=whole,
    )  # fmt: skip

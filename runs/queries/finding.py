"""Find in run: previews first, by the run's own key; then, when asked for, the long texts kept as blobs."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from runs.contents import read_blobs
from runs.finding import Needle, Snippet, count_in, said_in, snippet_of
from runs.limits import FIND_BATCH_BYTES, FIND_BYTES, FIND_CHUNK, FIND_SECONDS
from runs.models import Run
from runs.queries.steps import last_seq

#: A range of the primary key; strpos() is literal, unlike LIKE. It narrows the steps down, Python counts.
CANDIDATES = """
    SELECT seq, kind, date_part('epoch', started_at), name, tool, error, input_preview, output_preview
    FROM runs_step
    WHERE run_id = %(run)s AND seq >= %(start)s AND seq < %(stop)s
        AND (%(core)s = '' OR strpos(lower(input_preview), %(core)s) > 0
            OR strpos(lower(output_preview), %(core)s) > 0
            OR strpos(lower(error || name || tool), %(core)s) > 0)
    ORDER BY seq
"""

TEXTS_OF_STEPS = """
    SELECT seq, kind, date_part('epoch', started_at), name, tool, error, input_preview, output_preview
    FROM runs_step
    WHERE run_id = %(run)s AND seq = ANY(%(seqs)s)
"""

#: Where the long texts of a run lie: what a preview does not hold whole.
LONG_TEXTS = """
    SELECT step.seq, step.kind, date_part('epoch', step.started_at), side.name, blob.digest, blob.size
    FROM runs_step AS step
    CROSS JOIN LATERAL (VALUES ('input', step.input_digest), ('output', step.output_digest))
        AS side (name, digest)
    JOIN runs_blob AS blob ON blob.run_id = step.run_id AND blob.digest = side.digest
    WHERE step.run_id = %(run)s AND (step.input_digest IS NOT NULL OR step.output_digest IS NOT NULL)
    ORDER BY step.seq, side.name
"""

HAS_LONG_TEXTS = """
    SELECT EXISTS (SELECT FROM runs_step
        WHERE run_id = %(run)s AND (input_digest IS NOT NULL OR output_digest IS NOT NULL))
"""


class LongText(NamedTuple):
    """A text of a step that is kept as a blob."""

    seq: int
    kind: str
    at: float | None  #: seconds
    side: str
    digest: bytes
    size: int


@dataclass(kw_only=True, slots=True)
class Hit:
    """A step in which something was found: how often in each of its texts, and the first place, if known."""

    seq: int
    at: float | None  #: seconds
    counts: dict[str, int] = field(default_factory=dict)
    snippet: Snippet | None = None

    @property
    def count(self) -> int:
        return sum(self.counts.values())


@dataclass(kw_only=True)
class Finding:
    """What was found, in the order shown, and what was not searched."""

    hits: list[Hit]
    searched_to: int | None = None  #: the step at which time was up; None: all previews were searched
    is_deep: bool = False
    has_long: bool = False
    unsearched: list[LongText] = field(default_factory=list)

    @property
    def occurrences(self) -> int:
        return sum(hit.count for hit in self.hits)


def find_in_run(run: Run, needle: Needle, *, deep: bool) -> Finding:
    """Search a run, in bounded time: its previews, and with `deep` also its long texts."""
    hits: dict[int, Hit] = {}
    searched_to = _search_previews(run, needle, hits)
    finding = Finding(hits=[], searched_to=searched_to, is_deep=deep, has_long=_has_long_texts(run.id))
    if deep and finding.has_long:
        finding.unsearched = _search_long_texts(run, needle, hits)
    finding.hits = sorted((hit for hit in hits.values() if hit.count), key=_place)
    return finding


def _place(hit: Hit) -> tuple[bool, float, int]:
    return hit.at is None, hit.at or 0, hit.seq


def read_snippets(run: Run, hits: list[Hit], needle: Needle) -> dict[int, Snippet]:
    """Cut out the first places of some hits, by step; those of long texts are known from the search."""
    found = {hit.seq: hit.snippet for hit in hits if hit.snippet}
    with connection.cursor() as cursor:
        cursor.execute(TEXTS_OF_STEPS, {"run": run.id, "seqs": [hit.seq for hit in hits if not hit.snippet]})
        rows = [Candidate(*row) for row in cursor.fetchall()]
    for row in rows:
        places = (snippet_of(text, needle) for text in row.texts(needle).values())
        if first := next(filter(None, places), None):
            found[row.seq] = first
    return found


def _search_previews(run: Run, needle: Needle, hits: dict[int, Hit]) -> int | None:
    last, end = last_seq(run), monotonic() + FIND_SECONDS
    for start in range(0, (last or 0) + 1, FIND_CHUNK):
        if monotonic() > end:
            return start
        for row in _candidates(run.id, needle, start):
            counts = {side: count_in(text, needle) for side, text in row.texts(needle).items()}
            hits[row.seq] = Hit(seq=row.seq, at=row.at, counts=counts)
    return None


class Candidate(NamedTuple):
    """The texts of a row that may hold what is looked for."""

    seq: int
    kind: str
    at: float | None  #: seconds
    name: str
    tool: str
    error: str
    input: str
    output: str

    def texts(self, needle: Needle) -> dict[str, str]:
        """Give what is searched, if it may hold the needle; an error that the output repeats counts once."""
        output = self._said(self.output, needle, is_input=False)
        return {
            "input": self._said(self.input, needle, is_input=True),
            "output": output,
            "error": "" if self.error in output else self.error,
            "name": f"{self.name}\n{self.tool}" if self.name != self.tool else self.tool,
        }

    def _said(self, text: str, needle: Needle, *, is_input: bool) -> str:
        """Read JSON only where it may hold the needle: that takes most of the time."""
        return said_in(text, self.kind, is_input=is_input) if needle.core in text.lower() else ""


def _candidates(run_id: UUID, needle: Needle, start: int) -> list[Candidate]:
    given: dict[str, Any] = {"run": run_id, "start": start, "stop": start + FIND_CHUNK, "core": needle.core}
    with connection.cursor() as cursor:
        cursor.execute(CANDIDATES, given)
        return [Candidate(*row) for row in cursor.fetchall()]


def _has_long_texts(run_id: UUID) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(HAS_LONG_TEXTS, {"run": run_id})
        return bool(cursor.fetchone()[0])


def _search_long_texts(run: Run, needle: Needle, hits: dict[int, Hit]) -> list[LongText]:
    """Search whole texts in place of their previews; give those that time and size did not allow."""
    with connection.cursor() as cursor:
        cursor.execute(LONG_TEXTS, {"run": run.id})
        texts = [LongText(*row)._replace(digest=bytes(row[4])) for row in cursor.fetchall()]
    end, done, read = monotonic() + FIND_SECONDS, 0, 0
    for batch in _batches(texts):
        read += sum(text.size for text in batch)
        if read > FIND_BYTES or monotonic() > end:
            return texts[done:]
        contents = read_blobs(run.id, list({text.digest for text in batch}))
        for text in batch:
            _search_long_text(text, contents.get(text.digest, b""), needle, hits)
        done += len(batch)
    return []


def _batches(texts: list[LongText]) -> Iterator[list[LongText]]:
    batch: list[LongText] = []
    size = 0
    for text in texts:
        batch.append(text)
        size += text.size
        if size > FIND_BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _search_long_text(text: LongText, data: bytes, needle: Needle, hits: dict[int, Hit]) -> None:
    hit = hits.get(text.seq)
    may_hold = needle.core.encode() in data.lower()
    if hit is None and not may_hold:
        return
    whole = data.decode("utf-8", "replace") if may_hold else ""
    said = said_in(whole, text.kind, is_input=text.side == "input")
    count = count_in(said, needle)
    if hit is None:
        hit = hits[text.seq] = Hit(seq=text.seq, at=text.at)
    if count and not hit.count:
        hit.snippet = snippet_of(said, needle)
    hit.counts[text.side] = count

"""Puts the recorded demo runs into a project, through the same pipeline as every recording."""

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from agentscope.demo.builder import build
from agentscope.demo.scenarios import ALL
from agentscope.demo.script import Script
from agentscope.demo.telemetry import AGO, died_in_a_call
from ingest import pipeline
from ingest.endpoints.gate import CUT_OFF, EMPTY
from ingest.sources import SourceFile
from runs.actions import save_comparison
from teams.access import REVOKED_KEY
from teams.models import Project
from teams.store import Rejected, Times, keep_rejections

TRANSCRIPTS = Path(__file__).parent / "fixtures"
#: When the sessions in the transcripts begin as written, and how long before the seeding they shall begin.
WRITTEN_AT, TRANSCRIPTS_AGO = datetime.fromisoformat("2025-01-01T00:00:00Z"), timedelta(hours=3, minutes=18)
#: The comparison that the project begins with: the two variants of scenarios/cohort.py.
COMPARED, SIDES = "Thorough or test-first?", "a.variant=thorough&b.variant=test-first"


class Refusal(NamedTuple):
    """A request that was refused: when last, how often, and what was answered."""

    ago: timedelta
    count: int
    status: int
    path: str
    client: str
    reason: str


REFUSED = (
    Refusal(timedelta(minutes=4), 12, 401, "/v1/traces", "OTel-OTLP-Exporter-Python/1.45.0", REVOKED_KEY),
    Refusal(timedelta(minutes=38), 1, 422, "/api/v1/events", "python-requests/2.32.5", EMPTY),
    Refusal(timedelta(hours=5), 2, 400, "/runs/multipart", "langsmith-py/0.14.2", CUT_OFF),
)
TIMESTAMP = re.compile(rb'(?<="timestamp":")[^"]+(?=")')


def seed_runs(project: Project, *, now: datetime) -> None:
    """Import every demo run, each stored as if that had happened when it ended; save a comparison."""
    for script in sorted(ALL, key=lambda script: -script.ago):
        seed_run(project, script, now=now)
    files = [moved(path, now - TRANSCRIPTS_AGO) for path in sorted(TRANSCRIPTS.glob("*.jsonl"))]
    pipeline.take_files(project, files, now=now)
    pipeline.take_traces(project, died_in_a_call(now), json=True, now=now - AGO)
    keep_rejections([refused_request(project, seen, now=now) for seen in REFUSED])
    save_comparison(project, COMPARED, SIDES, by=None, now=now)


def refused_request(project: Project, seen: Refusal, *, now: datetime) -> tuple[Rejected, Times]:
    """Make one refused request of the project."""
    one = Rejected(
        team=project.team_id,
        project=project.pk,
        status=seen.status,
        reason=seen.reason,
        method="POST",
        path=seen.path,
        client=seen.client,
        address="10.0.0.5",
    )
    return one, Times(count=seen.count, first=now - seen.ago * 2, last=now - seen.ago)


def seed_run(project: Project, script: Script, *, now: datetime) -> None:
    """Import one demo run that began `script.ago` before now."""
    trace, start = build(script), now - script.ago
    body = b"\n".join(trace.lines(start))
    pipeline.take_events(project, body, run=None, now=start + timedelta(seconds=trace.seconds))


def moved(path: Path, start: datetime) -> SourceFile:
    """Read a transcript with its times moved, so that it begins at `start`."""

    def move(match: re.Match[bytes]) -> bytes:
        at = datetime.fromisoformat(match[0].decode()) - WRITTEN_AT + start
        return at.isoformat(timespec="milliseconds").replace("+00:00", "Z").encode()

    return SourceFile(path.name, TIMESTAMP.sub(move, path.read_bytes()))

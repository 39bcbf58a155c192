"""Puts the recorded demo runs into a project, through the same pipeline as every recording."""

import re
from datetime import datetime, timedelta
from pathlib import Path

from agentscope.demo.builder import build
from agentscope.demo.scenarios import ALL
from agentscope.demo.script import Script
from ingest import pipeline
from ingest.sources import SourceFile
from runs.actions import save_comparison
from teams.models import Project

TRANSCRIPTS = Path(__file__).parent / "fixtures"
#: When the sessions in the transcripts begin as written, and how long before the seeding they shall begin.
WRITTEN_AT, TRANSCRIPTS_AGO = datetime.fromisoformat("2025-01-01T00:00:00Z"), timedelta(hours=3, minutes=18)
#: The comparison that the project begins with: the two variants of scenarios/cohort.py.
COMPARED, SIDES = "Thorough or test-first?", "a.variant=thorough&b.variant=test-first"
TIMESTAMP = re.compile(rb'(?<="timestamp":")[^"]+(?=")')


def seed_runs(project: Project, *, now: datetime) -> None:
    """Import every demo run, each stored as if that had happened when it ended; save a comparison."""
    for script in sorted(ALL, key=lambda script: -script.ago):
        seed_run(project, script, now=now)
    files = [moved(path, now - TRANSCRIPTS_AGO) for path in sorted(TRANSCRIPTS.glob("*.jsonl"))]
    pipeline.take_files(project, files, now=now)
    save_comparison(project, COMPARED, SIDES, by=None, now=now)


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

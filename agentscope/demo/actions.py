"""Begins live demo runs."""

import secrets
from datetime import datetime
from uuid import UUID

from django.db import transaction

from agentscope.demo.plays import RUN_PREFIX, pieces_of
from agentscope.demo.scenarios import PLAYABLE
from agentscope.demo.script import Script
from agentscope.demo.tasks import queue_play
from ingest import pipeline
from teams.models import Project


def begin_play(project: Project, script: Script, *, now: datetime) -> UUID:
    """Make the run, so that it has a page at once, and queue the rest of it. Returns the run's id."""
    run = f"{RUN_PREFIX}{secrets.token_hex(6)}"
    first = pieces_of(script, run=run, start=now)[0]
    with transaction.atomic():
        outcome = pipeline.take_events(project, first.line, run=None, now=now)
        queue_play(project, run=run, script=script.id, start=now)
    return outcome.saved[0].id


def choose_script(name: str) -> Script:
    """Take the playable script of that name, else one by chance; the first comes as often as all others."""
    by_id = {script.id: script for script in PLAYABLE}
    first, *others = PLAYABLE
    return by_id.get(name) or secrets.choice([first, secrets.choice(others)])

"""Streams a demo run through the real ingest API, at human speed."""

import time
import urllib.request
from datetime import datetime

from django.conf import settings
from django.db import connection
from django.utils import timezone
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import JobAborted

from agentscope.demo.keys import key_for_play
from agentscope.demo.plays import pieces_of, posts_of
from agentscope.demo.scenarios import PLAYABLE
from teams.models import Project

POST_SECONDS = 10


@app.task(
    name="demo.stream_play",
    pass_context=True,
    # The web process may be starting anew. What was sent before is sent again, and changes nothing.
    retry=RetryStrategy(max_attempts=5, wait=3),
)
def stream_play(context: JobContext, *, project_id: int, run: str, script: str, start: str) -> None:
    """Post every event when it is due; what is overdue, because a worker was killed, is posted at once."""
    project = Project.objects.filter(pk=project_id).first()
    scripts = {one.id: one for one in PLAYABLE}
    if project is None or script not in scripts:
        return
    began = datetime.fromisoformat(start)
    pieces = pieces_of(scripts[script], run=run, start=began)
    with key_for_play(project) as key:
        connection.close()  # not held for the minute that follows
        for due, body in posts_of(pieces, late=seconds_since(began)):
            wait(due - seconds_since(began))
            if context.should_abort():
                raise JobAborted
            post_events(body, key=key)


def queue_play(project: Project, *, run: str, script: str, start: datetime) -> None:
    """Queue a play, in the transaction that makes its run."""
    stream_play.defer(project_id=project.pk, run=run, script=script, start=start.isoformat())


def wait(seconds: float) -> None:
    if seconds > 0:
        time.sleep(seconds)


def seconds_since(began: datetime) -> float:
    return (timezone.now() - began).total_seconds()


def post_events(body: bytes, *, key: str) -> None:
    """Post to the product as any recorder would. Raises OSError when it is away or refuses."""
    request = urllib.request.Request(
        f"{settings.PUBLIC_URL}/api/v1/events",
        data=body,
        headers={"Authorization": f"Bearer {key}", "Content-Type": "application/x-ndjson"},
    )
    with urllib.request.urlopen(request, timeout=POST_SECONDS) as answer:
        answer.read()

"""Receivers, channels and runs that are going on now."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from alerts.actions.channels import create_channel
from alerts.models import AlertRule
from runs.kinds import Kind, RunStatus, StepStatus
from runs.records import Batch, RunRecord, StepRecord
from runs.store import save
from tests.alerts.receivers import http_receiver, mail_server


@pytest.fixture
def receiver(settings):
    """A local receiver, which may be reached."""
    settings.ALERTS_ALLOW_PRIVATE = True
    with http_receiver() as server:
        yield server


@pytest.fixture
def mailbox(settings):
    """A local mail server, which Django is set to."""
    with mail_server() as (box, port):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_URL = f"smtp://127.0.0.1:{port}"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        yield box


@pytest.fixture
def hook(project, owner, receiver):
    """A webhook to the receiver: (channel, secret). All rules of the project tell it."""
    channel, secret = create_channel(
        project, "hook", kind="webhook", config={"url": receiver.url}, shown="…", by=owner, now=timezone.now()
    )
    for rule in AlertRule.objects.filter(project=project):
        rule.channels.add(channel)
    return channel, secret


@pytest.fixture
def alive(project):
    """Give a function that writes the next steps of a run that goes on now."""

    def write(
        numbers,
        *,
        run="alive",
        ago=timedelta(0),
        status=RunStatus.RUNNING,
        kind=Kind.TOOL,
        now: datetime | None = None,
        seconds: float = 1,
        **fields,
    ):
        began, took = timezone.now() - timedelta(minutes=5) - ago, timedelta(seconds=seconds)
        told = RunRecord(external_id=run, source="test", name=f"Run {run}", started_at=began, status=status)
        call = {"tool": "Read", "input": '{"file_path":"/w/a.py"}', "output": "1\tx"}
        given = {"status": StepStatus.OK, **(call if kind == Kind.TOOL else {}), **fields}
        steps = [
            StepRecord(
                run=run, key=f"k{number}", kind=kind, source="test",
                started_at=began + timedelta(seconds=number),
                ended_at=began + timedelta(seconds=number) + took, **given,
            )
            for number in numbers
        ]  # fmt: skip
        [saved] = save(project, Batch(runs=[told], steps=steps), now=now or timezone.now())
        return saved.id

    return write

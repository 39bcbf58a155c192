"""`manage.py worker`: run background jobs until told to stop."""

import asyncio
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from procrastinate import PsycopgConnector
from procrastinate.contrib.django import app
from procrastinate.contrib.django.utils import connector_params

from agentscope.tasks import STALLED_SECONDS
from alerts.queueing import QUEUE
from alerts.watching import Watch

CONCURRENCY = 4
#: Deliveries of alerts at the same time, besides.
DELIVERIES = 2
HEARTBEAT_SECONDS = 3
#: A job that was cut off by SIGTERM after this many seconds runs again later.
GRACEFUL_SECONDS = 4


class Command(BaseCommand):
    help = "Run background jobs: imports, findings, alerts, retention."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--concurrency", type=int, default=CONCURRENCY, help="jobs at the same time")

    def handle(self, *args: Any, concurrency: int, **options: Any) -> None:
        with app.replace_connector(small_connector()):
            stopping = threading.Event()
            watch = threading.Thread(target=Watch(stopping).run, name="watch", daemon=True)
            watch.start()
            try:
                asyncio.run(run_jobs(concurrency))
            finally:
                stopping.set()
                watch.join(GRACEFUL_SECONDS)


def small_connector() -> PsycopgConnector:
    """Return a connector with few connections; two of them listen for new jobs."""
    return PsycopgConnector(
        kwargs=connector_params(), min_size=1, max_size=6, timeout=10, max_idle=60, num_workers=1
    )


async def run_jobs(concurrency: int) -> None:
    """Work on every queue; finished jobs are deleted, failed ones stay for the admin to see.

    Deliveries of alerts have hands of their own: an import may take minutes, and nobody waits so long to be
    told of a run.
    """
    async with app.open_async(), asyncio.TaskGroup() as group:
        deliveries = group.create_task(
            work_on([QUEUE], concurrency=DELIVERIES, install_signal_handlers=False)
        )
        await work_on(None, concurrency=concurrency, install_signal_handlers=True)
        deliveries.cancel()


async def work_on(queues: list[str] | None, *, concurrency: int, install_signal_handlers: bool) -> None:
    """Work on some queues, or on all, until told to stop."""
    await app.run_worker_async(
        queues=queues,
        concurrency=concurrency,
        install_signal_handlers=install_signal_handlers,
        delete_jobs="successful",
        update_heartbeat_interval=HEARTBEAT_SECONDS,
        stalled_worker_timeout=STALLED_SECONDS,
        shutdown_graceful_timeout=GRACEFUL_SECONDS,
    )

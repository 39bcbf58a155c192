"""What the worker does for alerts; judging runs is the watch's work (alerts.watching)."""

from django.db import OperationalError
from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from alerts.delivering import deliver
from alerts.limits import DELIVERY_BACKOFF, DELIVERY_TRIES
from alerts.live import announce_inbox
from alerts.queueing import DELIVER, QUEUE
from alerts.retention import delete_old_alerts_all_projects
from alerts.senders.failures import NotDelivered
from alerts.sweeping import evaluate_rates_all_projects


@app.task(
    name=DELIVER,
    queue=QUEUE,
    # One more for each time that a worker was killed or the database was away; the delivery counts its own.
    retry=RetryStrategy(
        max_attempts=DELIVERY_TRIES + 4,
        exponential_wait=DELIVERY_BACKOFF,
        retry_exceptions={NotDelivered, OperationalError},
    ),
)
def deliver_one(delivery_id: int) -> None:
    """Send one delivery."""
    deliver(delivery_id)


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="evaluate_rates", lock="evaluate_rates", pass_context=False)
def evaluate_rates(timestamp: int) -> None:
    """Apply rules over rates, every minute."""
    for project in evaluate_rates_all_projects(timezone.now()):
        announce_inbox(project)


@app.periodic(cron="41 3 * * *")
@app.task(queueing_lock="delete_old_alerts", pass_context=False)
def delete_old_alerts(timestamp: int) -> None:
    """Delete alerts as old as the runs that are deleted, every night."""
    delete_old_alerts_all_projects(timezone.now())

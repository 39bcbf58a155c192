"""Jobs as part of the caller's own transaction: the outbox.

The worker's app speaks through a connector of its own; here a job is a row that commits, or not, with the
alert it belongs to.
"""

from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.manager import JobManager
from procrastinate.tasks import configure_task

#: Names of the task and its queue; alerts.tasks defines it.
DELIVER, QUEUE = "alerts.deliver", "alerts"


def queue_delivery(delivery_id: int) -> None:
    """Queue the sending of a delivery; before imports and other long jobs."""
    jobs = JobManager(DjangoConnector())
    configure_task(
        name=DELIVER, job_manager=jobs, queue=QUEUE, lock=f"{DELIVER}:{delivery_id}", priority=10
    ).defer(delivery_id=delivery_id)

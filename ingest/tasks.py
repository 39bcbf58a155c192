"""What the worker does: import uploads. A killed worker's job runs again; importing twice changes nothing."""

import logging
from functools import partial

from django.db import OperationalError
from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from ingest import actions, pipeline, queries
from ingest.answers import import_answer
from ingest.models import Upload
from ingest.streams import Refused
from teams.store import forget_rejections_all_teams

log = logging.getLogger(__name__)

OURS = "The import failed by a fault of ours; the server's log says more. The files can be uploaded again."


@app.task(
    name="ingest.import_upload",
    queue="imports",
    retry=RetryStrategy(max_attempts=10, wait=5, retry_exceptions={OperationalError}),
)
def import_upload(upload_id: int) -> None:
    """Import one upload and keep the result for the page."""
    upload = actions.begin_import(upload_id)
    if upload is None:
        return
    try:
        tell = partial(actions.tell_progress, upload)
        outcome = pipeline.take_files(upload.project, queries.files_of(upload), now=timezone.now(), tell=tell)
    except Refused as refused:
        actions.fail_import(upload, str(refused))
    except OperationalError:
        raise
    except Exception:
        log.exception("Import of upload %s failed", upload_id)
        actions.fail_import(upload, OURS)
    else:
        actions.finish_import(upload, import_answer(upload.project, outcome))


@app.periodic(cron="37 3 * * *")
@app.task(queueing_lock="forget_traces", pass_context=False)
def forget_traces(timestamp: int) -> None:
    """Forget old traces, every night."""
    actions.forget_traces_all_projects(timezone.now())


@app.periodic(cron="47 3 * * *")
@app.task(queueing_lock="forget_rejections", pass_context=False)
def forget_rejections(timestamp: int) -> None:
    """Forget old refused requests, every night."""
    forget_rejections_all_teams(timezone.now())


def queue_import(upload: Upload) -> None:
    """Queue the import of an upload, in the transaction that stores it."""
    import_upload.defer(upload_id=upload.pk)

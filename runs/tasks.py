"""What the worker does for runs."""

from django.utils import timezone
from procrastinate.contrib.django import app

from runs.live import announce
from runs.outdated import JUDGE_ANEW, QUEUE, mark_outdated, mark_outdated_all_projects
from runs.retention import close_silent_runs_all_projects, delete_expired_runs_all_projects
from runs.rollups import drop_empty_sums, fold_sums_all_projects, index_texts_all_projects
from runs.signaturesums import drop_empty_signature_sums, fold_signature_sums_all_projects
from runs.toolsums import drop_empty_tool_sums, fold_tool_sums_all_projects


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="close_silent_runs", pass_context=False)
def close_silent_runs(timestamp: int) -> None:
    """Close silent runs, every minute."""
    for project, saved in close_silent_runs_all_projects(timezone.now()):
        announce(project, saved)


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="fold_sums", lock="fold_sums", pass_context=False)
def fold_sums(timestamp: int) -> None:
    """Fold the sums of projects, and index the words of runs, every minute."""
    fold_sums_all_projects()
    index_texts_all_projects()
    fold_tool_sums_all_projects()
    fold_signature_sums_all_projects()


@app.task(name=JUDGE_ANEW, queue=QUEUE)
def judge_anew(project_id: int) -> None:
    """Let the runs of a project be judged by its new rules."""
    mark_outdated(project_id, now=timezone.now())


@app.periodic(cron="7 2 * * *")
@app.task(queueing_lock="judge_outdated", pass_context=False)
def judge_outdated(timestamp: int) -> None:
    """Let runs that older rules judged be judged anew, every night."""
    mark_outdated_all_projects()


@app.periodic(cron="17 3 * * *")
@app.task(queueing_lock="delete_expired_runs", pass_context=False)
def delete_expired_runs(timestamp: int) -> None:
    """Delete expired runs, every night, and the sums that are empty then."""
    delete_expired_runs_all_projects(timezone.now())
    fold_sums_all_projects()
    drop_empty_sums()
    fold_tool_sums_all_projects()
    drop_empty_tool_sums()
    fold_signature_sums_all_projects()
    drop_empty_signature_sums()

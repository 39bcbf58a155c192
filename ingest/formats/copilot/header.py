"""What a session is called, where it ran and how it stands."""

from datetime import datetime, timedelta

from ingest import wild
from ingest.formats.claude_code.paths import repository_of
from ingest.formats.copilot.session import MANY, Session
from runs.kinds import RunStatus
from runs.records import RunRecord
from runs.titles import title_of

#: A session whose newest event is younger still goes on.
STILL_RUNNING = timedelta(minutes=10)


def run_record(session: Session, *, now: datetime) -> RunRecord:
    """Write the run."""
    recording, context = session.recording, session.context
    status, error = status_of(session, now=now)
    repository = (wild.text(context.get("repository")) or "").rstrip("/").rpartition("/")[2]
    folder = repository_of(wild.text(context.get("gitRoot")) or session.cwd).rstrip("/").rpartition("/")[2]
    return recording.run_record(
        status=status,
        error=error,
        task=session.task,
        title=session.title or title_of(session.task or session.said),
        session=session.name,
        agent="copilot",
        agent_version=session.version,
        model=session.models.most_common(1)[0][0] if session.models else session.model,
        repo=repository or folder or None,
        branch=wild.text(context.get("branch")),
        commit=wild.text(context.get("headCommit")),
        cwd=session.cwd or None,
        meta=meta_of(session),
    )


def status_of(session: Session, *, now: datetime) -> tuple[RunStatus, str | None]:
    """Say how the session stands: by its own word, else by its last event and how long it is silent."""
    if session.ending is not None:
        return session.ending
    last = session.recording.last_at
    fresh = last is not None and now - last < STILL_RUNNING
    if fresh:
        return RunStatus.RUNNING, None
    if session.trouble:
        return RunStatus.FAILED, session.trouble
    return (RunStatus.DONE if session.is_told else RunStatus.UNFINISHED), None


def meta_of(session: Session) -> dict[str, object]:
    facts: dict[str, object] = {name: words for name, words in session.seen.items() if words}
    if session.models:
        facts["models"] = [model for model, _ in session.models.most_common(MANY)]
    repository = wild.text(session.context.get("repository"))
    if repository:
        facts["repository"] = repository[:500]
    return facts | session.facts

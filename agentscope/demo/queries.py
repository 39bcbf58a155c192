"""What is being played now."""

from datetime import datetime, timedelta

from agentscope.demo.plays import LONGEST, RUN_PREFIX
from runs.kinds import RunStatus
from runs.models import Run
from teams.models import Project


def run_being_played(project: Project, *, now: datetime) -> Run | None:
    """Find the project's play that has not ended; one that hangs is not waited for."""
    began = now - timedelta(seconds=LONGEST + 30)
    return Run.objects.filter(
        project=project,
        status=RunStatus.RUNNING,
        external_id__startswith=RUN_PREFIX,
        sort_at__gte=began,
    ).first()

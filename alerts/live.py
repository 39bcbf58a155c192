"""Nudges of the inbox, through the group of the project: a run of zeros stands for the inbox itself."""

from uuid import UUID

from msgspec import Struct

from runs.live import announce
from teams.models import Project


class _Inbox(Struct, frozen=True):
    id: UUID = UUID(int=0)
    revision: int = 0


def announce_inbox(project: Project) -> None:
    """Tell open pages of a project that its inbox has changed. Returns at once and never raises."""
    announce(project, [_Inbox()])

"""Channels of a project."""

from django.db.models import Count, QuerySet

from alerts.models import Channel
from teams.models import Membership, Project, User


def channels_of(project: Project) -> QuerySet[Channel]:
    """List channels by name, each with `rule_count`."""
    channels = Channel.objects.filter(project=project).annotate(rule_count=Count("rules"))
    return channels.order_by("name", "pk")


def channel_of(project: Project, channel_id: int) -> Channel | None:
    """Find one channel."""
    return Channel.objects.filter(project=project, pk=channel_id).first()


def people_of(project: Project) -> list[User]:
    """List who may be mailed: the members of the team."""
    members = Membership.objects.filter(team_id=project.team_id, user__is_active=True)
    return [member.user for member in members.select_related("user").order_by("user__email")]

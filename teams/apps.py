"""The teams app: who may see what."""

from django.apps import AppConfig


class TeamsConfig(AppConfig):
    """People, teams, projects and API keys."""

    name = "teams"
    default_auto_field = "django.db.models.BigAutoField"

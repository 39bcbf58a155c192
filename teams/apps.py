"""The teams app: who may see what."""

from importlib import import_module

from django.apps import AppConfig


class TeamsConfig(AppConfig):
    """People, teams, projects and API keys."""

    name = "teams"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Connect the receivers; they need the models, so not at the top."""
        import_module("teams.signals")

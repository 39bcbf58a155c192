from django.apps import AppConfig


class RunsConfig(AppConfig):
    """Runs, steps, file changes: the store, the reads, the pages."""

    name = "runs"
    default_auto_field = "django.db.models.BigAutoField"

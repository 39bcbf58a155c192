from django.apps import AppConfig
from django.db.models.signals import pre_delete


class RunsConfig(AppConfig):
    """Runs, steps, file changes: the store, the reads, the pages."""

    name = "runs"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from runs.retention import delete_runs_of_project
        from teams.models import Project

        pre_delete.connect(delete_runs_of_project, sender=Project, dispatch_uid="runs.delete_runs_of_project")

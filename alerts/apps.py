from django.apps import AppConfig
from django.db.models.signals import post_save


class AlertsConfig(AppConfig):
    """Alert rules over runs, their channels and deliveries."""

    name = "alerts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from alerts.actions.rules import install_defaults_of_project
        from teams.models import Project

        post_save.connect(
            install_defaults_of_project, sender=Project, dispatch_uid="alerts.install_defaults_of_project"
        )

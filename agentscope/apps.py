from django.apps import AppConfig
from django.conf import settings

from agentscope import embedded


class AgentScopeConfig(AppConfig):
    """Starts the embedded services that are switched on, before anything can ask for a connection."""

    name = "agentscope"
    verbose_name = "AgentScope"

    def ready(self) -> None:
        embedded.start_services(settings.EMBEDDED_SERVICES)

"""`manage.py serve` appears in the list of commands by this file; manage.py itself runs the supervisor."""

from typing import Any

from django.core.management.base import BaseCommand

from agentscope.supervisor import serve


class Command(BaseCommand):
    help = "Run everything: PostgreSQL, Redis, web and worker, until Ctrl-C."

    def handle(self, *args: Any, **options: Any) -> None:
        raise SystemExit(serve())

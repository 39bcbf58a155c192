"""`manage.py seed_demo`: the demo team of a fresh development data folder, with its recorded runs."""

import json
import os
import secrets
from importlib import import_module
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from teams.actions import create_key, create_project, create_team, delete_team
from teams.models import Project, Team, User

EMAIL = "demo@agentscope.local"


class Command(BaseCommand):
    help = "Make the demo team, its login, its keys and its runs; write login and keys to demo.json."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--reset", action="store_true", help="delete the demo team first, with all its runs"
        )

    def handle(self, *args: Any, reset: bool = False, **options: Any) -> None:
        if settings.IS_PRODUCTION:
            raise CommandError("The demo team is for development only.")
        path = settings.DATA_DIR / "demo.json"
        project = Project.objects.filter(team__memberships__user__email=EMAIL).select_related("team").first()
        if reset and project is not None:
            delete_team(project.team)
            project = None
        elif project is None and Team.objects.exists():
            self.stdout.write("There are teams already: no demo team is made.")
            return
        elif project and path.exists():
            return
        with transaction.atomic():
            write_facts(path, make_demo(project))


def make_demo(project: Project | None) -> dict[str, str]:
    """Make user, team, project and runs where they are missing, and fresh keys; return the facts."""
    password = f"demo-{secrets.token_hex(4)}"
    user = User.objects.filter(email=EMAIL).first() or User.objects.create_user(EMAIL, name="Demo")
    user.set_password(password)
    user.is_staff = user.is_superuser = True
    user.save()
    if project is None:
        project = create_project(create_team("Demo", user), "checkout-service")
        # Only here: a start that finds a team does not pay for the scripts.
        import_module("agentscope.demo.seeding").seed_runs(project, now=timezone.now())
    return {
        "url": settings.PUBLIC_URL,
        "email": EMAIL,
        "password": password,
        "team": project.team.slug,
        "project": project.slug,
        "ingest_key": create_key(project, "demo: send runs", scopes=["ingest"], by=user)[1],
        "read_key": create_key(project, "demo: read runs", scopes=["read"], by=user)[1],
    }


def write_facts(path: Path, facts: dict[str, str]) -> None:
    """Write demo.json, readable by the present user only."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(facts, file, indent=2)
        file.write("\n")

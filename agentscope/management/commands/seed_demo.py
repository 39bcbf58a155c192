"""`manage.py seed_demo`: the demo team of a fresh development data folder."""

import json
import os
import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from teams.actions import create_key, create_project, create_team
from teams.models import Project, Team, User

EMAIL = "demo@agentscope.local"


class Command(BaseCommand):
    help = "Make the demo team, its login and its keys, and write them to demo.json in the data folder."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.IS_PRODUCTION:
            raise CommandError("The demo team is for development only.")
        path = settings.DATA_DIR / "demo.json"
        project = Project.objects.filter(team__memberships__user__email=EMAIL).select_related("team").first()
        if project is None and Team.objects.exists():
            self.stdout.write("There are teams already: no demo team is made.")
            return
        if project and path.exists():
            return
        with transaction.atomic():
            write_facts(path, make_demo(project))


def make_demo(project: Project | None) -> dict[str, str]:
    """Make user, team and project where they are missing, and fresh keys; return what demo.json holds."""
    password = f"demo-{secrets.token_hex(4)}"
    user = User.objects.filter(email=EMAIL).first() or User.objects.create_user(EMAIL, name="Demo")
    user.set_password(password)
    user.is_staff = user.is_superuser = True
    user.save()
    if project is None:
        project = create_project(create_team("Demo", user), "checkout-service")
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

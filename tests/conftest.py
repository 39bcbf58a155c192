"""The people and the project that every test may ask for."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.conf import settings
from django.db import connection

from teams.actions import create_key, create_project, create_team
from teams.models import Membership, Project, Role, Team, User
from tests.product import Product, serve
from tests.scheduling import SharedStarts

PASSWORD = "correct horse battery"
SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"

# A slow machine is no fault of what is tested; what CI tries, everybody can try again.
hypothesis.settings.register_profile("calm", deadline=None, derandomize=os.environ.get("CI") == "true")
hypothesis.settings.load_profile("calm")

# Hashing a password the real way costs 0.1 s for every user of every test.
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# Workers have a database each, with the same numbers of projects, but one Redis: a nudge must not cross.
settings.CHANNEL_LAYERS["default"]["CONFIG"]["prefix"] = (
    f"test-{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
)

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def find_browser() -> str | None:
    """Return the path of the system's Chromium."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip the browser tests where there is no browser, unless this is CI, which must bring one."""
    in_browser = [item for item in items if item.get_closest_marker("browser")]
    if not in_browser or find_browser():
        return
    if os.environ.get("CI") == "true":
        raise pytest.UsageError("CI needs Chromium for the browser tests, and there is none on the PATH.")
    for item in in_browser:
        item.add_marker(pytest.mark.skip(reason="no Chromium on the PATH"))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> SharedStarts | None:
    """Take our own scheduler for `--dist loadgroup`."""
    return SharedStarts(config, log) if config.getvalue("dist") == "loadgroup" else None


@pytest.fixture(scope="session")
def browser_path() -> str:
    """The Chromium that the browser tests drive."""
    path = find_browser()
    assert path, "ask for it in tests marked `browser` only"
    return path


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """End what the pool's own threads may just be connecting, before the test database is dropped."""
    yield
    with django_db_blocker.unblock():
        name = connection.settings_dict["NAME"]
        connection.close()
        connection.close_pool()
        with connection._nodb_cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
            )


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The whole product. Tests that ask for it run on one worker (tests/scheduling.py)."""
    with serve(tmp_path_factory.mktemp("product")) as served:
        yield served


@pytest.fixture
def owner(db: None) -> User:
    """The owner of the team."""
    return User.objects.create_user("owner@example.com", PASSWORD, name="Olive Owner")


@pytest.fixture
def member(team: Team) -> User:
    """A member of the team with the role member."""
    user = User.objects.create_user("member@example.com", PASSWORD, name="Max Member")
    Membership.objects.create(team=team, user=user, role=Role.MEMBER)
    return user


@pytest.fixture
def outsider(db: None) -> User:
    """A user with a team of their own, who must get 404 for everything of `team`."""
    user = User.objects.create_user("outsider@example.com", PASSWORD, name="Otto Outsider")
    create_team("Elsewhere", user)
    return user


@pytest.fixture
def viewer(team: Team) -> User:
    """A member of the team who may only look."""
    user = User.objects.create_user("viewer@example.com", PASSWORD, name="Vera Viewer")
    Membership.objects.create(team=team, user=user, role=Role.VIEWER)
    return user


@pytest.fixture
def foreign_key(outsider: User) -> str:
    """A raw key with all scopes, of a project of another team."""
    elsewhere = create_project(Membership.objects.get(user=outsider).team, "Theirs")
    return create_key(elsewhere, "theirs", scopes=["ingest", "read"], by=outsider)[1]


@pytest.fixture
def team(owner: User) -> Team:
    """The team "Acme"."""
    return create_team("Acme", owner)


@pytest.fixture
def project(team: Team) -> Project:
    """The project "Checkout" of the team."""
    return create_project(team, "Checkout")


@pytest.fixture
def ingest_key(project: Project, owner: User) -> str:
    """A raw key that may send runs to the project."""
    return create_key(project, "ci", scopes=["ingest"], by=owner)[1]


@pytest.fixture
def read_key(project: Project, owner: User) -> str:
    """A raw key that may read the runs of the project."""
    return create_key(project, "reader", scopes=["read"], by=owner)[1]


@pytest.fixture
def shared_data() -> Path:
    """The folder of recorded traces beside the checkout; the test is skipped where it is absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip("../shared/data is absent")
    return SHARED_DATA

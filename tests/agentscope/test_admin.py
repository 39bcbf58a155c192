"""The whole admin: every model is there, every page opens, with queries that do not grow."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.db.models import CompositePrimaryKey, Model
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from ingest.models import Upload
from teams.models import Project, User
from tests.recordings import record_everything

LIST_QUERIES = 10  # session, user, two counts, rows, and what its filters offer
CHANGE_QUERIES = 9  # session, user, the row, its inlines and the choices of its fields
OURS = ("teams", "runs", "ingest", "alerts", "agentscope")
#: Models without an admin page, with the reason.
UNSEEN = {
    "ingest.trace": "which run a trace belongs to; the run shows what came of it",
    "ingest.tracespan": "which step a span became; the run shows it",
    "ingest.uploadpart": "bytes of a waiting upload; the upload's own page says how many",
    "ingest.meter": "what agents count of their sessions; the run shows it",
    "runs.comparison": "sides that a team saved; the Reports page shows and changes them",
    "runs.judgement": "what rules made of a run; its page shows it, and it can be made anew",
    "runs.movedrun": "which run another one became a part of; its old address leads there",
    "runs.promptfamily": "names of prompts; the Prompts page shows them",
    "runs.promptversion": "texts of prompts; the Prompts page shows them",
    "runs.runsum": "sums of the run list, which shows them",
    "runs.signaturestate": "what a team said of a card; the Findings page shows and changes it",
    "runs.signaturesum": "sums of the Findings page, which shows them",
    "runs.toolsum": "sums of the Tools page, which shows them",
    "runs.freshtext": "the newest of the search's words",
    "runs.runtext": "the search's copy of words that the run's own page shows",
}

MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label_lower)


@pytest.fixture
def operator(client: Client, db: None) -> Client:
    """The client of somebody who runs the installation."""
    client.force_login(User.objects.create_superuser("root@example.com", "pw"))
    return client


def test_every_model_is_registered_or_says_why_not() -> None:
    absent = {
        model._meta.label_lower
        for app in OURS
        for model in apps.get_app_config(app).get_models()
        if model not in admin.site._registry and not isinstance(model._meta.pk, CompositePrimaryKey)
    }
    assert absent == UNSEEN.keys()


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label_lower)
def test_list_and_change_page_open(
    operator: Client,
    project: Project,
    owner: User,
    model: type[Model],
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    record_everything(project, owner)
    Upload.objects.create(project=project, created_by=owner, name="a.jsonl", files=1, size=10)
    view = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    with django_assert_max_num_queries(LIST_QUERIES):
        assert operator.get(reverse(f"{view}_changelist"), {"q": "a"}).status_code == 200
    row = model._default_manager.first()
    if row is None:
        assert model._meta.app_label not in OURS, "record_everything makes none of it"
        return
    with django_assert_max_num_queries(CHANGE_QUERIES):
        assert operator.get(reverse(f"{view}_change", args=[row.pk])).status_code == 200


def test_admin_has_no_login_of_its_own(client: Client, db: None) -> None:
    """It would know neither rate limits nor the second factor."""
    answer = client.get("/admin/login/?next=/admin/")
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/?next=%2Fadmin%2F")
    assert client.post("/admin/login/", {"username": "a", "password": "b"}).status_code == 302


def test_member_is_told_that_the_admin_is_closed(client: Client, owner: User) -> None:
    client.force_login(owner)
    assert client.get("/admin/", follow=True).status_code == 403

"""Upload page: files are stored, the worker imports them, the page shows what came out."""

import io
import json

import pytest
from django.urls import reverse

from ingest.limits import FILES_PER_IMPORT
from ingest.models import Problem, Upload, UploadPart
from ingest.tasks import import_upload
from runs.models import Run, Step

pytestmark = pytest.mark.django_db

LINE = json.dumps({"run": "r1", "ts": 1763638000, "id": "a", "kind": "log", "text": "x"}).encode()


def page(project, name="ingest:upload", *more):
    return reverse(name, args=[project.team.slug, project.slug, *more])


def named(data, name):
    file = io.BytesIO(data)
    file.name = name
    return file


def work():
    for upload in Upload.objects.filter(state__in=["waiting", "running"]):
        import_upload(upload_id=upload.pk)


def test_upload_is_imported_by_the_worker(client, member, project):
    client.force_login(member)
    files = [named(LINE, "a.jsonl"), named(b"nonsense", "b.bin")]
    answer = client.post(page(project), {"files": files})
    assert (answer.status_code, answer["location"]) == (302, page(project))
    upload = Upload.objects.get()
    assert (upload.state, upload.files, upload.name, upload.created_by) == ("waiting", 2, "a.jsonl", member)
    assert b"every 1s" in client.get(page(project, "ingest:uploads")).content
    work()
    upload.refresh_from_db()
    assert (upload.state, upload.progress, UploadPart.objects.count()) == ("done", 100, 0)
    assert [run["external_id"] for run in upload.result["runs"]] == ["r1"]
    shown = client.get(page(project)).content.decode()
    assert "r1" in shown
    assert "could not be read" in shown
    assert "every 1s" not in shown


def test_import_that_was_cut_off_runs_again(client, member, project):
    client.force_login(member)
    client.post(page(project), {"files": [named(LINE, "a.jsonl")]})
    Upload.objects.update(state="running", progress=50)
    work()
    work()
    assert (Upload.objects.get().state, Run.objects.count(), Step.objects.count()) == ("done", 1, 1)


def test_large_file_is_kept_in_parts(client, member, project):
    client.force_login(member)
    text = json.dumps({"run": "r1", "id": "a", "kind": "log", "text": "x" * 2_500_000}).encode()
    client.post(page(project), {"files": [named(text, "a.jsonl")]})
    assert UploadPart.objects.count() == 3
    work()
    assert Step.objects.get().input_size == 2_500_000


def test_script_gets_json_and_keeps_the_folders(client, member, project):
    client.force_login(member)
    data = {"files": [named(LINE, "a.jsonl")], "paths": ["folder/sub/a.jsonl"]}
    answer = client.post(page(project), data, headers={"accept": "application/json"})
    assert answer.json() == {"url": page(project)}
    assert Upload.objects.get().name == "folder/sub/a.jsonl"


def test_folder_may_hold_as_many_files_as_an_import(client, member, project):
    client.force_login(member)
    names = [f"folder/{n}.jsonl" for n in range(FILES_PER_IMPORT)]
    data = {"files": [named(LINE, "a.jsonl") for _ in names], "paths": names}
    answer = client.post(page(project), data, headers={"accept": "application/json"})
    assert answer.json() == {"url": page(project)}
    assert Upload.objects.get().files == FILES_PER_IMPORT


def test_no_file_and_too_large_are_sentences(client, member, project, monkeypatch):
    client.force_login(member)
    assert client.post(page(project)).status_code == 422
    monkeypatch.setattr("ingest.actions.UPLOAD_BYTES", 10)
    answer = client.post(page(project), {"files": [named(LINE, "a")]}, headers={"accept": "application/json"})
    assert (answer.status_code, Upload.objects.count()) == (413, 0)
    assert answer.json()["error"].startswith("The files are larger than")


def test_refused_import_tells_why(client, member, project):
    client.force_login(member)
    client.post(page(project), {"files": [named(b"PK\x03\x04broken", "a.zip")]})
    work()
    upload = Upload.objects.get()
    assert upload.state == "failed"
    assert upload.error.startswith("The archive 'a.zip' is damaged")


@pytest.fixture
def problem(project):
    from django.utils import timezone

    from ingest.actions import keep_problems
    from runs.records import Quarantined

    found = [Quarantined(where="f:1", why="This is not JSON.", data=b"<script>")]
    keep_problems(project, found, source="events", now=timezone.now())
    return Problem.objects.get()


def test_problem_is_listed_downloaded_and_dismissed(client, member, project, problem):
    client.force_login(member)
    assert "This is not JSON." in client.get(page(project, "ingest:problems")).content.decode()
    answer = client.get(page(project, "ingest:problem-data", problem.pk))
    assert (answer.content, answer["content-type"]) == (b"<script>", "application/octet-stream")
    assert answer["content-disposition"].startswith("attachment")
    assert answer["x-content-type-options"] == "nosniff"
    client.post(page(project, "ingest:dismiss-problem", problem.pk))
    assert not Problem.objects.exists()


def test_problems_page_by_page(client, member, project, monkeypatch):
    from django.utils import timezone

    from ingest.actions import keep_problems
    from runs.records import Quarantined

    found = [Quarantined(where=f"f:{n}", why="Bad.", data=b"%d" % n) for n in range(60)]
    keep_problems(project, found, source="events", now=timezone.now())
    client.force_login(member)
    first = client.get(page(project, "ingest:problems"))
    second = client.get(page(project, "ingest:problems") + f"?before={first.context['next']}")
    shown = [problem.where for answer in (first, second) for problem in answer.context["problems"]]
    assert (len(shown), len(set(shown))) == (60, 60)


@pytest.mark.parametrize("before", ["x", "1-", "-1", "9" * 30 + "-1", "1-" + "9" * 30])
def test_nonsense_place_in_the_list_is_the_beginning(client, member, project, before):
    client.force_login(member)
    assert client.get(page(project, "ingest:problems") + f"?before={before}").status_code == 200


def test_outsider_gets_404_everywhere(client, outsider, project, problem):
    client.force_login(outsider)
    assert client.get(page(project)).status_code == 404
    assert client.post(page(project)).status_code == 404
    assert client.get(page(project, "ingest:uploads")).status_code == 404
    assert client.get(page(project, "ingest:problems")).status_code == 404
    assert client.get(page(project, "ingest:problem-data", problem.pk)).status_code == 404
    assert client.post(page(project, "ingest:dismiss-problem", problem.pk)).status_code == 404
    assert client.post(page(project, "ingest:dismiss-problems")).status_code == 404
    assert Problem.objects.exists()


def test_import_page_calls_runs_by_their_titles(client, member, project, django_assert_num_queries):
    client.force_login(member)
    lines = [
        {"run": "r1", "kind": "prompt", "text": "Fix the tests"},
        {"run": "r2", "kind": "log", "text": "x"},
    ]
    data = "\n".join(json.dumps(line) for line in lines).encode()
    client.post(page(project), {"files": [named(data, "a.jsonl")]})
    work()
    with django_assert_num_queries(5):  # session, user, project, uploads, titles
        shown = client.get(page(project)).content.decode()
    assert ">Fix the tests</a>" in shown
    assert ">r2</a>" in shown

"""Files of Copilot CLI, Cline and Aider through HTTP: twice, in parts, grown, and all pages of their runs."""

import json

import pytest

from runs.models import BilledCall, FileChange, Run, Step
from tests.ingest.formats.aider.test_aider import ANSWER, CALL, DONE, HEAD, USAGE, history, log
from tests.ingest.formats.cline.script import API, TASK, UI
from tests.ingest.formats.copilot.test_copilot import full_script
from tests.test_corpus import open_all, post_files, stored_rows

pytestmark = pytest.mark.django_db
FOLDER = f"tasks/{TASK}"
COPILOT = "".join(json.dumps(event) + "\n" for event in full_script())
AIDER = history(HEAD, "# Set the tax", ANSWER, USAGE, DONE).decode()
FILES = {
    "copilot": {"state/events.jsonl": COPILOT},
    "cline": {
        f"{FOLDER}/api_conversation_history.json": json.dumps(API),
        f"{FOLDER}/ui_messages.json": json.dumps(UI),
    },
    "aider": {"shop/.aider.chat.history.md": AIDER, "shop/.aider.llm.history": log(CALL).decode()},
}


@pytest.fixture
def written(tmp_path):
    def write(texts):
        paths = [tmp_path / name for name in texts]
        for path, text in zip(paths, texts.values(), strict=True):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return paths

    return write


@pytest.mark.parametrize("name", FILES)
def test_a_second_import_changes_nothing_and_every_page_opens(
    name, client, member, project, ingest_key, written, tmp_path
):
    paths = written(FILES[name])
    answer = post_files(client, ingest_key, *paths, root=tmp_path)
    assert (answer["format"], len(answer["runs"]), answer["quarantined"]) == (name, 1, [])
    before = stored_rows()
    post_files(client, ingest_key, *paths, root=tmp_path)
    assert stored_rows() == before
    client.force_login(member)
    open_all(client, Run.objects.select_related("project__team").get())


def stored():
    """List what is stored of the only run."""
    run = Run.objects.get()
    steps = Step.objects.filter(run_id=run.id).values_list("key", "kind", "tool", "status")
    changes = FileChange.objects.filter(run_id=run.id).values_list("key", "basis")
    told = {
        name: getattr(run, name) for name in ("status", "llm_calls", "tool_calls", "failures", "input_tokens")
    }
    BilledCall.objects.all().delete()
    Run.objects.all().delete()
    return told, sorted(steps), sorted(changes)


@pytest.mark.parametrize(("name", "first"), [("cline", 0), ("cline", 1), ("aider", 0)])
def test_files_that_come_one_after_the_other_are_one_run(
    name, first, client, project, ingest_key, written, tmp_path
):
    paths = written(FILES[name])
    post_files(client, ingest_key, *paths, root=tmp_path)
    whole = stored()
    post_files(client, ingest_key, paths[first], root=tmp_path)
    post_files(client, ingest_key, *paths, root=tmp_path)
    assert stored() == whole


def test_a_session_that_has_grown_adds_what_is_new(client, project, ingest_key, written, tmp_path):
    lines = COPILOT.splitlines(keepends=True)
    for part in (lines[:9], lines[:20], lines):
        post_files(client, ingest_key, *written({"events.jsonl": "".join(part)}), root=tmp_path)
    grown = stored()
    post_files(client, ingest_key, *written({"events.jsonl": COPILOT}), root=tmp_path)
    assert stored() == grown

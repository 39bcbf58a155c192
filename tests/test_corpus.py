"""Every recorded trace beside the checkout goes in through HTTP, and every page of every run is opened."""

import json
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from runs.models import FileChange, Run, Step

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
PAGE_QUERIES = 24  # of one page, whatever the length of the run
TABS = ("run", "timeline", "tree", "log", "changes", "net", "net_patch", "strip", "summary")
LEAVES = ("record", "step_raw", "step_markdown", "messages", "files_at")

pytestmark = pytest.mark.django_db


def transcripts() -> list[Path]:
    return sorted((DATA / "claude_code").glob("*.jsonl"))


def rollouts() -> list[Path]:
    return sorted((DATA / "codex").glob("*.jsonl"))


#: Folders of files of which each is one run: the format, and what those files are.
TRAJECTORIES = {
    "swe_agent": "swe-agent",
    "mini_swe_agent": "mini-swe-agent",
    "openhands": "openhands",
    "atif": "atif",
    "gemini_cli": "gemini-cli",
    "copilot_cli": "copilot",
}


def trajectories() -> list[Path]:
    return [path for folder in TRAJECTORIES for path in sorted((DATA / folder).iterdir())]


#: Further files that hold a run: of spans, of SDKs, and of agents that were run for it.
FURTHER = {
    "data/otel/otlp_reencoded_*": "otlp",
    "data/otel/langfuse_*": "langfuse",
    "data/langsmith/*.json": "langsmith",
    "agents/gemini_cli/*/session.jsonl": "gemini-cli",
    "agents/opencode/*/export.json": "opencode",
}


def further_files() -> list[tuple[Path, str]]:
    return [(path, name) for pattern, name in FURTHER.items() for path in sorted(DATA.parent.glob(pattern))]


def named(path: Path) -> str:
    return path.stem


def post_files(client, key, *paths, root):
    """Send files as one import, with their paths."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    files = [SimpleUploadedFile(path.name, path.read_bytes()) for path in paths]
    form = {"files": files, "paths": [str(path.relative_to(root)) for path in paths]}
    answer = client.post("/api/v1/import", form, headers={"authorization": f"Bearer {key}"})
    assert answer.status_code == 200, answer.content
    return answer.json()


def stored_rows():
    """Every stored row with its place on disk: any write at all shows."""
    tables = ("runs_run", "runs_step", "runs_filechange", "runs_blob", "runs_contextnode", "runs_billedcall")
    rows = {}
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"SELECT ctid::text, xmin::text FROM {table} ORDER BY 1")
            rows[table] = cursor.fetchall()
    return rows


@pytest.fixture
def visitor(client, member):
    client.force_login(member)
    return client


def shape_of(step, changes):
    """Say what decides how the page of a step is drawn; pages of one shape differ in their texts alone."""
    there = (step.agent, step.error, step.output_preview, step.copied)
    apart = (step.input_digest, step.output_digest, step.context_digest)
    return (
        (step.kind, step.tool, step.status, frozenset(step.detail), frozenset(changes)),
        tuple(map(bool, there)),
        tuple(digest is not None for digest in apart),
    )


def steps_to_open(run):
    """Choose of each shape of step the first and the largest."""
    changes = {}
    for change in FileChange.objects.filter(run_id=run.id):
        changes.setdefault(change.step_key, set()).add((change.op, change.origin, change.basis))
    shapes = {}
    for step in Step.objects.filter(run_id=run.id).order_by("seq"):
        shapes.setdefault(shape_of(step, changes.get(step.key, ())), []).append(step)
    for steps in shapes.values():
        largest = max(steps, key=lambda step: step.input_size + step.output_size)
        yield from {step.seq: step for step in (steps[0], largest)}.values()


def pages_of(run):
    """List the URLs of a run: its page, its tabs, its files, and steps with what hangs on them."""
    base = {"team": run.project.team.slug, "project": run.project.slug, "run_id": run.id}
    yield from (reverse(f"runs:{tab}", kwargs=base) for tab in TABS)
    for path in FileChange.objects.filter(run_id=run.id).values_list("path", flat=True).distinct()[:3]:
        yield f"{reverse('runs:file', kwargs=base)}?{urlencode({'path': path})}"
        yield f"{reverse('runs:file', kwargs=base)}?{urlencode({'path': path, 'view': 'whole'})}"
    kinds = set()
    for step in steps_to_open(run):
        here = {**base, "seq": step.seq}
        yield reverse("runs:step", kwargs=here)
        if step.context_digest is not None:
            yield reverse("runs:messages", kwargs=here)
        if (step.kind, step.tool) not in kinds:
            kinds.add((step.kind, step.tool))
            yield f"{reverse('runs:run', kwargs=base)}?step={step.seq}"
            yield from (reverse(f"runs:{leaf}", kwargs=here) for leaf in LEAVES)


def open_all(visitor, run):
    for url in pages_of(run):
        with CaptureQueriesContext(connection) as queries:
            answer = visitor.get(url)
        assert answer.status_code == 200, url
        assert len(queries) <= PAGE_QUERIES, (url, [query["sql"][:200] for query in queries])


@pytest.mark.parametrize("path", transcripts(), ids=named)
def test_transcript_imports_and_every_page_opens(path, client, visitor, project, ingest_key):
    import_and_open(path, "claude-code", client, visitor, ingest_key)


@pytest.mark.parametrize("path", rollouts(), ids=named)
def test_rollout_imports_and_every_page_opens(path, client, visitor, project, ingest_key):
    import_and_open(path, "codex", client, visitor, ingest_key)


def import_and_open(path, name, client, visitor, ingest_key):
    """Import a file twice, of which the second changes nothing, and open all pages of its runs."""
    answer = post_files(client, ingest_key, path, root=path.parent)
    assert answer["format"] == name
    before = stored_rows()
    again = post_files(client, ingest_key, path, root=path.parent)
    assert (again["runs"], stored_rows()) == (answer["runs"], before)
    for run in Run.objects.select_related("project__team"):
        open_all(visitor, run)


@pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data is absent")
@pytest.mark.parametrize("path", trajectories() if DATA.is_dir() else [], ids=named)
def test_trajectory_imports_and_every_page_opens(path, client, visitor, project, ingest_key):
    import_and_open(path, TRAJECTORIES[path.parent.name], client, visitor, ingest_key)


@pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data is absent")
@pytest.mark.parametrize(
    ("path", "name"), further_files(), ids=lambda one: "-".join(getattr(one, "parts", [one])[-2:])
)
def test_further_file_imports_and_every_page_opens(path, name, client, visitor, project, ingest_key):
    import_and_open(path, name, client, visitor, ingest_key)


def test_project_folder_with_nested_subagents(client, visitor, project, ingest_key, shared_data):
    root = shared_data / "claude_code" / "project_with_nested_subagents"
    paths = [path for path in sorted(root.rglob("*")) if path.is_file()]
    answer = post_files(client, ingest_key, *paths, root=root)
    assert (len(answer["runs"]), answer["quarantined"]) == (1, [])
    run = Run.objects.select_related("project__team").get()
    truth = json.loads((shared_data / "truth.json").read_text())["files"]
    counts = [
        truth[f"claude_code/{root.name}/{path.relative_to(root)}"]
        for path in paths
        if path.suffix == ".jsonl"
    ]
    assert run.tool_calls == sum(count["tool_calls"] for count in counts)
    assert run.llm_calls == sum(count["extra"]["api_calls"] for count in counts)
    assert run.failures == sum(count["errors"] for count in counts)
    assert FileChange.objects.count() == sum(count["file_edits"] for count in counts)
    assert run.agents == 6
    before = stored_rows()
    for path in paths:  # file by file, in any order, it is the same run
        if path.suffix == ".jsonl":
            post_files(client, ingest_key, path, root=root)
    assert {table: len(rows) for table, rows in stored_rows().items()} == {
        table: len(rows) for table, rows in before.items()
    }
    open_all(visitor, run)
    visitor.get(reverse("runs:list", args=[project.team.slug, project.slug]))


def test_every_other_format_is_named_and_kept(client, project, ingest_key, shared_data):
    """What cannot be read yet is quarantined with its name; nothing answers with a server error."""
    others = [
        p
        for p in sorted(shared_data.rglob("*.json*"))
        if not {"claude_code", *TRAJECTORIES}.intersection(p.parts) and p.stat().st_size < 1e6
    ]
    for path in others:
        data = path.read_bytes()
        answer = client.post(
            f"/api/v1/import?filename={path.name}",
            data,
            content_type="application/octet-stream",
            headers={"authorization": f"Bearer {ingest_key}"},
        )
        assert answer.status_code in (200, 422), (path, answer.content)
        body = answer.json()
        assert body.get("runs") or body.get("quarantined") or body.get("error"), path

"""Which prompt a run was given, and what of that the list filters by."""

import json
from datetime import timedelta

import pytest

from ingest import pipeline
from runs.comparing.tasks import task_key
from runs.judging import judge_run, settle
from runs.kinds import Result
from runs.models import PromptFamily, PromptUse, PromptVersion, Run
from runs.queries.prompts import labels_of
from runs.queries.runs import RunFilter, runs_for
from runs.retention import delete_runs
from teams.actions import create_project
from tests.recordings import NOW

pytestmark = pytest.mark.django_db

TERSE, KIND = "You are terse. Today's date: 2026-01-02", "You are kind."


def record(project, run, *, day=0, judge=True, call=None, **start):
    """Record a run of one call that began `day` days after NOW."""
    at = NOW + timedelta(days=day)
    told = {"agent": "own-loop", "task": "Fix it", "repo": "shop", **start}
    events = [
        {"run": run, "ts": at.isoformat(), "kind": "run_start", **told},
        {"run": run, "ts": (at + timedelta(seconds=5)).isoformat(), "kind": "llm_call", "id": "m1",
         "messages": [{"role": "user", "content": "Fix it"}], "content": "Done.", **(call or {})},
    ]  # fmt: skip
    body = b"\n".join(json.dumps(event).encode() for event in events)
    pipeline.take_events(project, body, run=None, now=at)
    found = Run.objects.get(project=project, external_id=run)
    if judge:
        settle(judge_run(found.id, now=at))
        found.refresh_from_db()
    return found


def versions(project):
    found = PromptVersion.objects.filter(project=project).order_by("family__name", "number")
    return [(one.family.name, one.number, one.told, one.template) for one in found]


def test_system_prompt_beside_the_messages_is_recognised(project):
    run = record(project, "a", call={"system": TERSE})
    assert versions(project) == [("own-loop", 1, "", "You are terse. Today's date: {date}")]
    assert labels_of(project, [run.prompt]) == {run.prompt: "own-loop v1"}
    assert (bytes(run.task_key), run.result) == (task_key("Fix it", "shop"), "")


def test_texts_of_one_template_are_one_version(project):
    a = record(project, "a", call={"system": TERSE})
    b = record(project, "b", call={"system": [{"type": "text", "text": TERSE.replace("-02", "-03")}]})
    c = record(project, "c", call={"system": KIND})
    assert a.prompt == b.prompt != c.prompt
    assert PromptUse.objects.filter(version=a.prompt).values("digest").distinct().count() == 2


def test_numbers_follow_the_first_runs_and_not_the_order_of_arrival(project):
    newest = record(project, "new", day=2, call={"system": "Third."})
    oldest = record(project, "old", day=0, call={"system": "First."})
    record(project, "mid", day=1, call={"system": "Second."})
    assert [row[1:] for row in versions(project)] == [
        (1, "", "First."),
        (2, "", "Second."),
        (3, "", "Third."),
    ]
    assert labels_of(project, [newest.prompt, oldest.prompt]) == {
        newest.prompt: "own-loop v3", oldest.prompt: "own-loop v1",
    }  # fmt: skip


def test_prompt_told_with_the_run_or_by_names_alone(project):
    named = {"prompt_name": "fixer", "prompt_version": "2.1", "template": "You fix {{thing}}."}
    a = record(project, "a", system="You fix carts.", **named)
    b = record(project, "b", call={"system": "You fix bugs.", **named})
    assert versions(project) == [("fixer", 1, "2.1", "You fix {{thing}}.")]
    assert a.prompt == b.prompt


def test_sub_agents_have_prompts_of_their_own(project):
    at = NOW.isoformat()
    run = record(project, "a", call={"system": KIND}, judge=False)
    lane = [
        {"run": "a", "ts": at, "kind": "agent_start", "agent": "x-1", "name": "Explore"},
        {"run": "a", "kind": "llm_call", "id": "s", "agent": "x-1", "messages": [], "system": "Look."},
    ]  # fmt: skip
    pipeline.take_events(project, json.dumps(lane).encode(), run=None, now=NOW)
    settle(judge_run(run.id, now=NOW))
    assert versions(project) == [("own-loop", 1, "", KIND), ("own-loop · Explore", 1, "", "Look.")]
    assert list(PromptUse.objects.order_by("lane").values_list("lane", "is_main")) == [
        ("", True),
        ("x-1", False),
    ]


def test_run_without_a_recorded_prompt_has_none(project):
    run = record(project, "a")
    assert (run.prompt, versions(project)) == (None, [])


def test_recognising_again_changes_nothing(project):
    run = record(project, "a", call={"system": TERSE})
    again = judge_run(run.id, now=NOW + timedelta(hours=1))
    assert (again.changed, again.prompt) == (False, run.prompt)
    assert PromptUse.objects.count() == 1


def test_run_that_names_its_agent_later_moves_to_that_family(project):
    run = record(project, "a", agent="", call={"system": KIND})
    assert versions(project) == [("agent", 1, "", KIND)]
    run = record(project, "a", agent="codex", call={"system": KIND})
    assert versions(project) == [("codex", 1, "", KIND)]
    assert labels_of(project, [run.prompt]) == {run.prompt: "codex v1"}


def test_versions_go_with_their_last_run(project):
    a, b = (record(project, name, call={"system": KIND}) for name in "ab")
    delete_runs([a.id])
    assert versions(project) == [("own-loop", 1, "", KIND)]
    delete_runs([b.id])
    assert (versions(project), PromptUse.objects.count(), PromptFamily.objects.count()) == ([], 0, 0)


def test_prompts_of_projects_are_apart(project, team):
    other = create_project(team, "Other")
    a, b = (record(one, "a", call={"system": KIND}) for one in (project, other))
    assert a.prompt != b.prompt
    assert labels_of(project, [a.prompt, b.prompt]) == {a.prompt: "own-loop v1"}
    assert not runs_for(project, RunFilter(prompt=b.prompt)).exists()


def test_runs_by_variant_prompt_task_and_result(project):
    labelled = record(project, "a", variant="b", call={"system": KIND})
    plain = record(project, "b", call={"system": KIND}, branch="main", commit="abc", agent_version="1.2")
    other = record(project, "c", task="Another", outcome="ignored", call={"system": TERSE})
    Run.objects.filter(pk=other.pk).update(verdict="good")

    def found(**chosen):
        return set(runs_for(project, RunFilter(**chosen)).values_list("external_id", flat=True))

    assert found(variant="b") == {"a"}
    assert found(variant="own-loop v1") == {"b"}
    assert found(prompt=labelled.prompt) == {"a", "b"}
    assert found(task=bytes(plain.task_key).hex()) == {"a", "b"}
    assert found(branch="main") == found(commit="abc") == found(version="1.2") == {"b"}
    assert found(result=Result.PASSED) == {"c"}
    assert found(result=Result.UNKNOWN) == {"a", "b"}


def test_label_that_looks_like_a_version_finds_both(project):
    record(project, "a", call={"system": KIND})
    record(project, "b", variant="own-loop v1")
    found = runs_for(project, RunFilter(variant="own-loop v1"))
    assert set(found.values_list("external_id", flat=True)) == {"a", "b"}


def test_hostile_prompts_are_kept_or_left_out(project):
    for n, system in enumerate(
        (5, {"text": 5}, [[1], {"type": "image"}], "\x00 \ud800 {cwd} %s", "x" * 500_000)
    ):
        record(project, f"h{n}", agent="a" * 5_000, call={"system": system})
    assert PromptVersion.objects.count() == 2
    assert len(PromptFamily.objects.get().name.encode()) <= 1_800


def test_family_of_too_many_versions_takes_no_more(project, monkeypatch):
    monkeypatch.setattr("runs.recognising.PROMPT_VERSIONS", 2)
    runs = [record(project, f"r{n}", call={"system": f"Prompt {'abc'[n]}"}) for n in range(3)]
    assert [bool(run.prompt) for run in runs] == [True, True, False]


def test_prompt_of_a_later_call_does_not_replace_the_first(project):
    run = record(project, "a", call={"system": KIND})
    more = {"run": "a", "ts": (NOW + timedelta(seconds=9)).isoformat(), "kind": "llm_call", "id": "m2",
            "messages": [{"role": "user", "content": "x"}] * 9, "system": "Another."}  # fmt: skip
    pipeline.take_events(project, json.dumps(more).encode(), run=None, now=NOW)
    settle(judge_run(run.id, now=NOW))
    assert [row[3] for row in versions(project)] == [KIND]

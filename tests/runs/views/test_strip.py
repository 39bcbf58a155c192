"""The strip's answers: the whole, what changed, a step in words, the sums of a range."""

import gzip
import json
from datetime import timedelta

import pytest
from django.urls import reverse

from runs.kinds import Kind, StepStatus
from runs.models import Run, Step
from runs.records import Batch, RunRecord, StepRecord
from runs.store import save
from tests.recordings import NOW, at, one_of_everything


@pytest.fixture
def run(project):
    [saved] = save(project, one_of_everything(), now=NOW)
    return Run.objects.get(id=saved.id)


def url_of(project, run, name="strip", *args):
    return reverse(f"runs:{name}", args=[project.team.slug, project.slug, run.id, *args])


def seqs_of(runs):
    return [seq + n for seq, count in zip(runs[::2], runs[1::2], strict=True) for n in range(count)]


def colours_of(told, part):
    return [told["colours"][(ord(sign) - 35) // 6] for sign in part["codes"]]


def test_strip_tells_every_step_once(visitor, project, run, django_assert_num_queries):
    with django_assert_num_queries(5):  # session, user, project, run, steps
        told = visitor.get(url_of(project, run)).json()
    shown = seqs_of(told["main"]["seqs"]) + seqs_of(told["spans"]["seqs"])
    shown += [seq for lane in told["lanes"] for seq in seqs_of(lane["seqs"])]
    assert sorted(shown) == list(range(16))
    assert told["revision"] == run.revision
    assert colours_of(told, told["main"]) == [
        "prompt", "llm", "tool", "fail", "retry", "llm", "edit", "agent", "wait", "compact", "wait", "fail",
        "event", "final",
    ]  # fmt: skip
    assert [(lane["name"], colours_of(told, lane)) for lane in told["lanes"]] == [("a1", ["tool"])]
    edited = ord(told["main"]["codes"][6]) - 35
    assert edited % 6 // 2 == 2  # hidden.py was seen on disk, not declared
    assert told["main"]["calls"] == {"at": [1, 4], "sent": [62, 0], "fresh": [12, 12]}
    assert "2 failed: steps 3, 13" in told["words"]
    assert "model 2.0 s" in told["split"]


def test_strip_is_not_sent_again_until_the_run_changes(visitor, project, run):
    first = visitor.get(url_of(project, run))
    assert first["Cache-Control"] == "private, no-cache"
    again = visitor.get(url_of(project, run), headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    end = StepRecord(
        run="everything", key="more", kind=Kind.TOOL, tool="Bash", source="test", started_at=at(20)
    )
    save(project, Batch(steps=[end]), now=NOW)
    changed = visitor.get(url_of(project, run), headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200
    assert changed["ETag"] != first["ETag"]


def test_after_a_revision_comes_only_what_changed(visitor, project, run):
    end = StepRecord(
        run="everything", key="more", kind=Kind.TOOL, tool="Bash", source="test", started_at=at(20)
    )
    save(project, Batch(steps=[end]), now=NOW)
    told = visitor.get(url_of(project, run), {"after": run.revision}).json()
    assert (told["main"]["keep"], seqs_of(told["main"]["seqs"])) == (14, [16])
    assert [lane["keep"] for lane in told["lanes"]] == [1]


def test_strip_is_packed_for_the_wire(visitor, project, run):
    answer = visitor.get(url_of(project, run), headers={"Accept-Encoding": "gzip"})
    assert answer["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(answer.content))["revision"] == run.revision


def test_a_step_is_said_in_a_sentence(visitor, project, run):
    seq = Step.objects.get(run_id=run.id, key="bash").seq
    html = visitor.get(url_of(project, run, "strip_step", seq)).content.decode()
    assert "make test" in html
    assert "exit 1" in html
    assert visitor.get(url_of(project, run, "strip_step", 999)).status_code == 404


@pytest.mark.parametrize("ends", [(3, 6), (6, 3)])
def test_a_range_is_summed_up(visitor, project, run, ends, django_assert_num_queries):
    with django_assert_num_queries(6):  # session, user, project, run, both ends, sums
        answer = visitor.get(url_of(project, run, "strip_range"), {"from": ends[0], "to": ends[1]})
    shown = answer.context["range"]
    assert (shown.first, shown.last, shown.failures, shown.retries) == (3, 6, "1 failure", "1 retry")
    assert shown.facts[:3] == ["4 steps", "4.0 s", "6.5k tokens"]


def test_cost_of_a_range_is_unknown_where_a_call_told_no_tokens(visitor, project):
    calls = [
        StepRecord(run="mute", key=str(n), kind=Kind.LLM, source="test", model="claude-sonnet-4-5",
                   status=StepStatus.OK, output="Done.", started_at=at(n))
        for n in range(2)
    ]  # fmt: skip
    run = Run.objects.get(id=save(project, Batch(steps=calls), now=NOW)[0].id)
    answer = visitor.get(url_of(project, run, "strip_range"), {"from": 0, "to": 1})
    assert answer.context["range"].facts[-1] == "unknown"
    assert run.unpriced_calls == 2


def test_a_range_that_is_none_shows_nothing(visitor, project, run):
    for asked in ({}, {"from": "3"}, {"from": "3", "to": "999"}, {"from": "x", "to": "-1"}):
        answer = visitor.get(url_of(project, run, "strip_range"), asked)
        assert (answer.status_code, answer.content.strip()) == (200, b"")


def test_steps_without_time_are_summed_up_too(visitor, project):
    steps = [
        StepRecord(run="odd", key=str(n), kind=Kind.EVENT, source="test", status=StepStatus.OK,
                   started_at=NOW + timedelta(seconds=n) if n < 2 else None)
        for n in range(4)
    ]  # fmt: skip
    batch = Batch(runs=[RunRecord(external_id="odd", source="test")], steps=steps)
    run = Run.objects.get(id=save(project, batch, now=NOW)[0].id)
    for first, last, number in ((0, 3, "4 steps"), (1, 2, "2 steps"), (2, 3, "2 steps")):
        answer = visitor.get(url_of(project, run, "strip_range"), {"from": first, "to": last})
        assert answer.context["range"].facts[0] == number


def test_every_page_of_a_run_has_the_strip_and_the_range(visitor, project, run):
    for name in ("run", "changes"):
        html = visitor.get(url_of(project, run, name), {"from": 3, "to": 6}).content.decode()
        assert f'data-strip-url="{url_of(project, run)}"' in html
        assert "Steps 3 – 6" in html
        assert '<path class="k-fail"' in html  # for those without JavaScript
        assert "2 failed: steps 3, 13" in html
        assert "waiting for a human 1.0 s" in html


def test_viewers_of_a_long_run_share_a_strip_and_learn_that_it_is_a_moment_old(
    visitor, project, run, monkeypatch, django_assert_num_queries
):
    monkeypatch.setattr("runs.instruments.STRIP_AT_ONCE", 10)
    before = visitor.get(url_of(project, run)).json()
    more = StepRecord(run="everything", key="more", kind=Kind.EVENT, source="test", started_at=at(20))
    save(project, Batch(steps=[more]), now=NOW)
    with django_assert_num_queries(4):  # session, user, project, run
        assert visitor.get(url_of(project, run)).json()["revision"] == before["revision"]
    monkeypatch.setattr("runs.instruments.STRIP_FRESH_SECONDS", 0)
    assert visitor.get(url_of(project, run)).json()["revision"] > before["revision"]


def test_a_run_of_too_many_steps_says_what_its_strip_leaves_out(visitor, project, run, monkeypatch):
    for module in ("runs.queries.strips", "runs.instruments"):
        monkeypatch.setattr(f"{module}.STRIP_STEPS", 5)
    told = visitor.get(url_of(project, run)).json()
    assert seqs_of(told["main"]["seqs"]) == [0, 1, 2, 3, 4]
    assert told["cut"] == "The first 5 of 16 steps"
    assert told["words"].startswith("The first 5 of 16 steps: 5 steps; 1 failed")
    assert "model" not in told["split"]

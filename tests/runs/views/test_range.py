"""The transcript of a range: its rows, its windows, and what lies outside of it."""

from datetime import timedelta

import pytest
from django.urls import reverse

from runs.kinds import Kind, StepStatus
from runs.models import Run, Step
from runs.records import Batch, RunRecord, StepRecord
from runs.store import save
from tests.recordings import NOW, one_of_everything


@pytest.fixture
def run(project):
    [saved] = save(project, one_of_everything(), now=NOW)
    return Run.objects.get(id=saved.id)


@pytest.fixture
def long(project):
    """Record 700 steps, two a second, the last ten without a time."""
    steps = [
        StepRecord(run="long", key=f"k{n}", kind=Kind.TOOL, tool="Bash", source="test", status=StepStatus.OK,
                   input=f'{{"command":"echo {n}"}}',
                   started_at=NOW + timedelta(seconds=n // 2) if n < 690 else None)
        for n in range(700)
    ]  # fmt: skip
    [saved] = save(project, Batch(runs=[RunRecord(external_id="long", source="test")], steps=steps), now=NOW)
    return Run.objects.get(id=saved.id)


def url_of(project, run, name="run", *args):
    return reverse(f"runs:{name}", args=[project.team.slug, project.slug, run.id, *args])


def shown(answer):
    return [row.seq for row in answer.context["rows"]]


@pytest.mark.parametrize("ends", ["from=3&to=6", "from=6&to=3"])
def test_transcript_shows_the_steps_of_a_range(visitor, project, run, ends):
    answer = visitor.get(f"{url_of(project, run)}?{ends}")
    assert shown(answer) == [3, 4, 5, 6]
    html = answer.content.decode()
    assert "<b>Steps 3 – 6</b><span>4 steps</span>" in html
    assert 'href="?" data-strip-clear>Show all</a>' in html


def test_range_that_is_none_shows_all(visitor, project, run):
    for ends in ("from=3", "from=3&to=999", "from=a&to=b"):
        assert len(shown(visitor.get(f"{url_of(project, run)}?{ends}"))) == 15


def test_show_all_keeps_the_rest_of_the_address(visitor, project, run):
    html = visitor.get(f"{url_of(project, run)}?from=3&to=6&step=4&thinking=1").content.decode()
    assert 'href="?step=4&amp;thinking=1" data-strip-clear' in html


def test_windows_of_a_range_end_with_it(visitor, project, long):
    answer = visitor.get(f"{url_of(project, long)}?from=100&to=400")
    assert (shown(answer)[0], shown(answer)[-1]) == (100, 259)
    links = answer.context["links"]
    assert links.earlier_url == ""
    assert links.later_url == f"{url_of(project, long, 'timeline')}?from=100&to=400&after=259"
    assert links.later_page == f"{url_of(project, long)}?step=259&from=100&to=400"
    answer = visitor.get(links.later_url)
    assert (shown(answer)[0], shown(answer)[-1], answer.context["links"].later_url) == (260, 400, "")
    answer = visitor.get(f"{url_of(project, long, 'timeline')}?from=100&to=400&end=1")
    assert (shown(answer)[0], shown(answer)[-1]) == (241, 400)
    around = visitor.get(f"{url_of(project, long)}?from=100&to=400&step=390")
    assert (shown(around)[0], shown(around)[-1]) == (310, 400)


def test_steps_without_a_time_end_a_range(visitor, project, long):
    assert shown(visitor.get(f"{url_of(project, long)}?from=688&to=691")) == [688, 689, 690, 691]


def test_chosen_step_outside_of_the_range_is_beside_it(visitor, project, long):
    answer = visitor.get(f"{url_of(project, long)}?from=100&to=110&step=500")
    assert shown(answer) == list(range(100, 111))
    assert answer.context["panel"].seq == 500


def test_sub_agents_of_a_step_in_the_range_are_whole(visitor, project, run):
    task = Step.objects.get(run_id=run.id, key="task").seq
    answer = visitor.get(f"{url_of(project, run)}?from={task}&to={task}")
    assert [(row.seq, row.lanes[0].summary) for row in answer.context["rows"]] == [(task, "1 step")]
    inner = visitor.get(answer.context["rows"][0].lanes[0].url)
    assert shown(inner) == [Step.objects.get(run_id=run.id, key="sub").seq]


def test_range_without_a_step_of_the_main_agent_says_so(visitor, project, run):
    sub = Step.objects.get(run_id=run.id, key="sub").seq
    html = visitor.get(f"{url_of(project, run)}?from={sub}&to={sub}").content.decode()
    assert '<p class="remark" data-none-in-range>No step of the main agent lies in this range.' in html
    assert "data-none-in-range hidden" in visitor.get(url_of(project, run)).content.decode()


def test_find_goes_through_the_whole_run_and_says_so(visitor, project, run):
    answer = visitor.get(f"{url_of(project, run)}?find=429&from=5&to=6")
    assert [hit.seq for hit in answer.context["found"].hits] == [4]
    assert "Found in the whole run; the transcript shows a part of it." in answer.content.decode()
    assert "Found in the whole run" not in visitor.get(f"{url_of(project, run)}?find=429").content.decode()


def test_range_takes_the_same_queries_for_any_number_of_steps(
    visitor, project, long, django_assert_num_queries
):
    for ends in ("from=5&to=5", "from=5&to=7"):
        with django_assert_num_queries(13):  # as without one; each of sums and rows its ends
            assert visitor.get(f"{url_of(project, long)}?{ends}").status_code == 200

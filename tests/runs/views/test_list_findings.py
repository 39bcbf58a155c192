"""The run list tells what rules say of each run, and filters by it."""

import pytest
from django.urls import reverse

from runs.judging import judge_run
from runs.models import Judgement
from runs.store import save
from tests.recordings import NOW
from tests.runs.test_judging import looping
from tests.runs.views.test_list import names_on


@pytest.fixture
def url(project):
    return reverse("runs:list", args=[project.team.slug, project.slug])


@pytest.fixture
def judged(project):
    """A run in which rules find something, and one in which they do not."""
    [loops] = save(project, looping(), now=NOW)
    [calm] = save(project, looping("calm", times=1), now=NOW)
    judge_run(loops.id, now=NOW)
    Judgement.objects.create(run_id=calm.id, project=project, at=NOW)
    return loops


def test_row_names_the_worst_finding_and_the_number_of_others(visitor, url, judged):
    judgement = Judgement.objects.get(run_id=judged.id)
    assert (judgement.worst, judgement.severity, judgement.signatures) == ("tool-loop", 2, 2)
    html = visitor.get(url).content.decode()
    assert html.count('class="ruled') == 1
    assert 'is-warn"><span class="sr">warning:</span>Tool loop <span class="dim">+1</span></span>' in html


def test_row_links_where_the_run_went_sideways(visitor, url, judged):
    Judgement.objects.filter(run_id=judged.id).update(moment=4)
    html = visitor.get(url).content.decode()
    assert f'href="{url}runs/{judged.id}/?step=4">sideways at 4</a>' in html


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("finding=hidden-change", 1),
        ("finding=tool-loop", 1),
        ("finding=sensitive-file", 0),
        ("finding=no-such-rule", 2),
        ("severity=error", 0),
        ("severity=warning", 1),
        ("severity=hint", 1),
        ("severity=dreadful", 2),
    ],
)
def test_list_filters_by_what_rules_found(visitor, url, judged, query, names):
    response = visitor.get(f"{url}?{query}")
    assert len(names_on(response)) == names
    assert response.context["summary"].runs == f"{names} run{'' if names == 1 else 's'}"


def test_filters_tell_what_is_chosen(visitor, url, judged):
    html = visitor.get(f"{url}?finding=tool-loop&severity=warning").content.decode()
    assert "<b>Finding</b> Tool loop" in html
    assert "<b>Rules say</b> a warning or worse" in html


def test_row_says_nothing_of_mere_hints(visitor, url, judged):
    Judgement.objects.filter(run_id=judged.id).update(severity=1, worst="slow-model")
    assert 'class="ruled' not in visitor.get(url).content.decode()

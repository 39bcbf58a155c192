"""The story and the findings of a run on its page."""

import pytest
from django.urls import reverse

from runs.judging import judge_run
from runs.kinds import Kind, StepStatus
from runs.records import Batch, RunRecord, StepRecord
from runs.store import save
from tests.recordings import NOW, at

pytestmark = pytest.mark.django_db


def loops(number):
    """A run with as many tool loops."""
    told = RunRecord(external_id="loops", source="test", started_at=at(0))
    steps = [
        StepRecord(
            run="loops", key=f"{name}-{times}", kind=Kind.TOOL, source="test", tool="Look", output="nothing",
            status=StepStatus.OK, input=f'{{"at":"{name}"}}', started_at=at(name * 9 + times),
        )
        for name in range(number)
        for times in range(3)
    ]  # fmt: skip
    return Batch(runs=[told], steps=steps)


def test_page_lists_the_worst_findings_and_all_on_demand(client, member, project):
    client.force_login(member)
    [saved] = save(project, loops(20), now=NOW)
    judge_run(saved.id, now=NOW)
    url = reverse("runs:run", args=[project.team.slug, project.slug, saved.id])
    page = client.get(url)
    listed = page.context["findings"] + page.context["hints"]
    assert (len(page.context["findings"]), page.context["more_findings"]) == (12, 8)
    every = client.get(page.context["every_finding_url"])
    assert (len(every.context["findings"]), every.context["more_findings"]) == (20, 0)
    assert len(listed) < len(every.context["findings"] + every.context["hints"])

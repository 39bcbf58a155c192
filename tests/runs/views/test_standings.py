"""Checks and retries on the run page, in the panel of their steps, and in the summary."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from agentscope.demo.scenarios import ALL
from agentscope.demo.seeding import seed_run
from runs.judging import judge_run
from runs.models import Judgement, Run
from runs.store import save
from tests.recordings import NOW
from tests.runs.findings.pieces import RUN, hidden, llm, prompt, recording, shell

TAGS = re.compile(r"<[^>]*>")


@pytest.fixture
def page_of(visitor, project):
    """Judge a run of the project; return what opens its pages."""

    def of(name):
        run = Run.objects.get(external_id=name)
        judge_run(run.id, now=timezone.now())

        def get(view="run", *args):
            return visitor.get(reverse(f"runs:{view}", args=[project.team.slug, project.slug, run.id, *args]))

        return lambda *where: get(*where).content.decode()

    return of


@pytest.fixture
def broken(project):
    """Green twice, then a change that nobody declared, then red twice, in steps 1 to 7."""
    save(
        project,
        recording(
            prompt(),
            shell("npm test", "3 passed"),
            shell("npm test", "3 passed"),
            shell("sed -i s/a/b/ conf/a.ts").with_changes(hidden("conf/a.ts", "a\n", "b\n")),
            llm(),
            shell("npm test", "1 failed", code=1),
            llm(),
            shell("npm test", "1 failed", code=1),
        ),
        now=NOW,
    )
    return RUN


@pytest.fixture
def demo(project):
    """Record a demo run."""

    def record(name):
        seed_run(project, next(script for script in ALL if script.id == name), now=timezone.now())
        return name

    return record


def words(html):
    return re.sub(r" (?=[,;:.])", "", " ".join(TAGS.sub(" ", html).split()))


def standings(html):
    return [words(each) for each in re.findall(r'<p class="standing">(.*?)</p>', html)]


def test_glance_shows_checks_and_what_broke_them(page_of, broken):
    html = page_of(broken)()
    assert re.findall(r'class="outcome is-(\w+)" href="[^"]*\?step=(\d+)" aria-label="([^"]+)"', html) == [
        ("ok", "1", "green at step 1"),
        ("ok", "2", "green at step 2"),
        ("fail", "5", "red at step 5"),
        ("fail", "7", "red at step 7"),
    ]
    assert words(re.search(r'<li class="check.*?</li>', html)[0]) == (
        "npm test red 2 times in a row, last green at step 2"
    )
    assert words(re.search(r'<details class="broken".*?</summary>', html, re.DOTALL)[0]) == (
        "npm test green at 2 → red at 5: 1 suspect · still red after 2 runs"
    )
    assert 'data-checks="1g 2g 5r 7r"' in html


def test_glance_shows_retries_and_what_they_wasted(page_of, demo):
    html = page_of(demo("demo-retried"))()
    table = re.search(r"<h3>Retries.*?</table>", html, re.DOTALL)[0]
    assert [words(row) for row in re.findall(r"<h3>.*?</h3>|<tr>.*?</tr>", table, re.DOTALL)] == [
        "Retries 2 calls tried again; wasted: 16.9 s",
        "Call Attempts Cause Waited Outcome",
        "step 8 2 failed of at most 10: 6 7 this request would exceed the rate limit for your organization "
        "of … input tokens…, overloaded 12.7 s succeeded",
        "step 12 1 failed of at most 10: 11 overloaded 1.2 s succeeded",
    ]


def test_run_without_checks_and_retries_says_nothing_of_them(page_of, demo):
    html = page_of(demo("demo-support"))()
    assert ("<h3>Checks" in html, "<h3>Retries" in html, "data-checks" in html) == (False, False, False)


def test_panel_of_a_check_says_how_it_stood(page_of, broken):
    page = page_of(broken)
    assert [standings(page("step", seq)) for seq in range(8)] == [
        [],
        ["Green."],
        ["Green for the 2nd time in a row."],
        [],
        [],
        ["Red. Last green: step 2 (1 turn ago). Suspect: a.ts at step 3, hidden."],
        [],
        ["Red for the 2nd time in a row. Last green: step 2 (2 turns ago). Suspect: a.ts at step 3, hidden."],
    ]


def test_panel_of_a_retry_says_which_attempt_it_was(page_of, demo):
    page = page_of(demo("demo-retried"))
    assert [standings(page("step", seq)) for seq in (5, 6, 7, 8, 11)] == [
        [],
        ["Attempt 1 of at most 10; waited 4.1 s; the call succeeded at step 8."],
        ["Attempt 2 of at most 10; waited 8.6 s; the call succeeded at step 8."],
        ["Tried 3 times; failed attempts: step 6, step 7; 15.1 s wasted."],
        ["Attempt 1 of at most 10; waited 1.2 s; the call succeeded at step 12."],
    ]


def test_summary_tells_the_account_and_the_moment(page_of, broken):
    text = re.sub(r"\(http[^)]*/\?step=(\d+)\)", r"(\1)", page_of(broken)("summary"))
    assert text[text.index("## What happened") : text.index("- **Regression")] == (
        "## What happened\n\n"
        "No file was changed before that point. `npm test` was green at [step 2](2). At [step 3](3) "
        "`sed -i s/a/b/ conf/a.ts` changed [`a.ts`](3) without declaring it; [`npm test`](5) has been red "
        "since, 2 times. After that point: 2 more turns, $0.04 and 4.0 s. It ended as done.\n\n"
        "**It went sideways at [step 3](3)**.\n\n"
        "- suspect: `conf/a.ts` +1 −1 (hidden: no call declared it), [step 3](3)\n\n"
    )


def test_story_judged_again_is_no_change(page_of, broken):
    page_of(broken)
    run = Run.objects.get(external_id=broken)
    before = Judgement.objects.get(run_id=run.id).at
    again = judge_run(run.id, now=timezone.now())
    assert (again.changed, Judgement.objects.get(run_id=run.id).at) == (False, before)

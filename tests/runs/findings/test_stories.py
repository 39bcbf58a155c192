"""The story of a run: where it went sideways, argued from checks, changes and findings."""

import pytest
from django.utils import timezone

from agentscope.demo.scenarios import ALL
from agentscope.demo.seeding import seed_run
from runs.judging import judge_run
from runs.kinds import RunStatus
from runs.models import Judgement, Run
from runs.store import save
from tests.recordings import NOW
from tests.runs.findings.pieces import edit, final, hidden, prompt, recording, shell, write

pytestmark = pytest.mark.django_db


def story_of_demo(project, name):
    """Record a demo run, judge it, and return its story."""
    script = next(script for script in ALL if script.id == name)
    seed_run(project, script, now=timezone.now())
    run = Run.objects.get(external_id=name)
    judge_run(run.id, now=timezone.now())
    return Judgement.objects.get(run_id=run.id).story


def text_of(story):
    return "".join(f"`{bit['text']}`" if bit.get("code") else bit["text"] for bit in story["account"])


def test_sideways_run_broke_at_the_sed_by_a_hidden_change(project):
    story = story_of_demo(project, "demo-sideways")
    moment = story["moment"]
    assert (moment["step"], moment["sure"], moment["last_green"], moment["first_red"], moment["reds"]) == (
        12, "strong", 9, 14, 4,
    )  # fmt: skip
    assert [(suspect["step"], suspect["path"], suspect["hidden"]) for suspect in moment["suspects"]] == [
        (12, "config/default.ts", True)
    ]
    assert text_of(story) == (
        "Edited `session.ts` by step 7. `npm test session` was green at step 9. "
        'At step 12 `sed -i "s/ttl: 3600/ttl: 36OO/" config/default.ts` changed `default.ts` '
        "without declaring it; "
        "`npm run build` has been red since, 4 times. "
        "After that point: 7 more turns, $0.08 and 1 m 17 s. It ended as failed."
    )


def test_causes_walk_from_the_last_failure_to_what_was_green(project):
    causes = story_of_demo(project, "demo-sideways")["causes"]
    assert [cause["step"] for cause in causes] == [36, 14, 12, 11, 9]


def test_chapters_tell_what_was_done_in_order(project):
    chapters = story_of_demo(project, "demo-sideways")["chapters"]
    assert [(chapter["deed"], chapter["first"], chapter["last"]) for chapter in chapters] == [
        ("explore", 0, 5),
        ("edit", 6, 7),
        ("check", 8, 9),
        ("edit", 10, 12),
        ("check", 13, 14),
        ("explore", 15, 17),
        ("edit", 18, 19),
        ("check", 20, 22),
        ("delegate", 23, 34),
        ("check", 35, 37),
    ]


@pytest.mark.parametrize("name", ["demo-clean", "demo-retried", "demo-fanned", "demo-long"])
def test_run_that_went_well_has_no_moment(project, name):
    story = story_of_demo(project, name)
    assert story["moment"] is None
    assert text_of(story).endswith("It ended as done; nothing says that it went sideways.")


def test_red_check_that_was_changed_after_and_not_run_again_is_thin_evidence(project):
    assert story_of_demo(project, "demo-csv")["moment"]["sure"] == "thin"


def story_of_pieces(project, *pieces, **run):
    [saved] = save(project, recording(*pieces, **run), now=NOW)
    judge_run(saved.id, now=NOW)
    return Judgement.objects.get(run_id=saved.id).story


RED = shell("npm test", "FAIL src/a.test.ts\n1 failed", code=1)
CHANGE = edit("src/tax.ts", "let a = 1\n", "let a = 2\n")


def test_narrow_check_that_a_wider_one_proves_green_is_no_moment(project):
    narrow = shell("pytest tests/test_a.py", "1 failed", code=1)
    story = story_of_pieces(project, prompt(), CHANGE, narrow, narrow, shell("pytest", "9 passed"), final())
    assert story["moment"] is None


@pytest.mark.parametrize(
    ("before", "sure"),
    [
        (shell("npm test", "9 passed"), "strong"),
        (shell("npm run build", "built in 1.2s"), "likely"),
        (shell("ls", "src"), "thin"),
    ],
    ids=["same check was green", "another check was green", "no check was green"],
)
def test_moment_is_as_sure_as_its_evidence(project, before, sure):
    story = story_of_pieces(project, prompt(), before, CHANGE, RED, RED, status=RunStatus.FAILED)
    assert (story["moment"]["step"], story["moment"]["sure"]) == (2, sure)


def test_change_before_a_check_that_was_never_green_is_not_accused(project):
    story = story_of_pieces(project, prompt(), CHANGE, RED, RED, status=RunStatus.FAILED)
    assert text_of(story).startswith(
        "No file was changed before that point. At step 1 `Edit tax.ts` changed `tax.ts`; `npm test` has "
        "been red since, 2 times; no check was green before, so that it proves little."
    )


def test_run_without_a_told_change_does_not_deny_that_there_was_one(project):
    story = story_of_pieces(project, prompt(), shell("sed -i s/a/b/ tax.ts", ""), final())
    assert text_of(story).startswith("No step tells of a changed file. No check was run.")


def test_chapter_of_edits_outside_the_repository_says_so(project):
    story = story_of_pieces(project, prompt(), write("/etc/hosts", "a\n"), write("/etc/motd", "b\n"), final())
    assert "Edited 2 files outside the repository" in [chapter["title"] for chapter in story["chapters"]]


def test_lines_that_were_declared_and_seen_count_once(project):
    twice = edit("a.py", "x = 1\n", "x = 2\n").with_changes(hidden("a.py", "x = 1\n", "x = 2\n"))
    story = story_of_pieces(project, prompt(), twice, final())
    assert "Edited a.py, +1 −1" in [chapter["title"] for chapter in story["chapters"]]


def test_run_that_went_well_with_warnings_says_so(project):
    story = story_of_demo(project, "demo-tools")
    assert story["moment"] is None
    assert text_of(story).endswith("It ended as done; rules found 1 thing worth a look.")

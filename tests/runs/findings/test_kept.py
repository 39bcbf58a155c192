"""What a story keeps of checks and of retried calls is bounded, and says how each stood."""

import msgspec

from runs.findings.case import Case, RunFacts
from runs.findings.checks import family_of_check
from runs.findings.clues import Clue, Outcome, Touch
from runs.findings.kept_checks import Break, CheckLine, Mark, checks_of
from runs.findings.kept_retries import Attempt, Retries, RetryLine, retries_of
from runs.findings.retried import RetryOutcome
from runs.findings.stories import Story, story_of
from runs.findings.suspects import Suspect
from runs.kinds import Kind, RunStatus, StepStatus

G, R, U = Outcome.GREEN, Outcome.RED, Outcome.UNKNOWN


def ran(seq: int, outcome: Outcome, *names: str) -> Clue:
    checks = "\n".join("\t".join((*family_of_check(name), name)) for name in names)
    status = StepStatus.FAILED if outcome is R else StepStatus.OK
    return Clue(
        seq=seq, kind=Kind.TOOL, tool="Bash", at=seq, status=status, check=names[0], checks=checks,
        outcome=outcome,
    )  # fmt: skip


def model(seq: int) -> Clue:
    return Clue(seq=seq, kind=Kind.LLM, at=seq)


def retry(seq: int, attempt: int, **fields: object) -> Clue:
    told = {"error": "# overloaded", "ms": 500, "most": 3, "wait_ms": 1_000, "at": seq * 2_000, **fields}
    return Clue(seq=seq, kind=Kind.RETRY, attempt=attempt, **told)


def case_of(*clues: Clue, **touches: list[Touch]) -> Case:
    return Case(RunFacts(status=RunStatus.DONE), clues, touches=touches)


def test_marks_say_since_when_a_check_is_red() -> None:
    case = case_of(
        ran(1, G, "npm test"), model(2), Clue(seq=3, kind=Kind.TOOL, key="t3", at=3), model(4),
        ran(5, R, "npm test"), model(6), ran(7, R, "npm test"),
        t3=[Touch(n=9, path="a.ts", op="edit", hidden=True, added=2, removed=1)],
    )  # fmt: skip
    checks = checks_of(case)
    assert checks.lines == (
        CheckLine(
            name="npm test", runs=3, marks=(Mark(1, G), Mark(5, R, 1, 1, 2), Mark(7, R, 2, 1, 3))
        ),
    )  # fmt: skip
    assert checks.breaks == (
        Break(
            check="npm test", green=1, red=5, reds=2, mended=None, is_open=True,
            suspects=(Suspect(step=3, change=9, path="a.ts", hidden=True, added=2, removed=1),),
        ),
    )  # fmt: skip


def test_nobody_knows_since_when_after_an_end_that_is_not_known() -> None:
    [line] = checks_of(case_of(ran(1, G, "make"), ran(2, U, "make"), ran(3, R, "make"))).lines
    assert line.marks == (Mark(1, G), Mark(2, U), Mark(3, R))


def test_red_checks_come_first_and_the_rest_is_counted() -> None:
    greens = [ran(seq, G, f"make test-{seq}") for seq in range(20)]
    checks = checks_of(case_of(*greens, ran(30, R, "make lint"), ran(31, G, "make lint"), ran(32, R, "tsc")))
    assert [line.name for line in checks.lines[:4]] == ["tsc", "make lint", "make test-19", "make test-18"]
    assert (len(checks.lines), checks.more) == (12, 10)


def test_last_runs_of_a_check_are_kept_and_all_are_counted() -> None:
    checks = checks_of(case_of(*(ran(seq, G, "make") for seq in range(70))))
    [line] = checks.lines
    assert (line.runs, len(line.marks), line.marks[0], line.marks[-1]) == (
        70,
        60,
        Mark(10, G, 11),
        Mark(69, G, 70),
    )


def test_breaks_are_bounded_the_open_one_first() -> None:
    outcomes = [ran(seq, R if seq % 2 else G, "make") for seq in range(40)]
    checks = checks_of(case_of(*outcomes))
    assert [broken.red for broken in checks.breaks[:3]] == [39, 37, 35]
    assert (len(checks.breaks), checks.more_breaks, checks.breaks[0].is_open) == (12, 8, True)


def test_green_command_of_several_checks_is_told_by_its_parts() -> None:
    checks = checks_of(case_of(ran(1, G, "npm run build", "npm test")))
    assert sorted(line.name for line in checks.lines) == ["npm run build", "npm test"]


def test_retried_calls_are_summed_up() -> None:
    case = case_of(retry(1, 1, sent=300, out=20), retry(2, 2, error="# timeout", cost=0.25), model(3))
    assert retries_of(case) == Retries(
        calls=(
            RetryLine(
                call=None, attempts=(Attempt(1, "overloaded", 1_000), Attempt(2, "timeout", 1_000)), failed=2,
                most=3, outcome=RetryOutcome.GAVE_UP, waited_ms=2_000, wasted_ms=3_500, wasted_tokens=320,
            ),
        ),
        ms=3_500, tokens=320, cost=0.25, unpriced=1,
    )  # fmt: skip


def test_many_retried_calls_are_bounded_and_all_are_counted() -> None:
    retries = retries_of(case_of(*(retry(seq, 1, ms=100, wait_ms=0, at=seq) for seq in range(60))))
    assert (len(retries.calls), retries.more, retries.ms) == (50, 10, 6_000)
    many = retries_of(case_of(*(retry(seq, seq, most=None, of="a") for seq in range(30))))
    assert (len(many.calls[0].attempts), many.calls[0].failed) == (20, 30)


def test_story_comes_back_from_json_as_it_was() -> None:
    story = story_of(case_of(ran(1, G, "make"), ran(2, R, "make"), retry(3, 1)), [])
    kept = msgspec.json.decode(msgspec.json.encode(story))
    again = msgspec.convert(kept, Story)
    assert (again.checks, again.retries) == (story.checks, story.retries)

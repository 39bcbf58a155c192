"""Checks are series of outcomes; what broke one is ranked."""

import pytest

from runs.findings.case import Case, RunFacts
from runs.findings.checks import family_of_check
from runs.findings.clues import Clue, Outcome, Touch
from runs.findings.mentions import mentions_in
from runs.findings.regressions import regressions_of, series_of
from runs.findings.series import covers
from runs.kinds import Kind, RunStatus, StepStatus

G, R, U = Outcome.GREEN, Outcome.RED, Outcome.UNKNOWN


def ran(seq: int, outcome: Outcome, *names: str, **fields: object) -> Clue:
    checks = "\n".join("\t".join((*family_of_check(name), name)) for name in names)
    told = {"status": StepStatus.FAILED if outcome is R else StepStatus.OK, **fields}
    return Clue(
        seq=seq, kind=Kind.TOOL, tool="Bash", at=seq, check=names[0], checks=checks, outcome=outcome, **told
    )


def case_of(*clues: Clue, **touches: list[Touch]) -> Case:
    return Case(RunFacts(status=RunStatus.DONE), clues, touches=touches)


def told(case: Case) -> dict[str, list[tuple[int, Outcome]]]:
    return {series.name: list(series.outcomes) for series in series_of(case)}


def test_spellings_of_one_check_are_one_series() -> None:
    case = case_of(ran(1, G, "npm run build"), ran(2, R, "npm run build --force"), ran(3, U, "npm build"))
    assert told(case) == {"npm run build": [(1, G), (2, R), (3, U)]}


def test_green_of_the_wider_proves_the_narrower_that_was_red() -> None:
    case = case_of(ran(1, R, "npm test session"), ran(2, G, "npm test"), ran(3, R, "npm test"))
    assert told(case) == {"npm test session": [(1, R), (2, G)], "npm test": [(2, G), (3, R)]}


def test_command_of_several_checks_is_a_series_that_its_parts_prove() -> None:
    case = case_of(ran(1, R, "npm build", "npm test"), ran(2, G, "npm build"), ran(3, G, "npm test"))
    assert told(case) == {
        "npm build && npm test": [(1, R), (3, G)],
        "npm build": [(2, G)],
        "npm test": [(3, G)],
    }


def test_denied_check_never_ran() -> None:
    assert told(case_of(ran(1, U, "npm test", status=StepStatus.DENIED))) == {}


@pytest.mark.parametrize(
    ("wide", "narrow", "is_covered"),
    [
        ("", "session", True),
        ("tests", "tests/a.py", True),
        ("tests/a.py", "tests/a.py::test_b", True),
        ("tests/a.py tests/b.py", "tests/a.py", True),
        ("tests/a.py", "tests/a.py tests/b.py", False),
        ("tests/a.py", "tests/ab.py", False),
        ("tests/a.py", "", False),
        ("cmd TestA", "cmd", False),
        ("./cmd", "./cmd/cli TestA", True),
        ("session", "cart", False),
    ],
)
def test_wider_check_covers_narrower(wide: str, narrow: str, is_covered: bool) -> None:
    assert covers(frozenset(wide.split()), frozenset(narrow.split())) is is_covered


def test_suspects_are_ranked_hidden_then_named_then_latest_then_largest() -> None:
    def touch(n: int, path: str, **fields: object) -> Touch:
        return Touch(n=n, path=path, op="edit", **fields)

    clues = [
        ran(1, G, "npm test"),
        *(Clue(seq=seq, key=f"k{seq}", kind=Kind.TOOL, at=seq) for seq in (2, 3, 4, 5)),
        ran(6, R, "npm test", named=mentions_in("src/cart.ts(3,5): error TS2304")),
        Clue(seq=7, key="k7", kind=Kind.TOOL, at=7),
        ran(8, R, "npm test"),
    ]
    case = case_of(
        *clues,
        k2=[touch(0, "src/cart.ts")],
        k3=[touch(1, "config.ts", hidden=True)],
        k4=[touch(2, "b.ts")],
        k5=[touch(3, "c.ts"), touch(4, "d.ts", added=9), touch(5, "/etc/hosts", outside=True)],
        k7=[touch(6, "late.ts")],
    )
    [regression] = regressions_of(case)
    assert [(suspect.path, suspect.step) for suspect in regression.suspects] == [
        ("config.ts", 3),
        ("src/cart.ts", 2),
        ("d.ts", 5),
        ("c.ts", 5),
        ("b.ts", 4),
    ]
    assert (regression.check, regression.green, regression.reds) == ("npm test", 1, (6, 8))
    assert (regression.is_open, regression.mended) == (True, None)

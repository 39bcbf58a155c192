"""What the output of a check says."""

import pytest

from runs.findings.checks import is_red


@pytest.mark.parametrize(
    "output",
    [
        "10 failed, 3 passed",
        "1 Error",
        "(3 problems)",
        "FAILED tests/x.py",
        "ok\nfail a_test.go",
        "E   assert",
        "make[2]: *** [all]",
        "a.ts: Error TS2304",
        "error[E0308]",
        "xerror[e1]",
        "src/a.c:3:7: expected ;",
        "Build Failed",
        "npm err!",
        "Traceback (most recent call last):",
    ],
)
def test_output_tells_of_failures(output: str) -> None:
    assert is_red(output)


@pytest.mark.parametrize(
    "output",
    [
        "",
        "12 passed",
        "0 failed",
        "0 errors, 0 failures",
        "a1 failed",
        "01 errors",
        "10 failed3",
        "it failed",
        "E  x"[1:],
        "xerror TS1",
        "src/a.c:3:7: warning: unused",
        "the build fails",
        "Errors: none",
    ],
)
def test_output_tells_of_none(output: str) -> None:
    assert not is_red(output)

"""Runs with tests and builds that stay red or break, and runs that mend them."""

from runs.kinds import RunStatus, StepStatus
from runs.records import Batch
from tests.runs.findings.labelled import label
from tests.runs.findings.pieces import (
    Piece,
    edit,
    final,
    hidden,
    llm,
    prompt,
    read,
    recording,
    shell,
)

ERROR = "src/config.ts(3,5): error TS2304: Cannot find name 'ttl'."


def red(command: str = "npm test", output: str = "1 failed, 8 passed") -> Piece:
    return shell(command, output, code=1)


def green(command: str = "npm test", output: str = "9 passed") -> Piece:
    return shell(command, output)


def fix(number: int, path: str = "src/cart.ts") -> Piece:
    return edit(path, f"let x = {number}\n", f"let x = {number + 1}\n")


@label("failing-check")
def red_three_times_to_the_end() -> Batch:
    return recording(prompt(), red(), fix(1), red(), fix(2), red(), final("I could not."))


@label("failing-check", "regression")
def green_then_red_for_good() -> Batch:
    return recording(prompt(), green(), fix(1), red(), fix(2), red(), final(), status=RunStatus.FAILED)


@label("failing-check")
@label("regression", positive=False)
def build_red_in_three_spellings() -> Batch:
    """One check, though the command looks another each time; it was never green."""
    calls = [
        red("npm run build", ERROR),
        red("rm -rf dist && npm run build", ERROR),
        red("cd app && npm run build -- --force 2>&1", ERROR),
    ]
    return recording(prompt(), *calls, final())


@label("failing-check")
def red_behind_a_pipe() -> Batch:
    call = shell("npm test 2>&1 | tail -4", "1 failed, 8 passed")
    return recording(prompt(), call, fix(1), call, fix(2), call, status=RunStatus.INTERRUPTED)


@label("failing-check")
def red_for_long_before_green() -> Batch:
    rounds = [piece for number in range(6) for piece in (red(), fix(number))]
    return recording(prompt(), *rounds, green(), final())


@label("failing-check")
def red_in_two_lanes() -> Batch:
    return recording(prompt(), red().by("a1"), fix(1).by("a1"), red().by("a1"), fix(2), red())


@label("failing-check", "regression", positive=False)
def test_first_then_made_green() -> Batch:
    return recording(prompt(), fix(0, "test/cart.ts"), red(), fix(1), red(), fix(2), green(), final())


@label("failing-check", positive=False)
def narrow_red_proven_by_the_whole() -> Batch:
    narrow = red("npm test -- session")
    return recording(prompt(), narrow, fix(1), narrow, fix(2), green("npm test"), final())


@label("failing-check", positive=False)
def two_reds_while_it_still_runs() -> Batch:
    return recording(prompt(), red(), fix(1), red(), fix(2), status=RunStatus.RUNNING)


@label("failing-check", positive=False)
def each_red_is_another_check() -> Batch:
    return recording(
        prompt("Which tests fail?"), red("pytest tests/a.py"), red("pytest tests/b.py"), red("ruff check ."),
        final("Two test files, and the linter."),
    )  # fmt: skip


@label("failing-check", positive=False)
def searches_that_find_nothing() -> Batch:
    """A grep that finds nothing exits with 1: no check is red."""
    call = shell("go vet ./... 2>&1 | grep -v unsafe", "", code=1)
    return recording(prompt(), call, llm(), call, llm(), call, final())


@label("failing-check", positive=False)
def denied_and_cancelled_checks() -> Batch:
    denied = red().but(status=StepStatus.DENIED, exit_code=None)
    return recording(prompt(), denied, denied, red().but(status=StepStatus.CANCELLED), final())


@label("regression")
def build_broken_by_a_hidden_change() -> Batch:
    sed = shell("sed -i 's/ttl/life/' src/config.ts").with_changes(hidden("src/config.ts", "ttl\n", "life\n"))
    return recording(
        prompt(), green("npm run build", "built in 3s"), fix(1), sed, fix(2), red("npm run build", ERROR),
        read("src/cart.ts"), red("npm run build", ERROR), final(),
    )  # fmt: skip


@label("regression")
def broken_by_a_sub_agent() -> Batch:
    return recording(prompt(), green(), llm(), fix(1).by("a1"), red(), llm(), red(), final())


@label("regression")
def red_once_at_the_very_end() -> Batch:
    return recording(prompt(), green("pytest -q"), fix(1), red("pytest -q"), final("Done."))


@label("regression")
def narrow_broke_after_the_whole_was_green() -> Batch:
    return recording(
        prompt(), green("pytest"), fix(1), red("pytest tests/a.py"), llm(), red("pytest tests/a.py")
    )


@label("regression", positive=False)
def broken_and_mended_at_once() -> Batch:
    rounds = [piece for number in range(4) for piece in (fix(number), red(), fix(number, "b.ts"), green())]
    return recording(prompt(), green(), *rounds, final())


@label("regression", positive=False)
def one_red_while_it_still_runs() -> Batch:
    return recording(prompt(), green(), fix(1), red(), llm(), status=RunStatus.RUNNING)


@label("regression", positive=False)
def other_check_was_green() -> Batch:
    return recording(prompt(), green("npm run lint", "0 problems"), fix(1), red(), red(), final())


@label("regression", positive=False)
def tests_green_deploy_fails_in_the_same_command() -> Batch:
    deploy = "npm test && ./deploy.sh"
    return recording(
        prompt(), green(), fix(1), shell(deploy, "deploy: no such host", code=1),
        shell(deploy, "deploy: no such host", code=1), final(),
    )  # fmt: skip

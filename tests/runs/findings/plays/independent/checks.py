"""Retries, failing checks and regressions, and runs that come close to them."""

from runs.kinds import Kind, RunStatus, StepStatus
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
    retry,
    shell,
)
from tests.runs.findings.voices import codex, own, patch, swe

CARGO_RED = "test parse::tests::empty ... FAILED\ntest result: FAILED. 11 passed; 1 failed; 0 ignored"
PYTEST_RED = "=================== 2 failed, 30 passed in 0.52s ==================="
TSC_RED = "src/api.ts(14,7): error TS2322: Type 'string' is not assignable to type 'number'."


@label("retry-storm")
def limit_reached_until_it_gave_up() -> Batch:
    tries = [retry("m9", attempt=n, wait=2.0**n, cause="429 rate_limit_exceeded") for n in range(1, 6)]
    gone = Piece({"kind": Kind.ERROR, "status": StepStatus.FAILED, "error": "429 rate_limit_exceeded"})
    return recording(prompt(), llm(), *tries, gone, status=RunStatus.FAILED, agent="own")


@label("retry-storm")
def long_waits_of_three_calls() -> Batch:
    rounds = [piece for _ in range(3) for piece in (retry(wait=25, cause="503 overloaded"), llm())]
    return recording(prompt(), *rounds, final(), agent="own")


@label("retry-storm", positive=False)
def second_retry_goes_through() -> Batch:
    tries = [retry("m2", attempt=1, wait=1), retry("m2", attempt=2, wait=2)]
    return recording(prompt(), *tries, llm(key="m2"), final())


@label("retry-storm", positive=False)
def five_sub_agents_each_retried_once() -> Batch:
    return recording(prompt(), llm(), *[retry(wait=5).by(f"a{n}") for n in range(5)], final())


@label("failing-check")
def cargo_test_of_a_package_stays_red() -> Batch:
    rounds = [
        piece
        for n in range(3)
        for piece in (
            codex("cargo test -p core", CARGO_RED, code=101, n=n),
            patch("core/src/parse.rs", f"{n}\n", f"{n + 1}\n"),
        )
    ]
    last = codex("cargo test -p core", CARGO_RED, code=101, n=9)
    return recording(prompt(), *rounds, last, final("One test still fails."), agent="codex")


@label("failing-check")
def pytest_red_though_nobody_tells_codes() -> Batch:
    red = swe("cd /work/shop && python -m pytest tests/test_fields.py", PYTEST_RED)
    return recording(prompt(), red, swe("sed -i 's/a/b/' src/fields.py"), red, status=RunStatus.FAILED)


@label("failing-check", positive=False)
def red_twice_then_mended() -> Batch:
    red = own("yarn test", "Tests: 1 failed, 40 passed, 41 total", code=1)
    return recording(
        prompt(), red, edit("a.ts", "1\n", "2\n"), red, edit("a.ts", "2\n", "3\n"),
        own("yarn test", "Tests: 41 passed, 41 total"), final(),
    )  # fmt: skip


@label("failing-check", positive=False)
def one_file_red_then_all_green() -> Batch:
    red = swe("pytest tests/test_fields.py -x", PYTEST_RED)
    return recording(
        prompt(), red, swe("sed -i 's/a/b/' src/fields.py"), red, swe("sed -i 's/b/c/' src/fields.py"),
        swe("pytest", "====== 212 passed in 3.41s ======"), final(),
    )  # fmt: skip


@label("regression")
def lint_breaks_and_stays_broken() -> Batch:
    red = shell(
        "make lint", "src/cart.py:3:1: F401 'os' imported but unused\nmake: *** [lint] Error 1", code=2
    )
    return recording(
        prompt(), shell("make lint", "All checks passed!"), edit("src/cart.py", "a\n", "import os\na\n"), red,
        edit("src/cart.py", "import os\na\n", "import os\nb\n"), red, final(),
    )  # fmt: skip


@label("regression")
def types_break_with_the_last_patch() -> Batch:
    return recording(
        prompt(), codex("npx tsc --noEmit"), patch("src/api.ts", "id: number\n", "id: string\n"),
        codex("npx tsc --noEmit", TSC_RED, code=2, n=1), final("Changed the type."), agent="codex",
    )  # fmt: skip


@label("regression", positive=False)
def never_green() -> Batch:
    red = shell("npm test", "1 failed", code=1)
    return recording(prompt(), red, edit("a.ts", "1\n", "2\n"), red, edit("a.ts", "2\n", "3\n"), red, final())


@label("regression", positive=False)
def broken_and_mended() -> Batch:
    return recording(
        prompt(), codex("npx tsc --noEmit"), patch("src/api.ts", "id: number\n", "id: string\n"),
        codex("npx tsc --noEmit", TSC_RED, code=2, n=1), patch("src/api.ts", "id: string\n", "id: bigint\n"),
        codex("npx tsc --noEmit", n=2), final(), agent="codex",
    )  # fmt: skip


@label("regression")
def hidden_change_breaks_the_build() -> Batch:
    sed = swe("sed -i 's/ttl/maxAge/' src/config.ts").with_changes(
        hidden("src/config.ts", "ttl\n", "maxAge\n")
    )
    red = swe("npm run build", f"> shop@1.0.0 build\n> tsc\n\n{TSC_RED}")
    green = swe("npm run build", "> shop@1.0.0 build\n> tsc\n\nvite v5 built in 1.2s")
    return recording(prompt(), green, sed, red, read("src/a.ts"), red, status=RunStatus.FAILED)

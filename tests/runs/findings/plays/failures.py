"""Runs with errors of many kinds, and runs whose failures are part of the work."""

from runs.kinds import Kind, StepStatus
from runs.records import Batch
from tests.runs.findings.labelled import label
from tests.runs.findings.pieces import Piece, edit, final, grep, llm, prompt, read, recording, shell, tool

RED = "FAILED tests/test_cart.py - assert 3 == 4\n1 failed"


@label("format-error")
def argument_missing() -> Batch:
    said = "InputValidationError: Edit failed due to the following issue:\nThe required parameter is missing"
    return recording(
        prompt(), tool("Edit", error=said, file_path="a.ts").but(error_kind="validation"), final()
    )


@label("format-error")
def broken_json() -> Batch:
    said = "Invalid JSON in arguments: Unterminated string at line 1 column 4093"
    return recording(prompt(), tool("write_file", error=said, path="a.ts"), final())


@label("format-error")
def wrong_type() -> Batch:
    said = "validation error for search: limit: expected number, received string"
    return recording(prompt(), tool("mcp__db__search", error=said, limit="ten"), final())


@label("format-error")
def unexpected_argument() -> Batch:
    said = "TypeError: run() got an unexpected keyword argument 'path'"
    return recording(prompt(), tool("run_query", error=said, path="x"), llm(), final())


@label("format-error", positive=False)
def json_that_a_program_does_not_like() -> Batch:
    said = "jq: error: Invalid JSON at line 3"
    return recording(prompt(), shell("jq . broken.json", said, code=2), final())


@label("format-error", positive=False)
def file_not_read_before() -> Batch:
    said = "File has not been read yet. Read it first before writing to it."
    return recording(prompt(), tool("Edit", error=said, file_path="/work/shop/a.ts", old_string="x"), final())


@label("format-error", positive=False)
def red_schema_test() -> Batch:
    said = "AssertionError: does not match the schema\n1 failed"
    return recording(prompt(), shell("pytest tests/test_schema.py", said, code=1), final())


@label("format-error", positive=False)
def edit_without_a_match() -> Batch:
    said = "String to replace not found in file."
    return recording(prompt(), read("a.ts"), tool("Edit", error=said, file_path="/work/shop/a.ts"), final())


def guard(name: str = "refund limit", *, tripped: bool = True) -> Piece:
    status = StepStatus.FAILED if tripped else StepStatus.OK
    return Piece({"kind": Kind.GUARDRAIL, "name": name, "status": status, "error": "No." if tripped else ""})


@label("guardrail")
def input_refused() -> Batch:
    return recording(prompt("Refund 900."), guard(), status="failed")


@label("guardrail")
def guardrail_without_a_name() -> Batch:
    return recording(prompt(), llm(), guard(""), final())


@label("guardrail")
def one_of_two_trips() -> Batch:
    return recording(prompt(), guard("pii", tripped=False), llm(), guard("jailbreak"), final())


@label("guardrail")
def trips_twice_in_a_sub_agent() -> Batch:
    return recording(prompt(), guard().by("a1"), llm().by("a1"), guard().by("a1"), final())


@label("guardrail", positive=False)
def all_checks_pass() -> Batch:
    return recording(prompt(), guard(tripped=False), llm(), guard("pii", tripped=False), final())


@label("guardrail", positive=False)
@label("many-errors", positive=False)
def denied_by_policy() -> Batch:
    denied = [
        shell(f"rm {n}").but(status=StepStatus.DENIED, error_kind="policy", error="no") for n in "abcde"
    ]
    return recording(prompt(), *denied, final())


@label("guardrail", positive=False)
def tool_called_guardrail_fails() -> Batch:
    return recording(prompt(), tool("guardrail_check", error="guardrail service unreachable"), final())


@label("guardrail", positive=False)
def guardrail_still_open() -> Batch:
    waiting = guard(tripped=False).but(status=StepStatus.RUNNING, ended_at=None)
    return recording(prompt(), waiting, status="running", ended_at=None)


def broken(number: int) -> Piece:
    return shell(f"./deploy.sh {number}", "Error: connection refused", code=1)


@label("many-errors")
def four_failed_commands() -> Batch:
    return recording(prompt(), *[broken(n) for n in range(4)], final())


@label("many-errors")
def errors_of_many_tools() -> Batch:
    others = [tool(name, error="Error: boom", url="x") for name in ("WebFetch", "WebSearch", "mcp__db__q")]
    return recording(prompt(), broken(1), *others, final())


@label("many-errors")
def errors_in_sub_agents() -> Batch:
    return recording(prompt(), *[broken(n).by(f"a{n}") for n in range(5)], final())


@label("many-errors")
def model_errors_count() -> Batch:
    gave_up = Piece({"kind": Kind.ERROR, "status": StepStatus.FAILED, "error": "500 server error"})
    return recording(prompt(), broken(1), gave_up, broken(2), gave_up, broken(3), final())


@label("many-errors", positive=False)
def three_errors() -> Batch:
    return recording(prompt(), *[broken(n) for n in range(3)], *[grep(f"x{n}") for n in range(5)], final())


@label("many-errors", positive=False)
def red_tests_are_the_work() -> Batch:
    rounds = [
        piece
        for n in range(6)
        for piece in (shell("pytest", RED, code=1), edit("a.py", f"x = {n}\n", f"x = {n + 1}\n"))
    ]
    return recording(prompt("Write it test first."), *rounds, shell("pytest", "9 passed"), final())


@label("many-errors", positive=False)
def cancelled_with_their_sibling() -> Batch:
    cancelled = [shell(f"cat {n}").but(status=StepStatus.CANCELLED, error="Cancelled") for n in range(6)]
    return recording(prompt(), broken(1), *cancelled, final())


@label("timeout")
def test_timed_out() -> Batch:
    call = shell("npm test", "Command timed out after 2m 0.0s", code=143).taking(120)
    return recording(prompt(), call.but(error_kind="timeout", error="Command timed out after 2m"), final())


@label("timeout")
def model_call_timed_out() -> Batch:
    call = llm().but(status=StepStatus.FAILED, error="Request timed out.")
    return recording(prompt(), call, llm(), final())


@label("timeout")
def server_timed_out_twice() -> Batch:
    call = tool("mcp__db__query", error="MCP error -32001: Request timed out", sql="x")
    return recording(prompt(), call, llm(), call, final())


@label("timeout")
def network_timed_out() -> Batch:
    return recording(prompt(), tool("WebFetch", error="connect ETIMEDOUT 10.0.0.1:443", url="x"), final())


@label("timeout", positive=False)
def option_called_timeout() -> Batch:
    return recording(prompt(), shell("timeout 60 npm test --timeout=5000", "12 passed"), final())


@label("timeout", positive=False)
def code_about_timeouts() -> Batch:
    return recording(prompt("Fix the timed out message."), grep("timed out", "a.ts:1:timed out"), final())


@label("timeout", positive=False)
def slow_but_done() -> Batch:
    return recording(prompt(), shell("make world").taking(3_600), final())


@label("timeout", positive=False)
def failed_for_another_reason() -> Batch:
    return recording(prompt(), shell("npm test", RED, code=1).taking(300), final())


BUDGET = {"budget_usd": 0.05}


@label("over-budget", thresholds=BUDGET)
def costs_more_than_allowed() -> Batch:
    return recording(prompt(), *[llm(fresh=4_000, out=900)] * 5, final())


@label("over-budget", thresholds=BUDGET)
def one_dear_call() -> Batch:
    return recording(prompt(), llm(fresh=90_000, out=4_000), final())


@label("over-budget", thresholds=BUDGET)
def sub_agents_are_in_the_bill() -> Batch:
    return recording(prompt(), llm(), *[llm(fresh=9_000).by(f"a{n}") for n in range(6)], final())


@label("over-budget", thresholds=BUDGET)
def over_budget_while_running() -> Batch:
    return recording(prompt(), *[llm(fresh=9_000)] * 6, status="running", ended_at=None)


@label("over-budget", positive=False)
def no_budget_set() -> Batch:
    return recording(prompt(), llm(fresh=900_000, out=9_000), final())


@label("over-budget", positive=False, thresholds=BUDGET)
def below_the_budget() -> Batch:
    return recording(prompt(), llm(fresh=100, cached=1_000, written=0, out=50), final())


@label("over-budget", positive=False, thresholds=BUDGET)
def model_of_unknown_price() -> Batch:
    return recording(prompt(), llm(fresh=900_000, model="acme-coder-32b"), final())


@label("over-budget", positive=False, thresholds={"budget_usd": 10})
def generous_budget() -> Batch:
    return recording(prompt(), *[llm(fresh=4_000, out=900)] * 5, final())

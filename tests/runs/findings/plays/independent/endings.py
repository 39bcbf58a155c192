"""Bad ends and good ones."""

import json

from runs.kinds import Kind, RunStatus, StepStatus
from runs.records import Batch
from tests.runs.findings.labelled import label
from tests.runs.findings.pieces import Piece, edit, final, llm, prompt, read, recording, shell
from tests.runs.findings.voices import codex, own, patch, swe


def failed(error: str) -> Piece:
    return Piece({"kind": Kind.ERROR, "status": StepStatus.FAILED, "error": error})


@label("never-closed")
def codex_goes_silent_after_a_patch() -> Batch:
    last = patch("a.rs", "a\n", "b\n")
    return recording(prompt(), llm(), last, status=RunStatus.UNFINISHED, ended_at=None, agent="codex")


@label("never-closed")
def silent_in_the_middle_of_an_answer() -> Batch:
    open_call = llm().but(status=StepStatus.RUNNING, ended_at=None, output="")
    return recording(prompt(), open_call, status=RunStatus.UNFINISHED, agent="own")


@label("never-closed", positive=False)
def cancelled_by_the_human() -> Batch:
    return recording(prompt(), llm(), own("ls"), status=RunStatus.INTERRUPTED, agent="own")


@label("never-closed", positive=False)
def died_and_said_so() -> Batch:
    return recording(prompt(), llm(), failed("Killed"), status=RunStatus.FAILED, error="Killed", agent="own")


@label("empty-answer")
def codex_ends_without_a_word() -> Batch:
    return recording(prompt(), llm(), patch("a.rs", "a\n", "b\n"), final(""), agent="codex")


@label("empty-answer")
def own_loop_ends_with_an_empty_text() -> Batch:
    empty = llm().but(output=json.dumps([{"type": "text", "text": ""}]))
    return recording(prompt(), llm(), own("ls"), empty, agent="own")


@label("empty-answer", positive=False)
def interrupted_after_a_call() -> Batch:
    called = llm().but(output=json.dumps([{"type": "tool_use", "id": "t", "name": "Bash", "input": {}}]))
    return recording(prompt(), called, shell("ls"), status=RunStatus.INTERRUPTED)


@label("empty-answer", positive=False)
def one_word_is_an_answer() -> Batch:
    return recording(prompt("Is it green? Yes or no."), llm(), codex("cargo test", "ok"), final("Yes"))


@label("output-limit")
def incomplete_as_openai_says_it() -> Batch:
    return recording(prompt(), llm(out=16_384, stop_reason="max_output_tokens"), final(), agent="own")


@label("output-limit")
def cut_in_the_middle_of_a_file() -> Batch:
    return recording(prompt(), llm(), read("a.py"), llm(out=32_000, stop_reason="max_tokens"), llm(), final())


@label("output-limit", positive=False)
def stopped_for_tool_calls() -> Batch:
    return recording(prompt(), llm(out=9_000, stop_reason="tool_calls"), own("ls"), final(), agent="own")


@label("output-limit", positive=False)
def filtered() -> Batch:
    return recording(prompt(), llm(stop_reason="content_filter"), final(), agent="own")


@label("max-iterations")
def openhands_reaches_its_maximum() -> Batch:
    said = "RuntimeError: Agent reached maximum iteration in headless mode. Current: 100, max: 100"
    return recording(prompt(), llm(), swe("ls"), failed(said), status=RunStatus.FAILED, error=said)


@label("max-iterations")
def agents_sdk_raises() -> Batch:
    said = "MaxTurnsExceeded: Max turns (10) exceeded"
    return recording(prompt(), llm(), own("ls"), status=RunStatus.FAILED, error=said, agent="own")


@label("max-iterations")
def langchain_says_it_in_its_answer() -> Batch:
    return recording(prompt(), llm(), own("ls"), final("Agent stopped due to iteration limit or time limit."))


@label("max-iterations", positive=False)
def too_dear_to_go_on() -> Batch:
    return recording(
        prompt(), llm(), swe("ls"), status=RunStatus.FAILED, outcome="exit_cost", agent="swe-agent"
    )


@label("max-iterations", positive=False)
def raises_the_limit_for_others() -> Batch:
    change = edit("agent.py", "max_iterations = 10\n", "max_iterations = 50\n")
    return recording(
        prompt(), llm(), change, final("I raised max_iterations to 50 as the limit was reached.")
    )

"""Runs that end badly, and runs that only end."""

import json

from runs.kinds import Kind, RunStatus, StepStatus
from runs.records import Batch
from tests.runs.findings.labelled import label
from tests.runs.findings.pieces import Piece, edit, final, llm, pause, prompt, read, recording, shell, tool

CALL = json.dumps([{"type": "tool_use", "id": "t1", "name": "Bash", "input": {}}])


def failed(error: str) -> Piece:
    return Piece({"kind": Kind.ERROR, "status": StepStatus.FAILED, "error": error})


@label("never-closed")
def silent_after_a_call() -> Batch:
    return recording(prompt(), llm(), shell("npm test"), status=RunStatus.UNFINISHED)


@label("never-closed")
def silent_after_a_prompt() -> Batch:
    return recording(prompt(), llm(), final(), prompt("And?"), status=RunStatus.UNFINISHED)


@label("never-closed")
def silent_in_a_sub_agent() -> Batch:
    return recording(prompt(), llm(), read("a.ts").by("a1"), status=RunStatus.UNFINISHED)


@label("never-closed")
def silent_while_a_call_is_open() -> Batch:
    open_call = shell("npm start").but(status=StepStatus.RUNNING, ended_at=None)
    return recording(prompt(), llm(), open_call, status=RunStatus.UNFINISHED)


@label("never-closed", positive=False)
def still_running() -> Batch:
    return recording(prompt(), llm(), shell("npm test"), status=RunStatus.RUNNING, ended_at=None)


@label("never-closed", positive=False)
@label("max-iterations", positive=False)
def stopped_by_the_human() -> Batch:
    return recording(prompt(), llm(), shell("npm test"), status=RunStatus.INTERRUPTED)


@label("never-closed", positive=False)
@label("empty-answer", positive=False)
def failed_with_an_error() -> Batch:
    return recording(prompt(), llm(), failed("529 overloaded"), status=RunStatus.FAILED)


@label("never-closed", positive=False)
def long_pause_then_done() -> Batch:
    return recording(prompt(), llm(), pause(90_000), prompt("Back."), llm(), final())


@label("empty-answer")
def final_without_a_word() -> Batch:
    return recording(prompt(), llm(), shell("npm test"), final(""))


@label("empty-answer")
def last_model_call_says_nothing() -> Batch:
    return recording(prompt(), llm(), shell("npm test"), llm(""))


@label("empty-answer")
def only_spaces() -> Batch:
    said = json.dumps([{"type": "text", "text": "  \n"}])
    return recording(prompt(), llm(), edit("a", "b\n", "c\n"), llm().but(output=said))


@label("empty-answer")
def only_a_thought() -> Batch:
    said = json.dumps([{"type": "thinking", "thinking": "Done, I think."}])
    return recording(prompt(), llm(), shell("npm test"), llm().but(output=said))


@label("empty-answer", positive=False)
def words_at_the_end() -> Batch:
    return recording(prompt(), llm(""), shell("npm test"), llm("All green."))


@label("empty-answer", positive=False)
def calls_without_words_between() -> Batch:
    silent = llm().but(output=CALL)
    return recording(prompt(), silent, shell("ls"), silent, shell("npm test"), final("Done."))


@label("empty-answer", positive=False)
def recorded_without_texts() -> Batch:
    """Spans often leave the texts out: that says nothing of the answer."""
    bare = llm().but(output="")
    return recording(prompt(), bare, shell("ls"), bare)


@label("empty-answer", positive=False)
def sub_agent_says_nothing() -> Batch:
    return recording(prompt(), llm(), llm("").by("a1"), llm("Done."), llm("").by("a1"))


@label("output-limit")
def answer_cut() -> Batch:
    return recording(prompt(), llm(out=8_192, stop_reason="max_tokens"), final())


@label("output-limit")
def answer_cut_of_another_maker() -> Batch:
    return recording(prompt(), llm(out=4_096, stop_reason="length"), final())


@label("output-limit")
def cut_in_a_sub_agent() -> Batch:
    return recording(prompt(), llm(), llm(stop_reason="MAX_TOKENS").by("a1"), final())


@label("output-limit")
def cut_three_times() -> Batch:
    return recording(prompt(), *[llm(out=8_192, stop_reason="max_tokens")] * 3, final())


@label("output-limit", positive=False)
def ended_by_itself() -> Batch:
    return recording(prompt(), llm(out=8_192, stop_reason="end_turn"), final())


@label("output-limit", positive=False)
def stopped_for_a_call() -> Batch:
    return recording(prompt(), llm(stop_reason="tool_use"), shell("ls"), llm(stop_reason="stop"))


@label("output-limit", positive=False)
def refused_by_the_model() -> Batch:
    return recording(prompt(), llm(stop_reason="refusal"), final())


@label("output-limit", positive=False)
def no_stop_reason_told() -> Batch:
    return recording(prompt(), llm("max_tokens is too low in config.ts"), final())


@label("max-iterations")
def told_by_the_run() -> Batch:
    said = "Reached the maximum number of turns (30)"
    return recording(prompt(), llm(), shell("ls"), status=RunStatus.FAILED, error=said)


@label("max-iterations")
def told_by_the_outcome() -> Batch:
    return recording(prompt(), llm(), shell("ls"), status=RunStatus.FAILED, outcome="max_iterations")


@label("max-iterations")
def told_by_the_last_error() -> Batch:
    error = failed("GraphRecursionError: Recursion limit of 25 reached without hitting a stop condition.")
    return recording(prompt(), llm(), shell("ls"), error, status=RunStatus.FAILED)


@label("max-iterations")
def limits_exceeded() -> Batch:
    return recording(prompt(), llm(), shell("ls"), status=RunStatus.FAILED, outcome="LimitsExceeded")


@label("max-iterations", positive=False)
def failed_tests() -> Batch:
    return recording(prompt(), llm(), shell("npm test"), status=RunStatus.FAILED, outcome="tests red")


@label("max-iterations", positive=False)
def error_of_its_own_program() -> Batch:
    """The program under work hits a limit, and the agent goes on."""
    call = tool(
        "Bash", error="RecursionError: maximum recursion depth; step limit 100", command="python a.py"
    )
    return recording(prompt(), llm(), call, llm(), edit("a.py", "x\n", "y\n"), final())


@label("max-iterations", positive=False)
def still_going_at_turn_thirty() -> Batch:
    rounds = [piece for n in range(30) for piece in (llm(), read(f"{n}.ts"))]
    return recording(prompt("Stay below the turn limit."), *rounds, status=RunStatus.RUNNING, ended_at=None)


@label("max-iterations", positive=False)
def rate_limited_at_the_end() -> Batch:
    error = failed("429 rate limit exceeded, too many requests")
    return recording(prompt(), llm(), error, status=RunStatus.FAILED, error="rate limit exceeded")

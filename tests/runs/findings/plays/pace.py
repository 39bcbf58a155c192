"""Runs that take long, and runs that take their time."""

from runs.records import Batch
from tests.runs.findings.labelled import label
from tests.runs.findings.pieces import (
    Piece,
    edit,
    final,
    llm,
    pause,
    permission,
    prompt,
    read,
    recording,
    shell,
    tool,
)


def turns(number: int, *, lane: str = "") -> list[Piece]:
    return [piece.by(lane) for n in range(number) for piece in (llm(), read(f"src/part{n}.ts"))]


@label("long-turn")
@label("iterations", positive=False)
def thirty_turns() -> Batch:
    return recording(prompt(), *turns(30), final())


@label("long-turn")
def twenty_one_turns() -> Batch:
    return recording(prompt(), *turns(21), final())


@label("long-turn")
def second_prompt_takes_long() -> Batch:
    return recording(prompt(), *turns(3), prompt("And now all of it."), *turns(25), final())


@label("long-turn", thresholds={"turns_per_prompt": 10})
def own_threshold_of_turns() -> Batch:
    return recording(prompt(), *turns(12), final())


@label("long-turn", positive=False)
@label("iterations", positive=False)
def twenty_turns() -> Batch:
    return recording(prompt(), *turns(20), final())


@label("long-turn", positive=False)
@label("iterations", positive=False)
def many_short_prompts() -> Batch:
    return recording(*[piece for n in range(10) for piece in (prompt(f"Part {n}."), *turns(5))], final())


@label("long-turn", positive=False)
@label("iterations")
def long_sub_agent() -> Batch:
    return recording(prompt(), llm(), *turns(30, lane="a1"), llm(), final())


@label("long-turn", positive=False)
@label("iterations", positive=False)
def many_short_sub_agents() -> Batch:
    return recording(prompt(), llm(), *[piece for n in range(6) for piece in turns(8, lane=f"a{n}")], final())


@label("iterations")
def exactly_fifteen_turns_of_a_sub_agent() -> Batch:
    return recording(prompt(), llm(), *turns(15, lane="a1"), llm(), final())


@label("iterations")
def sub_agent_called_again_takes_long() -> Batch:
    again = prompt("And the other half.").by("a1")
    return recording(prompt(), *turns(5, lane="a1"), again, *turns(17, lane="a1"), final())


@label("iterations")
def two_agents_one_takes_long() -> Batch:
    return recording(prompt(), llm(), *turns(4, lane="a1"), *turns(16, lane="a2"), final())


@label("iterations", positive=False)
def fourteen_turns_of_a_sub_agent() -> Batch:
    return recording(prompt(), llm(), *turns(14, lane="a1"), llm(), final())


@label("iterations", positive=False)
def sub_agent_with_many_short_tasks() -> Batch:
    tasks = [(prompt(f"Part {n}.").by("a1"), *turns(6, lane="a1")) for n in range(5)]
    return recording(prompt(), *[piece for task in tasks for piece in task], final())


def calls(*seconds: float) -> list[Piece]:
    return [piece for each in seconds for piece in (llm().taking(each), shell("ls"))]


@label("slow-model")
def six_second_calls() -> Batch:
    return recording(prompt(), *calls(6, 5, 7, 6, 6, 5), final())


@label("slow-model")
def few_very_slow_calls() -> Batch:
    return recording(prompt(), *calls(1, 1, 1, 1, 1, 30), final())


@label("slow-model")
def slow_sub_agents() -> Batch:
    return recording(prompt(), *[piece.by("a1") for piece in calls(3, 3, 3, 3, 3)], final())


@label("slow-model")
def slow_at_first() -> Batch:
    return recording(prompt(), *calls(9, 8, 7, 1, 1, 1, 1), final())


@label("slow-model", positive=False)
def fast_calls() -> Batch:
    return recording(prompt(), *calls(1, 1.5, 1, 2, 1.8, 0.9), final())


@label("slow-model", positive=False)
def one_slow_call() -> Batch:
    return recording(prompt(), *calls(60), final())


@label("slow-model", positive=False)
def one_slow_among_many_fast() -> Batch:
    return recording(prompt(), *calls(*[1] * 20, 15), final())


@label("slow-model", positive=False)
def slow_tools_fast_model() -> Batch:
    return recording(prompt(), *[piece for _ in range(6) for piece in (llm(), shell("make").taking(40))])


OWN = {"agent": "own-loop"}


@label("slow-tool")
def test_that_hangs() -> Batch:
    runs = [shell("npm test").taking(each) for each in (2, 3, 2, 2, 2, 95)]
    return recording(prompt(), *runs, final(), **OWN)


@label("slow-tool")
def one_slow_read() -> Batch:
    reads = [read(f"{n}.ts").taking(0.02) for n in range(6)]
    return recording(prompt(), *reads, read("mnt/nfs.ts").taking(24), final(), **OWN)


@label("slow-tool")
def slow_push() -> Batch:
    pushes = [shell("git push origin main").taking(each) for each in (2, 2, 3, 2, 31)]
    return recording(prompt(), *pushes, final(), **OWN)


@label("slow-tool")
def slow_call_of_a_server() -> Batch:
    runs = [tool("mcp__db__query", "1 row", sql=f"select {n}").taking(0.3) for n in range(5)]
    return recording(prompt(), *runs, tool("mcp__db__query", "ok", sql="big").taking(45), final(), **OWN)


@label("slow-tool", positive=False)
def another_command_takes_longer() -> Batch:
    quick = [shell(f"git show {n}").taking(0.2) for n in range(6)]
    return recording(prompt(), *quick, shell("npm run build").taking(80), final(), **OWN)


@label("slow-tool", positive=False)
def always_slow() -> Batch:
    return recording(prompt(), *[shell("cargo build").taking(60 + n) for n in range(6)], final(), **OWN)


@label("slow-tool", positive=False)
def many_times_but_short() -> Batch:
    reads = [read(f"{n}.ts").taking(0.01) for n in range(6)]
    return recording(prompt(), *reads, read("big.ts").taking(6), final(), **OWN)


@label("slow-tool", positive=False)
def human_allows_an_edit_late() -> Batch:
    edits = [edit(f"{n}.ts", "x\n", "y\n").taking(0.1) for n in range(6)]
    return recording(prompt(), *edits, edit("last.ts", "x\n", "y\n").taking(130), final(), **OWN)


@label("slow-tool", positive=False)
def human_allows_a_command_late() -> Batch:
    """Transcripts of Claude Code do not tell the wait for a permission from the command's own time."""
    pushes = [shell("git push").taking(2) for _ in range(5)]
    return recording(prompt(), *pushes, shell("git push").taking(190), final())


@label("human-wait")
def permission_after_ten_minutes() -> Batch:
    return recording(prompt(), llm(), permission(seconds=600), shell("npm install"), final())


@label("human-wait")
def question_answered_late() -> Batch:
    ask = tool("AskUserQuestion", "The blue one", questions=[{"question": "Which?"}]).taking(1_900)
    return recording(prompt(), llm(), ask, final())


@label("human-wait")
def plan_approved_late() -> Batch:
    return recording(prompt(), tool("ExitPlanMode", "Approved", plan="1. Do it").taking(400), final())


@label("human-wait")
def exactly_five_minutes() -> Batch:
    return recording(prompt(), permission("Edit", seconds=300), edit("a.ts", "x\n", "y\n"), final())


@label("human-wait", positive=False)
def permission_at_once() -> Batch:
    return recording(prompt(), permission(seconds=8), shell("npm install"), final())


@label("human-wait", positive=False)
def human_comes_back_later_with_a_new_prompt() -> Batch:
    return recording(prompt(), llm(), final(), pause(7_200), prompt("Go on."), llm(), final())


@label("human-wait", positive=False)
def command_that_takes_long() -> Batch:
    return recording(prompt(), shell("make world").taking(1_800), final())


@label("human-wait", positive=False)
def sub_agent_that_takes_long() -> Batch:
    return recording(prompt(), tool("Task", "done", prompt="Look.").taking(900), final())

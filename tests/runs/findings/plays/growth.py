"""Runs whose prompts grow in an unhealthy way, and runs whose prompts just grow."""

from collections.abc import Iterable

from runs.kinds import StepStatus
from runs.records import Batch
from tests.runs.findings.labelled import label
from tests.runs.findings.pieces import (
    Piece,
    compaction,
    edit,
    final,
    grep,
    llm,
    prompt,
    read,
    recording,
    shell,
    tool,
)

BIG = "a line of a log that nobody needs\n" * 2_500  # 85 kB


def sent(tokens: int, **fields) -> Piece:
    return llm(cached=tokens - 510, written=500, out=100, **fields)


def steady(sizes: Iterable[int], *, lane: str = "") -> list[Piece]:
    return [piece for size in sizes for piece in (sent(size).by(lane), shell("git log -1", "abc").by(lane))]


USUAL = steady(range(20_000, 28_000, 800))


@label("token-jump")
def log_printed_whole() -> Batch:
    return recording(prompt(), *USUAL, shell("cat server.log", BIG), sent(55_000), final())


@label("token-jump")
def whole_file_read() -> Batch:
    return recording(prompt(), *USUAL, read("dist/bundle.js", BIG), sent(60_000), edit("a", "b\n", "c\n"))


@label("token-jump")
def sub_agent_fetches_a_page() -> Batch:
    fetch = tool("WebFetch", BIG, url="https://a.example").by("a1")
    grow = steady(range(9_000, 16_000, 700), lane="a1")
    return recording(prompt(), *grow, fetch, sent(50_000).by("a1"), final())


@label("token-jump")
def human_pastes_a_log() -> Batch:
    return recording(prompt(), *USUAL, prompt(BIG), sent(52_000), final())


@label("token-jump", positive=False)
def big_steps_are_usual() -> Batch:
    return recording(prompt(), *steady(range(20_000, 200_000, 15_000)), final())


@label("token-jump", positive=False)
def many_times_but_little() -> Batch:
    slow = steady(range(20_000, 21_000, 50))
    return recording(prompt(), *slow, read("a.ts", "x = 1\n" * 3_000), sent(27_000), final())


@label("token-jump", positive=False)
def side_calls_between() -> Batch:
    """Short calls that name the session come between; the long prompt after them is no jump."""
    mixed = [piece for size in range(40_000, 48_000, 800) for piece in (sent(size), sent(900, model="small"))]
    return recording(prompt(), *mixed, final())


@label("token-jump", positive=False)
def long_answer_of_the_model_itself() -> Batch:
    answer = llm(cached=27_300, written=500, out=16_000)
    return recording(prompt(), *USUAL, answer, sent(44_500), final())


@label("token-jump", positive=False)
def grows_anew_after_a_compaction() -> Batch:
    after = steady([22_000, 48_000, 49_000])
    return recording(prompt(), *steady(range(150_000, 158_000, 800)), compaction(), *after, final())


def looks(number: int, first: int = 20_000, step: int = 2_000, *, lane: str = "") -> list[Piece]:
    return [
        piece.by(lane)
        for n in range(number)
        for piece in (sent(first + n * step), read(f"src/part{n}.ts", "x = 1\n" * 900))
    ]


@label("avalanche")
def reads_file_after_file() -> Batch:
    return recording(prompt("Where is the total computed?"), *looks(40), sent(102_000), final())


@label("avalanche")
def reads_and_searches_mixed() -> Batch:
    mixed = [grep(f"part{n}") if n % 3 else piece for n, piece in enumerate(looks(60))]
    return recording(prompt(), *mixed, sent(150_000), final())


@label("avalanche")
def avalanche_before_the_first_edit() -> Batch:
    return recording(prompt(), *looks(35), sent(92_000), edit("a.ts", "x\n", "y\n"), final())


@label("avalanche")
def avalanche_with_shell_commands_between() -> Batch:
    mixed = [piece for look in looks(33) for piece in (look, shell("git log -1", "abc"))]
    return recording(prompt(), *mixed, sent(90_000), final())


@label("avalanche", positive=False)
def sub_agent_explores() -> Batch:
    """To look around is its task."""
    return recording(prompt(), *looks(45, lane="a1"), final())


@label("avalanche", positive=False)
def looks_between_edits() -> Batch:
    rounds = [[*looks(12, 20_000 + 24_000 * n), edit(f"{n}.ts", "x\n", "y\n")] for n in range(4)]
    return recording(prompt(), *[piece for part in rounds for piece in part], final())


@label("avalanche", positive=False)
def many_looks_that_bring_little() -> Batch:
    return recording(prompt(), *looks(40, step=300), final())


@label("avalanche", positive=False)
def few_looks() -> Batch:
    return recording(prompt(), *looks(20, step=4_000), final())


@label("avalanche", positive=False)
def looks_for_several_prompts() -> Batch:
    rounds = [[prompt("And this?"), *looks(10, 20_000 + 20_000 * n)] for n in range(5)]
    return recording(*[piece for part in rounds for piece in part], final())


@label("context-full")
def prompt_nearly_as_long_as_the_window() -> Batch:
    return recording(prompt(), *[sent(n, model="claude-haiku-4-5") for n in (150_000, 179_000, 186_000)])


@label("context-full")
def nearly_full_model_of_another_maker() -> Batch:
    return recording(prompt(), sent(300_000, model="gpt-5.2"), sent(371_000, model="gpt-5.2"), final())


@label("context-full")
def prompt_refused_as_too_long() -> Batch:
    said = "400 prompt is too long: 205312 tokens > 200000 maximum"
    return recording(prompt(), sent(150_000).but(status=StepStatus.FAILED, error=said), status="failed")


@label("context-full")
def sub_agent_fills_its_window() -> Batch:
    return recording(prompt(), sent(20_000), sent(190_000, model="claude-haiku-4-5").by("a1"), final())


@label("context-full", positive=False)
def far_from_full() -> Batch:
    return recording(prompt(), sent(150_000, model="claude-haiku-4-5"), final())


@label("context-full", positive=False)
def long_prompt_of_a_large_window() -> Batch:
    return recording(prompt(), sent(260_000, model="claude-opus-4-8"), final())


@label("context-full", positive=False)
def unknown_model() -> Batch:
    return recording(prompt(), sent(199_000, model="acme-coder-32b"), final())


@label("context-full", positive=False)
def longer_than_the_window_that_is_known() -> Batch:
    """The model is run with a larger window than the price table knows: then none is known."""
    calls = [sent(n, model="claude-haiku-4-5") for n in (185_000, 240_000, 300_000)]
    return recording(prompt(), *calls, final())


@label("context-full", positive=False)
def tool_that_talks_of_context() -> Batch:
    return recording(prompt(), grep("context window exceeded", "a.py:1:context window exceeded"), final())

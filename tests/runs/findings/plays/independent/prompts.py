"""Prompts that grow, fill up or lose their cache, and prompts that are well."""

from runs.kinds import StepStatus
from runs.records import Batch
from tests.runs.findings.labelled import label
from tests.runs.findings.pieces import (
    Piece,
    compaction,
    edit,
    final,
    llm,
    pause,
    prompt,
    read,
    recording,
    shell,
    tool,
)
from tests.runs.findings.voices import codex, own, patch, read_file, view

LOCK = (
    '    "node_modules/left-pad": { "version": "1.3.0", "resolved": "https://r.example/left-pad" },\n' * 1_500
)
CODE = "".join(f"export const part{n} = (input: string) => parse(input, {n});\n" for n in range(60))


def sent(tokens: int, **fields) -> Piece:
    """Ask a model that tells how much of the prompt was cached."""
    return llm(fresh=700, cached=tokens - 700, written=0, out=120, **fields)


def plain(tokens: int, **fields) -> Piece:
    """Ask a model without a cache."""
    return llm(fresh=tokens, cached=0, written=0, out=150, model="gpt-4o", **fields)


def growing(first: int, step: int, times: int) -> list[Piece]:
    return [
        piece
        for n in range(times)
        for piece in (sent(first + n * step), codex("git log -1 --oneline", "abc", n=n))
    ]


@label("token-jump")
def lock_file_printed() -> Batch:
    before = growing(18_000, 700, 9)
    return recording(
        prompt(), *before, codex("cat package-lock.json", LOCK), sent(72_000), final(), agent="codex"
    )


@label("token-jump")
def own_loop_reads_a_bundle() -> Batch:
    before = [piece for n in range(8) for piece in (plain(4_000 + 400 * n), own(f"ls part{n}", "a.ts"))]
    return recording(
        prompt(), *before, read_file("dist/app.min.js", LOCK), plain(48_000), final(), agent="own"
    )


@label("token-jump", positive=False)
def first_turns_load_much() -> Batch:
    return recording(
        prompt(), sent(14_000), read("docs/spec.md", LOCK), sent(52_000), *growing(53_000, 900, 6)
    )


@label("token-jump", positive=False)
def nine_thousand_at_once() -> Batch:
    return recording(prompt(), *growing(20_000, 500, 9), read("a.ts", LOCK[:27_000]), sent(33_500), final())


def looks_by_shell(number: int, step: int) -> list[Piece]:
    return [
        piece
        for n in range(number)
        for piece in (sent(15_000 + n * step), codex(f"sed -n '1,220p' src/part{n}.ts", CODE))
    ]


@label("avalanche")
def codex_prints_file_after_file() -> Batch:
    return recording(prompt("Where is it?"), *looks_by_shell(38, 1_500), sent(73_000), final(), agent="codex")


@label("avalanche")
def views_file_after_file() -> Batch:
    looks = [piece for n in range(34) for piece in (plain(6_000 + 1_500 * n), view(f"src/part{n}.ts", CODE))]
    return recording(prompt(), *looks, plain(58_000), final(), agent="swe-agent")


@label("avalanche", positive=False)
def tests_run_on_the_way() -> Batch:
    looks = looks_by_shell(40, 1_400)
    test = codex("npm test", "Tests  40 passed (40)")
    return recording(prompt(), *looks[:40], test, *looks[40:], sent(72_000), final(), agent="codex")


@label("avalanche", positive=False)
def looks_and_patches_in_turns() -> Batch:
    looks = looks_by_shell(40, 1_400)
    rounds = [
        piece
        for n in range(0, 80, 16)
        for piece in (*looks[n : n + 16], patch(f"src/part{n}.ts", "1\n", "2\n"))
    ]
    return recording(prompt(), *rounds, sent(72_000), final(), agent="codex")


@label("context-full")
def old_model_nearly_full() -> Batch:
    return recording(prompt(), plain(60_000), plain(110_000), plain(121_000), final(), agent="own")


@label("context-full")
def refused_with_openais_words() -> Batch:
    said = "This model's maximum context length is 128000 tokens. Your messages resulted in 131072 tokens."
    return recording(
        prompt(), plain(90_000), plain(0).but(status=StepStatus.FAILED, error=said), status="failed"
    )


@label("context-full", positive=False)
def old_model_two_thirds_full() -> Batch:
    return recording(prompt(), plain(60_000), plain(85_000), final(), agent="own")


@label("context-full", positive=False)
def file_refused_as_too_long() -> Batch:
    said = "File content (30512 tokens) exceeds maximum allowed tokens (25000). Use offset and limit."
    return recording(prompt(), tool("Read", error=said, file_path="/work/shop/a.json"), plain(9_000), final())


FILES = ("src/cart.ts", "src/price.ts", "src/tax.ts", "src/order.ts")


@label("compaction-loss")
def views_again_after_the_summary() -> Batch:
    looks = [piece for path in FILES for piece in (llm(), view(path, f"// {path}\n{CODE}"))]
    return recording(prompt(), *looks, compaction(), *looks, final(), agent="swe-agent")


@label("compaction-loss")
def codex_prints_again_after_the_summary() -> Batch:
    looks = [
        piece for path in FILES for piece in (llm(), codex(f"sed -n '1,200p' {path}", f"// {path}\n{CODE}"))
    ]
    return recording(prompt(), *looks, compaction(), *looks, final(), agent="codex")


@label("compaction-loss", positive=False)
def reads_what_it_changed_since() -> Batch:
    looks = [piece for path in FILES for piece in (llm(), read(path, f"// {path}\n{CODE}"))]
    edits = [edit(path, f"// {path}\n{CODE}", f"// {path} 2\n{CODE}") for path in FILES]
    again = [piece for path in FILES for piece in (llm(), read(path, f"// {path} 2\n{CODE}"))]
    return recording(prompt(), *looks, compaction(), *edits, *again, final())


@label("compaction-loss", positive=False)
def one_old_and_two_new_files() -> Batch:
    looks = [read(path, CODE) for path in FILES]
    after = [read("src/cart.ts", CODE), read("src/new.ts", CODE), read("src/newer.ts", CODE)]
    return recording(prompt(), *looks, compaction(), *after, final())


@label("cache-collapse")
def switched_to_a_smaller_model() -> Batch:
    fresh = llm(fresh=81_000, cached=0, written=0, model="claude-haiku-4-5")
    return recording(prompt(), sent(78_000), sent(80_000), shell("ls"), fresh, final())


@label("cache-collapse")
def human_comes_back_after_lunch() -> Batch:
    back = llm(fresh=20, cached=14_000, written=88_000)
    return recording(prompt(), sent(100_000), final(), pause(2_400), prompt("And the tests?"), back, final())


@label("cache-collapse", positive=False)
def own_loop_cuts_its_history() -> Batch:
    cut = llm(fresh=50_000, cached=4_000, written=0)
    return recording(prompt(), sent(95_000), sent(97_000), cut, sent(55_000), final(), agent="own")


@label("cache-collapse", positive=False)
def cache_lags_a_little_behind() -> Batch:
    behind = [llm(fresh=34_000 + n, cached=66_000, written=0) for n in range(3)]
    return recording(prompt(), sent(98_000), *behind, final(), agent="own")

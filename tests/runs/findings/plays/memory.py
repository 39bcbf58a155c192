"""Runs that lose what they knew: by compaction, or from the cache."""

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
)

FILES = ("src/a.ts", "src/b.ts", "src/c.ts", "src/d.ts")


def reads(*paths: str, lane: str = "") -> list[Piece]:
    return [piece.by(lane) for path in paths for piece in (llm(), read(path, f"// {path}\nx = 1\n"))]


@label("compaction-loss")
def three_files_read_again() -> Batch:
    return recording(prompt(), *reads(*FILES), compaction(), *reads(*FILES[:3]), final())


@label("compaction-loss")
def all_files_read_again_between_other_work() -> Batch:
    after = [piece for look in reads(*FILES) for piece in (look, shell("git status", "clean"))]
    return recording(prompt(), *reads(*FILES), compaction(), *after, final())


@label("compaction-loss")
def sub_agent_compacted() -> Batch:
    looks = reads(*FILES, lane="a1")
    return recording(prompt(), *looks, compaction().by("a1"), *looks, final())


@label("compaction-loss")
def second_compaction_loses() -> Batch:
    more = reads("src/e.ts", "src/f.ts", "src/g.ts")
    return recording(prompt(), *reads("src/a.ts"), compaction(), *more, compaction(), *more, final())


@label("compaction-loss", positive=False)
def other_files_read_after() -> Batch:
    return recording(prompt(), *reads(*FILES), compaction(), *reads("src/x.ts", "src/y.ts", "src/z.ts"))


@label("compaction-loss", positive=False)
def two_files_read_again() -> Batch:
    return recording(prompt(), *reads(*FILES), compaction(), *reads(*FILES[:2]), final())


@label("compaction-loss", positive=False)
def files_changed_before_they_were_read_again() -> Batch:
    edits = [edit(path, "x = 1\n", "x = 2\n") for path in FILES]
    return recording(prompt(), *reads(*FILES), compaction(), *edits, *reads(*FILES), final())


@label("compaction-loss", positive=False)
def read_again_much_later() -> Batch:
    work = [piece for n in range(30) for piece in (llm(), shell(f"make part{n}"))]
    return recording(prompt(), *reads(*FILES), compaction(), *work, *reads(*FILES), final())


@label("compaction-loss", positive=False)
def compaction_of_another_agent() -> Batch:
    looks = reads(*FILES)
    return recording(prompt(), *looks, compaction().by("a1"), *looks, final())


def kept(tokens: int, **fields) -> Piece:
    return llm(cached=tokens - 1_010, written=1_000, **fields)


def anew(tokens: int, *, cached: int = 0, **fields) -> Piece:
    return llm(cached=cached, written=tokens - cached - 10, **fields)


@label("cache-collapse")
def long_pause() -> Batch:
    return recording(prompt(), kept(60_000), pause(1_600), prompt("Go on."), anew(61_000), final())


@label("cache-collapse")
def two_long_pauses() -> Batch:
    rounds = [piece for size in (61_000, 62_000) for piece in (pause(1_600), prompt("Go on."), anew(size))]
    return recording(prompt(), kept(60_000), *rounds, final())


@label("cache-collapse")
def model_changed() -> Batch:
    return recording(prompt(), kept(60_000), anew(61_000, model="claude-sonnet-5"), final())


@label("cache-collapse")
def tools_changed() -> Batch:
    return recording(prompt(), kept(60_000), shell("ls"), anew(61_000, cached=12_000), final())


@label("cache-collapse")
def sub_agent_loses_its_cache() -> Batch:
    return recording(prompt(), kept(90_000).by("a1"), anew(92_000, cached=20_000).by("a1"), final())


@label("cache-collapse", positive=False)
def long_pause_with_a_lasting_cache() -> Batch:
    return recording(prompt(), kept(60_000), pause(1_600), prompt("Go on."), kept(61_000), final())


@label("cache-collapse", positive=False)
def compaction_between() -> Batch:
    return recording(prompt(), kept(160_000), compaction(), anew(140_000, cached=12_000), final())


@label("cache-collapse", positive=False)
def agent_without_a_cache() -> Batch:
    calls = [llm(fresh=60_000 + n, cached=0, written=0) for n in range(4)]
    return recording(prompt(), *calls, final())


@label("cache-collapse", positive=False)
def small_prompts() -> Batch:
    return recording(prompt(), kept(9_000), pause(900), anew(9_500), final())


@label("cache-collapse", positive=False)
def new_conversation_of_a_side_call() -> Batch:
    return recording(prompt(), kept(120_000), anew(30_000), kept(121_000), final())


@label("cache-collapse", positive=False)
def agents_side_by_side() -> Batch:
    """Each agent's first call writes its own cache."""
    calls = [anew(30_000 + n).by(f"a{n}") for n in range(4)]
    return recording(prompt(), kept(30_000), *calls, kept(31_000), final())

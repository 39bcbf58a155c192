"""Measure the rules: how right they are on the labelled set, what they cost, what they say of real runs.

    .venv/bin/python -m bench.findings     (`make bench-findings`)

The labelled set is that of the tests (tests/runs/findings/labelled.py). Real runs are the transcripts beside
the checkout, where they are, and the demo runs.
"""

import itertools
import os
import shutil
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from bench.report import Report
from bench.store import NOW, make_project, start_django

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "claude_code"
STEPS, ROUNDS, RULE_ROUNDS = 20_000, 20, 5
#: A shell command as it is remembered.
TYPICAL = {
    "key": "toolu_01A09q90qw90lq917835lq9", "at": 1_767_000_000_000, "until": 1_767_000_002_000, "ms": 2_000,
    "lane": "agent-12", "tool": "Bash", "family": "shell", "args": b"12345678", "rough": b"12345678",
    "command": "pytest -q tests/runs/test_judging.py -k cached", "check": "pytest tests/runs/test_judging.py",
    "outcome": "green", "answer": b"12345678", "result": b"12345678", "verb": "pytest", "out_size": 2_000,
    "checks": "pytest\ttests/runs/test_judging.py\tpytest tests/runs/test_judging.py",
}  # fmt: skip


def main() -> None:
    start_django()
    try:
        report = Report("findings")
        kept = memory()  # first: memory that something else has used and freed would not show
        project = make_project()
        verdicts = judge_labelled(project)
        heads = ["signature", "shown", "found", "near misses", "found", "precision", "recall"]
        for part, is_independent in (("written with the rules", False), ("written independently", True)):
            report.table(
                f"The labelled set, {part}: runs that show a signature, near misses, and what the rules say",
                heads,
                scores([each for each in verdicts if each[0].is_independent is is_independent]),
            )
        report.table("Confusion (rows: labelled as, columns: found as, numbered alike)", *confusion(verdicts))
        times = ["", "ms p50", "p95", "least", "CPU ms p50", "p95", "least"]
        report.table(f"The whole judgement of a run of {STEPS:,} steps (bar 300 ms)", times, costs(project))
        report.table(f"Rules over a run of {STEPS:,} steps (bar 300 ms)", times, costs_of_rules(project))
        report.table("Memory of this process, MB", ["", "MB"], kept)
        report.table("Real runs and demo runs", ["run", "steps", "errors · warnings · hints", "findings"],
                     real_runs(project))  # fmt: skip
        report.save()
    finally:
        shutil.rmtree(os.environ["AGENTSCOPE_DATA"], ignore_errors=True)


def judge_labelled(project: Any) -> list[tuple[Any, set[str]]]:
    """Judge each labelled run as the product does: (labels, signatures found)."""
    from runs.store import save
    from tests.runs.findings.labelled import labelled_runs

    verdicts = []
    for labelled in labelled_runs():
        project.settings = {"findings": dict(labelled.settings)}
        project.save()
        saved = [each for batch in labelled.batches() for each in save(project, batch, now=NOW)]
        findings = [judged(each.id) for each in saved]
        verdicts.append((labelled, {row.signature for row in findings[-1]}))
        for each in saved:
            forget(each.id)
    project.settings = {}
    project.save()
    return verdicts


def judged(run_id: Any, cache: Any = None) -> list[Any]:
    from django.db import transaction

    from runs.judging import judge_run

    with transaction.atomic():
        return judge_run(run_id, now=NOW, cache=cache).findings


def memory() -> list[list[str]]:
    """Fill a cache of clues as a worker does, and see what that takes."""
    from runs.findings.clue_cache import ClueCache, Page
    from runs.findings.clues import Clue, pack_clues, unpack_clues
    from runs.findings.limits import CLUES_CACHED, CLUES_PAGE

    written = pack_clues([Clue(seq, "tool", **TYPICAL) for seq in range(CLUES_PAGE)])
    before, cache = resident(), ClueCache()
    pages = {page: Page(1, unpack_clues(written)) for page in range(CLUES_CACHED // CLUES_PAGE)}
    cache.keep(UUID(int=1), pages)
    return [["before", f"{before:.0f}"], [f"with {cache.size:,} clues kept", f"{resident():.0f}"]]


def resident() -> float:
    """Return the megabytes of this process."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def forget(run_id: Any) -> None:
    from django.db import transaction

    from runs.retention import delete_runs

    with transaction.atomic():
        delete_runs([run_id])


def scores(verdicts: list[tuple[Any, set[str]]]) -> list[list[str]]:
    """Count per signature: of the runs that show it and of the near misses, how many were found."""
    from runs.findings.signatures import SIGNATURES

    rows, sums = [], [0, 0, 0, 0]
    for slug in SIGNATURES:
        shown = [slug in found for labelled, found in verdicts if slug in labelled.shows]
        misses = [slug in found for labelled, found in verdicts if slug in labelled.lacks]
        counts = [len(shown), sum(shown), len(misses), sum(misses)]
        sums = [total + count for total, count in zip(sums, counts, strict=True)]
        rows.append(score(slug, counts))
    return [*rows, score("all", sums)]


def score(name: str, counts: list[int]) -> list[str]:
    shown, right, _, wrong = counts
    precision = f"{right / (right + wrong):.2f}" if right + wrong else "–"
    recall = f"{right / shown:.2f}" if shown else "–"
    return [name, *map(str, counts), precision, recall]


def confusion(verdicts: list[tuple[Any, set[str]]]) -> tuple[list[str], list[list[str]]]:
    from runs.findings.signatures import SIGNATURES

    slugs = list(SIGNATURES)
    rows = []
    for number, slug in enumerate(slugs, 1):
        counts = Counter(each for labelled, found in verdicts if slug in labelled.shows for each in found)
        rows.append([f"{number} {slug}", *(str(counts[each] or "·") for each in slugs)])
    wrong = Counter(each for labelled, found in verdicts for each in found & labelled.lacks)
    rows.append(["near misses of it", *(str(wrong[each] or "·") for each in slugs)])
    return ["", *map(str, range(1, len(slugs) + 1))], rows


def costs(project: Any) -> list[list[str]]:
    """Time all that is done when a long run is judged: for the first time, and then for each new step."""
    from bench.seeding import long_run
    from bench.seeding_mixed import mixed_run
    from runs.findings.clue_cache import ClueCache
    from runs.store import save

    rows = []
    for name, batches in (
        ("plain", long_run("plain", STEPS, agents=40)),
        ("mixed", mixed_run("mixed", STEPS)),
    ):
        for batch in batches:
            [saved] = save(project, batch, now=NOW)
        rows.append([f"{name}: first judgement, all clues made", *timed([lambda run=saved.id: judged(run)])])
        cold = [lambda run=saved.id: judged(run) for _ in range(ROUNDS)]
        cache = ClueCache()
        judged(saved.id, cache)
        warm = [lambda run=saved.id, cache=cache: judged(run, cache) for _ in range(ROUNDS)]
        steps = one_by_one(project, name)
        rows.append([f"{name}: one new step, nothing kept in the worker", *timed(cold, before=steps)])
        rows.append([f"{name}: one new step, clues kept in the worker", *timed(warm, before=steps)])
        forget(saved.id)
    return rows


def one_by_one(project: Any, name: str) -> Callable[[], None]:
    """Give what adds another step to a run."""
    from runs.kinds import Kind, StepStatus
    from runs.records import Batch, StepRecord
    from runs.store import save

    numbers = itertools.count()

    def add() -> None:
        number = next(numbers)
        at = NOW + timedelta(seconds=4 * STEPS + number)
        step = StepRecord(run=name, key=f"new-{number}", kind=Kind.TOOL, source="bench", tool="Bash",
                          status=StepStatus.OK, input=f'{{"command":"ls src/{number}"}}', output="a.py",
                          started_at=at, ended_at=at)  # fmt: skip
        save(project, Batch(steps=[step]), now=NOW)

    return add


def costs_of_rules(project: Any) -> list[list[str]]:
    """Time the rules alone: all of them over a fresh run, then each over one that others have looked at."""
    from bench.seeding import long_run
    from runs.findings.judge import judge
    from runs.findings.signatures import ALL
    from runs.store import save

    for batch in long_run("long", STEPS, agents=40):
        [saved] = save(project, batch, now=NOW)
    judged(saved.id)
    cases = [case_of(saved.id) for _ in range(RULE_ROUNDS)]
    rows = [["all rules", *timed([lambda case=case: judge(case) for case in cases])]]
    rows += [
        [f"  {each.slug}", *timed([lambda each=each: each.rule(cases[0])] * RULE_ROUNDS)] for each in ALL
    ]
    forget(saved.id)
    return rows


def case_of(run_id: Any) -> Any:
    from runs import judging
    from runs.findings.clue_cache import ClueCache
    from runs.models import Run
    from runs.queries.judging import clue_pages_of

    run = Run.objects.select_related("project").get(pk=run_id)
    return judging.case_of(run, clue_pages_of(run_id, ClueCache()))


def timed(works: list[Any], *, before: Callable[[], None] | None = None) -> list[str]:
    """Return of some works the median, the 95th percentile and the least of milliseconds, and of CPU's."""
    taken, used = [], []
    for work in works:
        if before:
            before()
        began, cpu = time.perf_counter(), time.process_time()
        work()
        taken.append((time.perf_counter() - began) * 1_000)
        used.append((time.process_time() - cpu) * 1_000)
    return [*spread(taken), *spread(used)]


def spread(times: list[float]) -> list[str]:
    ordered = sorted(times)
    p95 = ordered[max(0, -(-len(ordered) * 95 // 100) - 1)]
    return [f"{each:.1f}" for each in (statistics.median(ordered), p95, ordered[0])]


def real_runs(project: Any) -> list[list[str]]:
    """Judge every transcript and demo run: what is found, and how often."""
    rows = []
    for name, run_id in imported(project):
        rows.append(told(name, run_id))
    return rows


def imported(project: Any) -> Iterator[tuple[str, Any]]:
    from agentscope.demo import seeding
    from ingest import pipeline
    from ingest.sources import SourceFile
    from runs.models import Run

    for path in sorted(DATA.glob("*.jsonl")):
        outcome = pipeline.take_files(project, [SourceFile(path.name, path.read_bytes())], now=NOW)
        yield from ((path.stem, saved.id) for saved in outcome.saved)
    for root in sorted(path for path in DATA.glob("*") if path.is_dir()):
        files = [SourceFile(str(path.relative_to(root)), path.read_bytes())
                 for path in sorted(root.rglob("*")) if path.is_file()]  # fmt: skip
        outcome = pipeline.take_files(project, files, now=NOW)
        yield from ((root.name, saved.id) for saved in outcome.saved)
    before = set(Run.objects.filter(project=project).values_list("id", flat=True))
    seeding.seed_runs(project, now=NOW)
    for run in Run.objects.filter(project=project).exclude(pk__in=before).order_by("external_id"):
        yield f"demo: {run.name or run.external_id}"[:50], run.id


def told(name: str, run_id: Any) -> list[str]:
    from runs.models import Run

    rows = judged(run_id)
    levels = Counter(row.severity for row in rows)
    slugs = Counter(row.signature for row in rows)
    return [
        name,
        str(Run.objects.get(pk=run_id).steps),
        " · ".join(str(levels[level]) for level in (3, 2, 1)),
        ", ".join(f"{slug} ×{count}" if count > 1 else slug for slug, count in slugs.items()) or "none",
    ]


if __name__ == "__main__":
    main()

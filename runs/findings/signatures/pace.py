"""Long turns and slow models. Pure."""

from heapq import nlargest

from runs.findings.case import Case
from runs.findings.clues import Clue
from runs.findings.found import Found, Severity, Signature
from runs.kinds import Kind
from runs.words import duration, plural

_PROMPT, _LLM = str(Kind.PROMPT), str(Kind.LLM)
MODEL_CALLS_LEAST = 5
SLOWEST_SHOWN = 5


def find_long_turns(case: Case) -> list[Found]:
    """Find prompts that the main agent worked on for more turns than `turns_per_prompt`."""
    most = int(case.limits["turns_per_prompt"])
    return [
        _long(task, calls, most)
        for task, calls in case.once(_tasks)
        if len(calls) > most and not calls[0].lane
    ]


def find_many_iterations(case: Case) -> list[Found]:
    """Find tasks of sub-agents of at least `iterations` turns; the main agent has long turns instead."""
    least = int(case.limits["iterations"])
    return [
        _iterations(task, calls, least)
        for task, calls in case.once(_tasks)
        if len(calls) >= least and calls[0].lane
    ]


def _long(task: Clue | None, calls: list[Clue], most: int) -> Found:
    return Found(
        key=str(task.seq if task else calls[0].seq),
        sentence=f"One prompt took {len(calls)} turns, {duration(_span(calls))} of work.",
        steps=[*([task.seq] if task else []), calls[most].seq],
        at=calls[most].seq,
        numbers={"turns": len(calls), "ms": _span(calls)},
        used={"turns_per_prompt": most},
    )


def _iterations(task: Clue | None, calls: list[Clue], least: int) -> Found:
    return Found(
        key=f"{calls[0].lane}:{task.seq if task else calls[0].seq}",
        sentence=f"A sub-agent's task took {len(calls)} iterations.",
        steps=[*([task.seq] if task else []), calls[least - 1].seq],
        at=calls[least - 1].seq,
        numbers={"turns": len(calls)},
        used={"iterations": least},
    )


def _tasks(case: Case) -> list[tuple[Clue | None, list[Clue]]]:
    """Gather model calls by the prompt of their lane that they answer."""
    tasks: list[tuple[Clue | None, list[Clue]]] = []
    open_tasks: dict[str, tuple[Clue | None, list[Clue]]] = {}
    for clue in case.talk:
        if clue.kind == _PROMPT:
            open_tasks[clue.lane] = (clue, [])
        elif clue.kind == _LLM:
            task = open_tasks.setdefault(clue.lane, (None, []))
            if not task[1]:
                tasks.append(task)
            task[1].append(clue)
    return tasks


def _span(calls: list[Clue]) -> int:
    began, ended = calls[0].at, calls[-1].until or calls[-1].at
    return max(ended - began, 0) if began is not None and ended is not None else 0


def find_slow_models(case: Case) -> list[Found]:
    """Find runs whose model calls take longer than `model_ms` on average; once a run."""
    most = case.limits["model_ms"]
    timed = [(call.ms, call) for call in case.model_calls if call.ms]
    times = [ms for ms, _ in timed]
    if len(timed) < MODEL_CALLS_LEAST or sum(times) <= most * len(timed):
        return []
    mean, p95 = sum(times) // len(times), sorted(times)[max(0, -(-len(times) * 95 // 100) - 1)]
    slowest = nlargest(SLOWEST_SHOWN, [(ms, -place) for place, (ms, _) in enumerate(timed)])
    return [
        Found(
            key="run",
            sentence=f"The model took {duration(mean)} a call on average, {duration(p95)} at the 95th "
            f"percentile, over {plural(len(times), 'call')}.",
            steps=[timed[-place][1].seq for _, place in slowest],
            at=_when_slow(timed, most).seq,
            numbers={"mean_ms": mean, "p95_ms": p95, "calls": len(times)},
            used={"model_ms": most},
        )
    ]


def _when_slow(timed: list[tuple[int, Clue]], most: float) -> Clue:
    """Find the first call after which the average was too long."""
    total = 0
    for number, (ms, call) in enumerate(timed, 1):
        total += ms
        if number >= MODEL_CALLS_LEAST and total > most * number:
            return call
    return timed[-1][1]


SIGNATURES = (
    Signature(
        slug="long-turn",
        name="Long turn",
        severity=Severity.HINT,
        about="The agent took more than `turns_per_prompt` turns for one prompt of a human.",
        helps="Look whether it made progress. Smaller tasks, or checks on the way, keep turns short.",
        rule=find_long_turns,
        thresholds=("turns_per_prompt",),
    ),
    Signature(
        slug="iterations",
        name="Many iterations",
        severity=Severity.HINT,
        about="A task of a sub-agent took at least `iterations` model calls.",
        helps="Give sub-agents narrower tasks, and say when to stop.",
        rule=find_many_iterations,
        thresholds=("iterations",),
    ),
    Signature(
        slug="slow-model",
        name="Slow model",
        severity=Severity.HINT,
        about="Model calls took longer than `model_ms` on average. Those of most agents do: set your own "
        "threshold.",
        helps="Long answers and long prompts without a cache take time; a smaller model may do for parts.",
        rule=find_slow_models,
        thresholds=("model_ms",),
    ),
)

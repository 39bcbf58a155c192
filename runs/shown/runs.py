"""What is said of a run, in the list and above its page."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from runs.comparing.outcomes import result_in_words
from runs.kinds import Result, RunStatus
from runs.losses import died_inside
from runs.models import Run
from runs.queries.relatives import KinRow
from runs.queries.runs import ListedRun
from runs.shown.losses import LossShown, losses_of
from runs.shown.reported import Reported, reported_of
from runs.words import count, duration, money, one_line, plural, share, tokens

_STATUS = {
    RunStatus.RUNNING: ("Running", "is-run"),
    RunStatus.DONE: ("Done", "is-ok"),
    RunStatus.FAILED: ("Failed", "is-fail"),
    RunStatus.INTERRUPTED: ("Interrupted", "is-warn"),
    RunStatus.UNFINISHED: ("Unfinished", "is-warn"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Status:
    """How a run stands, in words and as a class."""

    word: str
    tone: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Bucket:
    """Tokens of one kind."""

    name: str
    tokens: str
    share: str
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """A part of a bar."""

    x: float
    width: float
    tone: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RunHead:
    """The facts above a run."""

    title: str
    task: str
    status: Status
    error: str
    agent: str
    model: str
    where: str
    commit: str
    dirty: str  #: what was not committed when it began
    duration: str
    turns: int
    tools: int
    agents: int
    retries: int
    failures: int
    compactions: int
    files: int
    steps: str
    changes: str
    added: str
    removed: str
    tokens: str
    cached: str
    buckets: list[Bucket]
    cost: str
    cost_note: str
    started: datetime | None
    sources: str
    external_id: str
    revision: int
    variant: str  #: the label sent
    prompt: str  #: version of the main prompt
    losses: list[LossShown]
    reported: Reported | None  #: what the agent itself counted


def status_of(run: Run | ListedRun | KinRow) -> Status:
    """Say how a run stands; the source's own word for the outcome is told with it."""
    word, tone = _STATUS[RunStatus(run.status)]
    if run.status == RunStatus.DONE and result_in_words(run.outcome) is Result.FAILED:
        tone = "is-fail"  # it ended well, and its work did not
    if run.status == RunStatus.UNFINISHED and (tool := died_inside(run.losses)):
        return Status(word=f"Died inside {one_line(tool, limit=60)}", tone=tone)
    outcome = one_line(run.outcome, limit=40)
    repeats = outcome.lower() in (word.lower(), run.status)
    return Status(word=word if not outcome or repeats else f"{word} · {outcome}", tone=tone)


def title_of(run: Run | ListedRun) -> str:
    """Name a run: its title, else the first prompt, else the client's id."""
    return one_line(run.name or run.task, limit=160) or run.external_id


def where_of(run: Run | ListedRun) -> str:
    """Write `repo@branch`."""
    repo = run.repo or run.cwd.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
    return f"{repo}@{run.branch}" if run.branch else repo


def dirty_words(told: object) -> str:
    """Write how many files were not committed when a run began; the recorder counts them."""
    return f"{plural(told, 'file')} not committed" if type(told) is int and 0 < told < 10**9 else ""


def cost_words(cost: Decimal, *, calls: int, unpriced: int, lower_bound: int) -> tuple[str, str]:
    """Write a cost that is honest about what is not known, and why."""
    if unpriced and unpriced >= calls:
        return "unknown", "No price is known for the model."
    reasons = []
    if unpriced:
        reasons.append(f"{plural(unpriced, 'call')} without a known price")
    if lower_bound:
        reasons.append(f"{plural(lower_bound, 'call')} whose output tokens were not reported in full")
    if reasons:
        return f"≥ {money(cost)}", "At least: " + "; ".join(reasons) + "."
    return (money(cost), "") if calls else ("–", "")


def tokens_total(run: Run | ListedRun) -> int:
    """Add up all buckets."""
    return run.input_tokens + cached_tokens(run) + run.output_tokens


def is_measured(run: Run | ListedRun) -> bool:
    """Say whether any call told what it took; where none did, that is not known, which is not nothing."""
    return not run.unpriced_calls or tokens_total(run) > 0


def cached_tokens(run: Run | ListedRun) -> int:
    """Add up what was read from and written to the cache."""
    return run.cache_read_tokens + run.cache_write_5m_tokens + run.cache_write_1h_tokens


def run_head(run: Run, *, prompt: str = "") -> RunHead:
    """Build the header."""
    cost, note = cost_words(
        run.cost_usd, calls=run.llm_calls, unpriced=run.unpriced_calls, lower_bound=run.lower_bound_calls
    )
    return RunHead(
        title=title_of(run),
        task=run.task,
        status=status_of(run),
        error=run.error,
        agent=f"{run.agent} {run.agent_version}".strip(),
        model=run.model,
        where=where_of(run),
        commit=run.commit[:8],
        dirty=dirty_words(run.meta.get("dirty")),
        duration=duration(elapsed(run)),
        turns=run.turns,
        tools=run.tool_calls,
        agents=run.agents,
        retries=run.retries,
        failures=run.failures,
        compactions=run.compactions,
        files=run.files_changed,
        steps=count(run.steps),
        changes=plural(run.files_changed, "file"),
        added=f"+{count(run.lines_added)}",
        removed=f"−{count(run.lines_removed)}",
        tokens=tokens(tokens_total(run)) if is_measured(run) else "unknown",
        cached=share(run.cache_read_tokens, tokens_total(run) - run.output_tokens)
        if is_measured(run)
        else "",
        buckets=_buckets(run),
        cost=cost,
        cost_note=note if is_measured(run) else "The calls came without token counts.",
        started=run.started_at,
        sources=", ".join(run.sources),
        external_id=run.external_id,
        revision=run.revision,
        variant=run.variant,
        prompt=prompt,
        losses=losses_of(run),
        reported=reported_of(run),
    )


def elapsed(run: Run | ListedRun) -> int | None:
    """Measure a run from its start to its end, in milliseconds."""
    if run.started_at is None or run.ended_at is None:
        return None
    return max(0, round((run.ended_at - run.started_at).total_seconds() * 1_000))


def _buckets(run: Run) -> list[Bucket]:
    whole = tokens_total(run)
    reasoning = f"of it {tokens(run.reasoning_tokens)} reasoning" if run.reasoning_tokens else ""
    given = (
        ("Input, not cached", run.input_tokens, "full price"),
        ("Read from the cache", run.cache_read_tokens, "cheapest"),
        ("Written to the cache for 5 minutes", run.cache_write_5m_tokens, ""),
        ("Written to the cache for 1 hour", run.cache_write_1h_tokens, ""),
        ("Output", run.output_tokens, reasoning),
    )
    return [
        Bucket(name=name, tokens=count(value), share=share(value, whole), note=note)
        for name, value, note in given
        if value
    ]

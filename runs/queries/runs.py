"""Runs of a project: the list with its filters, keyset pages, and one run."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from hashlib import blake2b
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db.models import F, Func, Q, QuerySet, TextField
from django.http import Http404

from runs.kinds import Result, Verdict
from runs.limits import PAGE_SIZE, RUNS_LOOKED_AT
from runs.models import Finding, FreshText, Judgement, MovedRun, Run, RunText
from runs.queries.prompts import version_named
from runs.searching import trigrams_of
from teams.access import Visitor, projects_of
from teams.models import Project

#: Fields of a filter that are columns of a run.
_COLUMNS = {
    **{name: name for name in ("status", "agent", "model", "repo", "verdict", "prompt", "branch", "commit")},
    "version": "agent_version",
}
_NEWEST_FIRST = ("-sort_at", "-id")


@dataclass(frozen=True, kw_only=True)
class RunFilter:
    """What the list shows. Empty: everything."""

    status: str = ""
    agent: str = ""
    model: str = ""
    repo: str = ""
    verdict: str = ""
    tag: str = ""
    person: str = ""  #: as `user` in the run's meta names one
    finding: str = ""  #: slug of a signature
    severity: int = 0  #: a finding of it, or a worse one
    variant: str = ""  #: a label as sent, or the name of a prompt's version: "reviewer v3"
    prompt: int = 0  #: version of the main agent's system prompt
    task: str = ""  #: key of a task, in hex digits
    branch: str = ""
    version: str = ""  #: of the agent program
    commit: str = ""
    result: Result | None = None  #: whether it succeeded; a person's verdict counts first
    failures: bool = False
    text: str = ""
    since: datetime | None = None
    until: datetime | None = None

    @property
    def counts_late(self) -> bool:
        """Say whether counting its runs takes long: the page comes first then."""
        return bool(self.text or self.finding or self.severity or self.is_compared)

    @property
    def is_compared(self) -> bool:
        """Say whether it chooses runs by what there are no sums of: variant, prompt, task …"""
        told = (self.variant, self.prompt, self.task, self.branch, self.version, self.commit)
        return any(told) or self.result is not None


class ListedRun(NamedTuple):
    """What a row of the list shows of a run, by column: fifty whole models take twice as long to read."""

    id: UUID
    sort_at: datetime
    revision: int
    status: str
    outcome: str
    losses: dict[str, int]
    name: str
    task: str
    external_id: str
    repo: str
    branch: str
    cwd: str
    agent: str
    model: str
    variant: str
    prompt: int | None
    verdict: str
    tags: list[str]
    started_at: datetime | None
    ended_at: datetime | None
    turns: int
    llm_calls: int
    tool_calls: int
    retries: int
    failures: int
    files_changed: int
    lines_added: int
    lines_removed: int
    input_tokens: int
    cache_read_tokens: int
    cache_write_5m_tokens: int
    cache_write_1h_tokens: int
    output_tokens: int
    cost_usd: Decimal
    unpriced_calls: int
    lower_bound_calls: int


@dataclass(frozen=True)
class Cursor:
    """The place of a run in the list: newest first."""

    sort_at: datetime
    id: UUID


@dataclass(frozen=True, kw_only=True)
class RunPage:
    """Some runs, and whether there are more on either side."""

    runs: list[ListedRun]
    newer: bool
    older: bool


def runs_for(project: Project, chosen: RunFilter) -> QuerySet[Run]:
    """Select the runs of a filter, in no order."""
    runs = Run.objects.filter(project=project)
    for name, column in _COLUMNS.items():
        if value := getattr(chosen, name):
            runs = runs.filter(**{column: value})
    if chosen.variant:
        runs = runs.filter(of_variant(project, chosen.variant))
    if chosen.task:
        runs = runs.filter(task_key=bytes.fromhex(chosen.task))
    if chosen.result is not None:
        runs = runs.filter(succeeded_as(chosen.result))
    if chosen.tag:
        runs = runs.filter(tags__contains=[chosen.tag]).exclude(tags=[])  # as the index says it
    if chosen.person:
        runs = runs.filter(meta__has_key="user", meta__user=chosen.person)  # as the index says it
    if chosen.failures:
        runs = runs.filter(failures__gt=0)
    if chosen.finding:
        found = Finding.objects.filter(project=project, signature=chosen.finding)
        runs = runs.filter(id__in=found.values("run_id"))
    if chosen.severity:
        runs = runs.filter(id__in=judged_as(project, chosen.severity).values("run_id"))
    if chosen.since:
        runs = runs.filter(sort_at__gte=chosen.since)
    if chosen.until:
        runs = runs.filter(sort_at__lte=chosen.until)
    if chosen.text:
        runs = runs.filter(id__in=ids_with(project, chosen.text))
    return runs


def judged_as(project: Project, severity: int) -> QuerySet[Judgement]:
    """Select the judgements whose worst finding is of a severity, or worse."""
    return Judgement.objects.filter(project=project, severity__gte=severity)


def of_variant(project: Project, label: str) -> Q:
    """Write the condition of a variant: the label sent, or, of runs without one, the version of a prompt."""
    told = Q(variant=label)
    version = version_named(project, label)
    if version is None:
        return told
    recognised = Q(variant="", prompt=version)
    has_both = Run.objects.filter(told, project=project).exists()
    return told | recognised if has_both else recognised


def succeeded_as(result: Result) -> Q:
    """Write the condition of a success, as `runs.comparing.outcomes.success_of` says it."""
    told = Q(verdict="", result=result.value)
    verdict = {Result.PASSED: Verdict.GOOD, Result.FAILED: Verdict.BAD, Result.UNKNOWN: Verdict.UNSURE}
    return told | Q(verdict=verdict[result])


def ids_with(project: Project, text: str) -> QuerySet[Any]:
    """Select the runs whose words hold some characters: by their trigrams, then looked at one by one.

    Words that have no trigrams yet are few, and stand for older ones that have.
    """
    grams = Func(F("said"), function="runs_trigrams", output_field=ArrayField(TextField()))
    fresh = FreshText.objects.filter(project=project)
    texts = RunText.objects.filter(project=project, said__contains=text.lower())
    if found := trigrams_of(text):
        texts = texts.alias(grams=grams).filter(grams__contains=found)
    texts = texts.exclude(run_id__in=fresh.values("run_id"))
    return texts.values("run_id").union(fresh.filter(said__contains=text.lower()).values("run_id"), all=True)


def page_of_runs(
    project: Project, chosen: RunFilter, *, before: Cursor | None = None, after: Cursor | None = None
) -> RunPage:
    """Read one page, newest first: the runs older than `before`, or the nearest newer than `after`."""
    if after is not None:
        newer = Q(sort_at__gt=after.sort_at) | Q(sort_at=after.sort_at, id__gt=after.id)
        place = newer & Q(sort_at__gte=after.sort_at)
        found = _nearest(project, chosen, place, ("sort_at", "id"))
        return RunPage(runs=found[:PAGE_SIZE][::-1], newer=len(found) > PAGE_SIZE, older=True)
    place = Q()
    if before is not None:
        older = Q(sort_at__lt=before.sort_at) | Q(sort_at=before.sort_at, id__lt=before.id)
        place = older & Q(sort_at__lte=before.sort_at)
    found = _nearest(project, chosen, place, _NEWEST_FIRST)
    return RunPage(runs=found[:PAGE_SIZE], newer=before is not None, older=len(found) > PAGE_SIZE)


def _nearest(project: Project, chosen: RunFilter, place: Q, order: tuple[str, str]) -> list[ListedRun]:
    """Read the first runs from a place on, one more than a page shows.

    A text that many runs hold is met soon by looking at one run after another; only one that few hold is
    looked up by its trigrams. Either way few rows are read.
    """
    if chosen.text:
        others = runs_for(project, without(chosen, "text")).filter(place).order_by(*order)
        looked_at = Run.objects.filter(id__in=others.values("id")[:RUNS_LOOKED_AT])
        found = _listed(looked_at.filter(_holds(chosen.text)).order_by(*order)[: PAGE_SIZE + 1])
        if len(found) > PAGE_SIZE:
            return found
    runs = runs_for(project, chosen).filter(place).order_by(*order)
    return _listed(runs[: PAGE_SIZE + 1])


def _listed(runs: QuerySet[Run]) -> list[ListedRun]:
    return [ListedRun._make(row) for row in runs.values_list(*ListedRun._fields)]


def _holds(text: str) -> Q:
    said = Q(name__icontains=text) | Q(task__icontains=text)
    return said | Q(external_id__icontains=text) | Q(branch__icontains=text)


def marks_of_page(project: Project, chosen: RunFilter) -> dict[UUID, int]:
    """Read what the first page shows, as run and revision: two equal answers are two equal pages."""
    if chosen.text:
        return {run.id: run.revision for run in page_of_runs(project, chosen).runs}
    runs = runs_for(project, chosen).order_by(*_NEWEST_FIRST)
    return dict(runs.values_list("id", "revision")[:PAGE_SIZE])


def stamp_of(marks: dict[UUID, int]) -> str:
    """Name a page's state in a few characters."""
    text = ",".join(f"{run_id.hex}:{revision}" for run_id, revision in marks.items())
    return blake2b(text.encode(), digest_size=8).hexdigest()


def runs_among(project: Project, chosen: RunFilter, ids: list[UUID]) -> list[ListedRun]:
    """Read those of the runs that the filter shows."""
    return _listed(runs_for(project, chosen).filter(id__in=ids).order_by(*_NEWEST_FIRST))


def has_runs(project: Project) -> bool:
    """Say whether anything was ever sent."""
    return Run.objects.filter(project=project).exists()


class RunMoved(Http404):
    """The run became a part of another one."""

    def __init__(self, run_id: UUID, into: UUID) -> None:
        super().__init__(self.__doc__)
        self.run_id, self.into = run_id, into


def run_of(project: Project, run_id: UUID) -> Run:
    """Read one run of a project. Raises Http404, as RunMoved where it became a part of another one."""
    run = Run.objects.filter(project=project, id=run_id).first()
    if run is None:
        moved = MovedRun.objects.filter(project=project, run_id=run_id).first()
        raise RunMoved(run_id, moved.part_of) if moved else Http404("Not here, or not yours.")
    return run


def run_seen_by(user: Visitor, run_id: UUID) -> Run | None:
    """Read a run with its project and team, if the user may see it."""
    runs = Run.objects.select_related("project__team")
    return runs.filter(id=run_id, project__in=projects_of(user)).first()


def parent_of(project: Project, run: Run) -> Run | None:
    """Read the run this one was forked from or started by."""
    if not run.parent_external_id:
        return None
    return Run.objects.filter(project=project, external_id=run.parent_external_id).only("id", "name").first()


def without(chosen: RunFilter, name: str) -> RunFilter:
    """Drop one condition."""
    empty = RunFilter()
    return replace(chosen, **{name: getattr(empty, name)})

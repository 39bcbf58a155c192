"""The only writer of findings: what changed of a run becomes clues, all its clues become findings.

A judgement may be made again at any time and comes to the same: it is called in the transaction that also
does what follows from it, and the run stays due until that has committed.
"""

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection

from runs.comparing.outcomes import result_of
from runs.comparing.tasks import task_key
from runs.findings.case import Case, RunFacts
from runs.findings.clue_cache import ClueCache, Page, new_stamp
from runs.findings.clues import VERSION as CLUE_VERSION
from runs.findings.clues import pack_clues, unpack_clues
from runs.findings.habits import AskHabits, no_habits
from runs.findings.judge import Judged, judge
from runs.findings.limits import CLUES_PAGE, EVIDENCE_STEPS, SENSITIVE_MOST
from runs.findings.making import Source, clue_of
from runs.findings.mentions import mentions_in
from runs.findings.sensitive import DEFAULTS
from runs.findings.signatures import RULES_VERSION
from runs.findings.stories import VERSION as STORY_VERSION
from runs.findings.stories import Story, story_of
from runs.findings.thresholds import Limits
from runs.keeping_habits import ask_habits
from runs.kinds import Kind, Result
from runs.limits import FILTER_CHARS
from runs.models import CluePage, Finding, Judgement, Run
from runs.queries.findings import stamp_of
from runs.queries.judging import (
    changed_steps,
    clue_pages_of,
    mentions_of,
    mentions_of_pages,
    pack_mentions,
    touches_of,
)
from runs.recognising import VERSION as PROMPTS_VERSION
from runs.recognising import recognise
from runs.records import digest_of
from runs.signaturesums import move_signature_sums
from runs.toolsums import hold_run, keep_tool_parts

#: Where a project keeps its thresholds and mutes: settings["findings"] = {"thresholds": {…}, "muted": […],
#: "sensitive": […]}.
SETTINGS = "findings"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

#: One write of the run's row says that it was judged, and what of that its list filters by.
SETTLE = """
    UPDATE runs_run SET due = false, prompt = %(prompt)s, task_key = %(task)s, result = %(result)s
    WHERE id = %(run)s AND due AND revision = %(revision)s
"""


@dataclass(frozen=True, kw_only=True)
class Ruling:
    """What one look at a run came to."""

    run: Run
    findings: list[Finding]  #: all of the run, in their order
    new: list[Finding]  #: that were not there before
    changed: bool  #: whether any finding or the story says something else
    stamp: int  #: microseconds: when that last changed
    prompt: int | None  #: version of the main agent's system prompt
    task: bytes | None  #: see `runs.comparing.tasks`
    result: Result


def judge_run(run_id: UUID, *, now: datetime, cache: ClueCache | None = None) -> Ruling | None:
    """Judge a run, inside the caller's transaction. None when it is gone, or somebody else is judging it."""
    if not hold_run(run_id):
        return None
    run = Run.objects.select_related("project__team").filter(pk=run_id).first()
    judgement = _lock(run, now=now) if run else None
    if run is None or judgement is None:
        return None
    with uncollected():
        pages = _refresh_clues(run, judgement, ClueCache() if cache is None else cache)
        case = case_of(run, pages, habits=ask_habits(run, judgement))
        keep_tool_parts(run, case.clues)
        judged = judge(case, muted=muted_of(run.project))
        return _save(run, judgement, case, judged, now=now)


@contextmanager
def uncollected() -> Iterator[None]:
    """Hold the cyclic collector off: it would look through 100,000 fresh objects, none of them in a cycle."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def case_of(run: Run, pages: Mapping[int, Page], *, habits: AskHabits = no_habits) -> Case:
    """Put together what rules are given of a run; its clues come by page."""
    return Case(
        facts_of(run),
        [clue for page in pages.values() for clue in page.clues],
        pages=list(pages.values()),
        touches=touches_of(run.id) if run.changes else {},
        limits=limits_of(run.project),
        sensitive=sensitive_of(run.project),
        mentions=lambda: mentions_of(run.id),
        habits=habits,
    )


def settle(ruling: Ruling) -> None:
    """Say that rules have seen a run, unless it has changed since; after the commit of what they said."""
    with connection.cursor() as cursor:
        cursor.execute(
            SETTLE,
            {
                "run": ruling.run.id, "revision": ruling.run.revision, "prompt": ruling.prompt,
                "task": ruling.task, "result": ruling.result.value,
            },
        )  # fmt: skip


def limits_of(project: Any) -> Limits:
    """Read the thresholds of a project."""
    return Limits(_settings_of(project).get("thresholds"))


def muted_of(project: Any) -> frozenset[str]:
    """Read which signatures a project does not want to hear of."""
    muted = _settings_of(project).get("muted")
    return frozenset(map(str, muted)) if isinstance(muted, list) else frozenset()


def sensitive_of(project: Any) -> tuple[str, ...]:
    """Read which files a project calls sensitive: its own patterns instead of ours, if it has any."""
    told = _settings_of(project).get("sensitive")
    own = (
        [each[:FILTER_CHARS] for each in told if isinstance(each, str) and each]
        if isinstance(told, list)
        else []
    )
    return tuple(own[:SENSITIVE_MOST]) or DEFAULTS


def _settings_of(project: Any) -> dict[str, Any]:
    settings = project.settings.get(SETTINGS) if isinstance(project.settings, dict) else None
    return settings if isinstance(settings, dict) else {}


def _lock(run: Run, *, now: datetime) -> Judgement | None:
    new = Judgement(run_id=run.id, project_id=run.project_id, at=now)
    Judgement.objects.bulk_create([new], ignore_conflicts=True)
    return Judgement.objects.select_for_update(skip_locked=True).filter(pk=run.id).first()


def _refresh_clues(run: Run, judgement: Judgement, cache: ClueCache) -> dict[int, Page]:
    """Make the clues of what changed, keep them, and return those of the whole run, by page."""
    known = judgement.clue_version == CLUE_VERSION
    pages = clue_pages_of(run.id, cache) if known else {}
    steps = changed_steps(run, after=judgement.revision if known else -1)
    by_page: dict[int, list[Source]] = {}
    for step in steps:
        by_page.setdefault(step.seq // CLUES_PAGE, []).append(step)
    said = mentions_of_pages(run.id, by_page) if known and by_page else {}
    written: dict[int, bytes] = {}
    for page, changed in by_page.items():
        new = {step.seq: clue_of(step, cwd=run.cwd) for step in changed}
        old = {clue.seq: clue for clue in pages[page].clues} if page in pages else {}
        written[page] = pack_clues([clue for _, clue in sorted((old | new).items())])
        # Read back: words of vocabularies are then plain texts, quicker to look up than members of enums.
        pages[page] = Page(new_stamp(), unpack_clues(written[page]))
        said[page] = said.get(page, {}) | {step.seq: _mentions(step) for step in changed}
    _keep(run, pages, written, said)
    cache.keep(run.id, pages)
    return pages


def _mentions(step: Source) -> bytes:
    """Remember what the agent was told: by humans, and by tools."""
    if step.kind == Kind.PROMPT:
        return mentions_in(step.input)
    return mentions_in(step.output) if step.tool else b""


def _keep(
    run: Run,
    pages: Mapping[int, Page],
    written: Mapping[int, bytes],
    said: Mapping[int, Mapping[int, bytes]],
) -> None:
    rows = [
        CluePage(
            run_id=run.id,
            page=page,
            stamp=pages[page].stamp,
            clues=clues,
            mentions=pack_mentions(said[page]),
        )
        for page, clues in written.items()
    ]
    CluePage.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["run_id", "page"],
        update_fields=["stamp", "clues", "mentions"],
    )


def facts_of(run: Run) -> RunFacts:
    """Take what rules need of the run itself."""
    return RunFacts(
        status=run.status,
        outcome=run.outcome,
        error=run.error,
        agent=run.agent,
        model=run.model,
        cwd=run.cwd,
        turns=run.turns,
        cost=float(run.cost_usd),
        started=_ms(run.started_at),
        ended=_ms(run.ended_at),
        updated=_ms(run.updated_at),
    )


def _ms(time: datetime | None) -> int | None:
    return None if time is None else round(time.timestamp() * 1_000)


def _save(run: Run, judgement: Judgement, case: Case, judged: Sequence[Judged], *, now: datetime) -> Ruling:
    known = list(Finding.objects.filter(run_id=run.id))
    old = {(row.signature, row.key): row for row in known}
    rows = [_row(run, case, place, each, now=now) for place, each in enumerate(judged)]
    new, changed = [], []
    for row in rows:
        before = old.pop((row.signature, row.key), None)
        row.found_at = before.found_at if before else now
        row.at = before.at if before and row.at == now else row.at
        if before is None:
            new.append(row)
        elif _says(row) != _says(before):
            changed.append(row)
    for signature, key in old:  # what is left is found no more
        Finding.objects.filter(run_id=run.id, signature=signature, key=key).delete()
    Finding.objects.bulk_create(
        [*new, *changed],
        update_conflicts=True,
        unique_fields=["run_id", "signature", "key"],
        update_fields=[*_SAID, "found_at"],
    )
    move_signature_sums(judgement, run, known, rows)
    recognised = judgement.prompted and bytes(judgement.prompted)
    judgement.prompted, prompt = recognise(run, case.clues, known=recognised)
    differs = bool(new or old or changed or recognised != judgement.prompted)
    judgement.revision, judgement.clue_version, judgement.rules = (
        run.revision,
        CLUE_VERSION,
        rules_of(run.project),
    )
    judgement.findings = len(rows)
    judgement.severity = max((row.severity for row in rows), default=0)
    judgement.worst = max(rows, key=lambda row: row.severity).signature if rows else ""
    judgement.signatures = len({row.signature for row in rows})
    told = story_of(case, judged)
    judgement.moment = told.moment.step if told.moment else None
    # As JSON gives it back: a tuple is no list, and would count as a change each time.
    story = msgspec.json.decode(msgspec.json.encode(told))
    differs = differs or story != judgement.story
    judgement.story = story
    judgement.at = now if differs else judgement.at
    judgement.save()
    return Ruling(
        run=run, findings=rows, new=new, changed=differs, stamp=stamp_of(judgement.at), prompt=prompt,
        task=task_key(run.task, run.repo), result=_result_of(run, told),
    )  # fmt: skip


def _result_of(run: Run, story: Story) -> Result:
    last = [line.marks[-1].outcome for line in story.checks.lines if line.marks]
    return result_of(outcome=run.outcome, checks=last, status=run.status)


#: What a finding says; a row is written again when any of it differs.
_SAID = ("severity", "sentence", "steps", "step", "changes", "numbers", "used", "place", "at")


def _says(row: Finding) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in _SAID)


def _row(run: Run, case: Case, place: int, judged: Judged, *, now: datetime) -> Finding:
    found = judged.found
    clue = case.by_seq.get(found.at)
    at = _EPOCH + timedelta(milliseconds=clue.at) if clue and clue.at is not None else now
    return Finding(
        run_id=run.id,
        signature=judged.signature.slug,
        key=found.key,
        project_id=run.project_id,
        severity=judged.severity,
        sentence=found.sentence,
        steps=list(found.steps[:EVIDENCE_STEPS]),
        step=found.at,
        changes=list(found.changes[:EVIDENCE_STEPS]),
        numbers=found.numbers | {"steps": len(found.steps)},
        used=found.used,
        place=place,
        at=at,
    )


def rules_of(project: Any) -> str:
    """Name the rules that a project's runs are judged by: their version, its thresholds and mutes."""
    numbers, muted = sorted(limits_of(project).items()), sorted(muted_of(project))
    told = f"{RULES_VERSION}:{STORY_VERSION}:{PROMPTS_VERSION}:{numbers}:{muted}:{sensitive_of(project)}"
    return digest_of(told.encode()).hex()

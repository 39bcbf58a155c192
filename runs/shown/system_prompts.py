"""Prompts of a project as their pages show them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from runs.comparing.limits import PROMPT_RUNS
from runs.diffs import diff_of
from runs.queries.prompt_pages import VersionRow
from runs.shown.diffrows import DiffTable
from runs.shown.diffs import hunks_shown
from runs.shown.experiments import cost_of, score_of
from runs.words import count, plural, share


@dataclass(frozen=True, kw_only=True, slots=True)
class VersionShown:
    """One version in the list of its family."""

    id: int
    label: str
    short: str  #: "v3"
    told: str
    first_at: datetime
    last_at: datetime | None
    runs: str
    score: str
    share: str
    cost: str
    before: int | None = None  #: the version before, to compare with


@dataclass(frozen=True, kw_only=True, slots=True)
class FamilyShown:
    """One family and its newest versions."""

    name: str
    is_main: bool
    versions: list[VersionShown]
    more: int  #: versions that are not listed


def families_shown(rows: Iterable[VersionRow]) -> list[FamilyShown]:
    """Show families; rows of a family lie together, the newest version first."""
    families = []
    for name, group in groupby(rows, key=lambda row: row.family):
        versions = list(group)
        befores = [row.id for row in versions[1:]] + [None]
        families.append(
            FamilyShown(
                name=name,
                is_main=any(row.is_main for row in versions),
                versions=[version_shown(row, before) for row, before in zip(versions, befores, strict=True)],
                more=versions[0].versions - len(versions),
            )
        )
    return families


def version_shown(row: VersionRow, before: int | None = None) -> VersionShown:
    """Show one version."""
    tally = row.tally
    runs = f"{count(tally.runs)}{'+' if tally.runs >= PROMPT_RUNS else ''}"
    return VersionShown(
        id=row.id,
        label=row.label,
        short=f"v{row.number}",
        told=row.told,
        first_at=row.first_at,
        last_at=row.last_at,
        runs=runs,
        score=score_of(tally),
        share=share(tally.passed, tally.known) if tally.known else "",
        cost=cost_of(tally),
        before=before,
    )


def compared(before: str, after: str) -> DiffTable | None:
    """Show what differs between two templates; None when nothing does."""
    diff = diff_of(before, after, "prompt.md")
    return hunks_shown(diff) if diff.hunks else None


def choices_against(rows: Sequence[VersionRow], shown: int) -> list[tuple[int, str]]:
    """List the versions of its family that a version may be compared with."""
    return [(row.id, f"v{row.number}") for row in rows if row.id != shown]


def texts_words(texts: int, most: int) -> str:
    """Say how many texts there are behind a template."""
    return f"the newest {count(texts)} texts" if texts >= most else plural(texts, "text")

"""What find-in-run shows: counts, the steps, and in plain words what was not searched."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from runs.facts import Sentence
from runs.finding import Snippet
from runs.limits import FOUND_LISTED, FOUND_MOST
from runs.queries.finding import Finding
from runs.sentences import sentence_of
from runs.shown.steps import Place, facts_of
from runs.states import kept_but, query_of
from runs.words import count, plural, size


@dataclass(frozen=True, kw_only=True, slots=True)
class HitShown:
    """One step that holds what was looked for."""

    seq: int
    href: str
    sentence: Sentence
    snippet: Snippet | None
    times: str


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundShown:
    """The answer of find-in-run."""

    query: str
    title: str
    times: str
    hits: list[HitShown]
    gaps: list[str]  #: what was not searched
    cut: str  #: what was found and is not listed
    numbers: str  #: JSON: the steps that n and N go through
    deep_url: str = ""  #: searches the long texts, too; empty when that was done or there are none
    deep_page: str = ""
    is_beside_range: bool = False  #: the transcript shows a range, and what was found may lie elsewhere


def found_shown(
    finding: Finding,
    query: str,
    rows: Mapping[int, Mapping[str, Any]],
    snippets: Mapping[int, Snippet],
    place: Place,
) -> FoundShown:
    """Build the answer; `rows` and `snippets` are those of the listed steps, by number."""
    asked = query_of([("find", query), *kept_but(place.kept, "find", "step")])
    more = finding.has_long and not finding.is_deep
    return FoundShown(
        query=query,
        title=plural(len(finding.hits), "step") if finding.hits else f"Nothing found{' yet' if more else ''}",
        times=f"{count(finding.occurrences)} times" if finding.occurrences != 1 else "once",
        hits=[
            HitShown(
                seq=hit.seq,
                href=f"{place.url('run')}{asked}&step={hit.seq}",
                sentence=sentence_of(facts_of(rows[hit.seq], cwd=place.cwd)),
                snippet=snippets.get(hit.seq),
                times=f"{count(hit.count)}×" if hit.count > 1 else "",
            )
            for hit in finding.hits[:FOUND_LISTED]
            if hit.seq in rows
        ],
        gaps=list(_gaps(finding)),
        cut=_cut(len(finding.hits)),
        numbers=json.dumps([hit.seq for hit in finding.hits[:FOUND_MOST]], separators=(",", ":")),
        deep_url=f"{place.url('find')}{asked}&deep=1" if more else "",
        deep_page=f"{place.url('run')}{asked}&deep=1" if more else "",
        is_beside_range=len(kept_but(place.kept, "step", "thinking", "events", "find")) == 2,
    )


def _gaps(finding: Finding) -> Iterator[str]:
    if finding.searched_to is not None:
        yield f"Time was up: steps from {finding.searched_to} on were not searched."
    if finding.unsearched:
        steps = len({text.seq for text in finding.unsearched})
        bytes_left = size(sum(text.size for text in finding.unsearched))
        yield (
            f"The long texts of {plural(steps, 'step')}, from step {finding.unsearched[0].seq} on, were not "
            f"searched beyond their beginnings: {bytes_left}."
        )


def _cut(number: int) -> str:
    if number <= FOUND_LISTED:
        return ""
    end = f"the first {count(FOUND_MOST)}" if number > FOUND_MOST else "all of them"
    return f"The first {FOUND_LISTED} are listed; n and N go through {end}."

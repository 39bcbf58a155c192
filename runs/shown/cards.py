"""Cards of signatures, and the findings behind one, as pages show them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.urls import reverse

from runs.findings.found import Severity, Signature
from runs.findings.signatures import SIGNATURES
from runs.models import Finding, Run, SignatureState
from runs.queries.cards import Card
from runs.shown.runs import title_of
from runs.shown.steps import Place
from runs.shown.stories import BitShown, FindingShown, finding_shown, spelled
from runs.shown.tones import TONES, WORDS
from runs.words import count, plural
from teams.models import Project

#: Width and height of a day's bar, in the units of the picture.
BAR, HEIGHT = 8, 24
STATES = ("open", "resolved", "muted")


@dataclass(frozen=True, kw_only=True, slots=True)
class CardShown:
    """One signature in a project."""

    signature: Signature
    about: list[BitShown]
    tone: str
    word: str
    state: str
    settled: str  #: who resolved it
    times: str
    runs: str
    first: datetime | None
    last: datetime | None
    trend: str  #: path of its bars
    width: int
    trend_words: str


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundRow:
    """A finding with the run it is of."""

    finding: FindingShown
    run: str
    url: str
    at: datetime


def cards_shown(
    cards: Sequence[Card],
    trends: Mapping[str, Sequence[int]],
    resolved: Mapping[str, SignatureState],
    muted: Collection[str],
) -> list[CardShown]:
    """Build the cards, the worst first, then those seen last; a muted signature has one though never seen."""
    by_slug = {card.signature: card for card in cards}
    slugs = [slug for slug in SIGNATURES if slug in by_slug or slug in muted]
    shown = [
        card_shown(slug, by_slug.get(slug), trends.get(slug, ()), resolved.get(slug), is_muted=slug in muted)
        for slug in slugs
    ]
    tones = list(TONES.values())
    never = datetime.min.replace(tzinfo=UTC)
    return sorted(
        sorted(shown, key=lambda card: card.last or never, reverse=True),
        key=lambda card: tones.index(card.tone),
    )


def card_shown(
    slug: str, card: Card | None, trend: Sequence[int], resolved: SignatureState | None, *, is_muted: bool
) -> CardShown:
    """Build one card; without findings it says so."""
    signature = SIGNATURES[slug]
    severity = Severity(card.severity if card else signature.severity)
    state = state_of(card, resolved, is_muted=is_muted)
    by = resolved.resolved_by.get_short_name() if resolved and resolved.resolved_by else ""
    return CardShown(
        signature=signature,
        about=spelled(signature.about),
        tone=TONES[severity],
        word=WORDS[severity],
        state=state,
        settled=f"resolved{by and ' by '}{by}" if state == "resolved" else "",
        times=plural(card.times, "time") if card else "never",
        runs=plural(card.runs, "run") if card else "",
        first=card.first if card else None,
        last=card.last if card else None,
        trend=bars_of(trend),
        width=BAR * len(trend),
        trend_words=f"{count(sum(trend))} in the last {len(trend)} days, {count(sum(trend[-1:]))} today",
    )


def state_of(card: Card | None, resolved: SignatureState | None, *, is_muted: bool) -> str:
    """Say which of STATES a signature is in: it opens again at a step after it was resolved."""
    if is_muted:
        return "muted"
    quiet = resolved is not None and (card is None or card.last <= resolved.resolved_at)
    return "resolved" if quiet else "open"


def bars_of(trend: Sequence[int]) -> str:
    """Draw a bar a day; a day with any has at least two units."""
    most = max(trend, default=0)
    return "".join(
        f"M{day * BAR + BAR // 2} {HEIGHT}v-{max(2, round(times * HEIGHT / most))}"
        for day, times in enumerate(trend)
        if times
    )


def rows_shown(project: Project, findings: Sequence[Finding], runs: Mapping[UUID, Run]) -> list[FoundRow]:
    """Build the findings of a signature, each with its run."""
    return [_row(project, finding, runs[finding.run_id]) for finding in findings if finding.run_id in runs]


def _row(project: Project, finding: Finding, run: Run) -> FoundRow:
    place = Place(team=project.team.slug, project=project.slug, run_id=run.id, cwd=run.cwd)
    shown = finding_shown(finding, place)
    return FoundRow(finding=shown, run=title_of(run), url=place.url("run"), at=finding.at)


def card_url(project: Project, slug: str) -> str:
    """Link a card."""
    return reverse("runs:signature", args=[project.team.slug, project.slug, slug])

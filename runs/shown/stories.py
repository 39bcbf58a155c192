"""The story of a run, and its findings, as the page shows them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from django.urls import reverse

from runs.findings.accounts import Bit, Cause
from runs.findings.chapters import Chapter
from runs.findings.found import Severity
from runs.findings.moments import Moment, Sure
from runs.findings.signatures import SIGNATURES
from runs.findings.stories import Story
from runs.findings.suspects import Suspect
from runs.findings.thresholds import THRESHOLDS
from runs.models import Finding, Judgement
from runs.queries.findings import stamp_of
from runs.shown.steps import Place
from runs.shown.tones import TONES, WORDS
from runs.words import duration, money, plural

#: How far the evidence carries, in words; nothing where it is strong.
SURE = {Sure.STRONG: "", Sure.LIKELY: "likely", Sure.THIN: "thin evidence"}


@dataclass(frozen=True, kw_only=True, slots=True)
class BitShown:
    """A piece of the account; with a URL it leads to a step."""

    text: str
    url: str = ""
    code: bool = False
    is_moment: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Chip:
    """All findings of one signature, in a word."""

    name: str
    slug: str
    tone: str
    word: str  #: of the tone, for those who do not see it
    times: int
    url: str
    title: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ChapterShown:
    """One chapter, in a few words."""

    title: str
    deed: str
    tone: str
    url: str
    facts: str
    asked: bool
    has_moment: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class StepLink:
    """A step by its number. `why` is what it has to do with it."""

    seq: int
    url: str
    why: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class SuspectShown:
    """A change that may have broken it."""

    path: str
    name: str
    url: str
    change_url: str  #: its diff by itself
    step: StepLink
    hidden: bool
    added: str
    removed: str


@dataclass(frozen=True, kw_only=True, slots=True)
class StoryShown:
    """What stands above the strip."""

    stamp: int
    account: list[BitShown]
    chips: list[Chip]
    chapters: list[ChapterShown]
    causes: list[StepLink]
    suspects: list[SuspectShown]
    moment: int | None
    sure: str
    wasted: str
    tone: str  #: "fail" with a moment, "warn" with findings that warn, else ""


@dataclass(frozen=True, kw_only=True, slots=True)
class FindingShown:
    """One finding in full."""

    name: str
    slug: str
    tone: str
    word: str
    sentence: list[BitShown]
    helps: str
    steps: list[StepLink]
    more_steps: int
    thresholds: str
    card_url: str  #: all runs with it
    mute_url: str
    run_url: str


def story_shown(judgement: Judgement | None, findings: Sequence[Finding], place: Place) -> StoryShown | None:
    """Build what stands above the strip; None where rules have not looked or have nothing to tell."""
    story = told_story(judgement)
    if judgement is None or not story.account:
        return None
    moment = story.moment
    worst = max((finding.severity for finding in findings), default=0)
    return StoryShown(
        stamp=stamp_of(judgement.at),
        account=[_bit(bit, moment, place) for bit in story.account],
        chips=_chips(findings, place),
        chapters=[_chapter(chapter, moment, place) for chapter in story.chapters],
        causes=[_cause(cause, place) for cause in story.causes],
        suspects=suspects_shown(moment.suspects, place) if moment else [],
        moment=moment.step if moment else None,
        sure=SURE[moment.sure] if moment else "",
        wasted=_wasted(moment) if moment else "",
        tone="fail" if moment else "warn" if worst >= Severity.WARNING else "",
    )


def told_story(judgement: Judgement | None) -> Story:
    """Read the story that was kept of a run; an empty one until rules have looked."""
    return msgspec.convert(judgement.story, Story) if judgement else Story()


def step_url(place: Place, seq: int) -> str:
    """Link a step in the transcript."""
    return f"{place.url('run')}?step={seq}"


def _bit(bit: Bit, moment: Moment | None, place: Place) -> BitShown:
    if bit.step is None:
        return BitShown(text=bit.text, code=bit.code)
    number = bit.text == f"step {bit.step}"
    return BitShown(
        text=bit.text,
        url=step_url(place, bit.step),
        code=bit.code,
        is_moment=number and moment is not None and bit.step == moment.step,
    )


def _chips(findings: Sequence[Finding], place: Place) -> list[Chip]:
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.severity > Severity.HINT:  # hints stand folded in the run at a glance
            groups.setdefault(finding.signature, []).append(finding)
    chips = [_chip(slug, group, place) for slug, group in groups.items() if slug in SIGNATURES]
    order = list(TONES.values())
    return sorted(chips, key=lambda chip: order.index(chip.tone))


def _chip(slug: str, group: Sequence[Finding], place: Place) -> Chip:
    worst = Severity(max(finding.severity for finding in group))
    return Chip(
        name=SIGNATURES[slug].name,
        slug=slug,
        tone=TONES[worst],
        word=WORDS[worst],
        times=len(group),
        url=step_url(place, group[0].step),
        title=group[0].sentence,
    )


def _chapter(chapter: Chapter, moment: Moment | None, place: Place) -> ChapterShown:
    facts = [plural(chapter.steps, "step"), duration(chapter.ms), money(chapter.cost) if chapter.cost else ""]
    return ChapterShown(
        title=chapter.title,
        deed=chapter.deed,
        tone=chapter.tone,
        url=step_url(place, chapter.first),
        facts=" · ".join(filter(None, facts)),
        asked=chapter.asked,
        has_moment=moment is not None and chapter.first <= moment.step <= chapter.last,
    )


def suspects_shown(suspects: Sequence[Suspect], place: Place) -> list[SuspectShown]:
    """Build what may have broken a check, the likeliest first."""
    return [
        SuspectShown(
            path=suspect.path,
            name=suspect.path.rsplit("/", 1)[-1],
            url=f"{place.url('run')}?step={suspect.step}#effect",
            change_url=place.url("change", suspect.change),
            step=StepLink(seq=suspect.step, url=step_url(place, suspect.step)),
            hidden=suspect.hidden,
            added=f"+{suspect.added}",
            removed=f"−{suspect.removed}",
        )
        for suspect in suspects
    ]


def _wasted(moment: Moment) -> str:
    after = moment.after
    cost = ("at least " if after.unpriced else "") + money(after.cost) if after.cost else ""
    turns = plural(after.turns, "turn") if after.turns else ""
    return " · ".join(filter(None, (turns, duration(after.ms) if after.ms else "", cost)))


def finding_shown(finding: Finding, place: Place) -> FindingShown:
    """Build one finding with its evidence."""
    signature = SIGNATURES.get(finding.signature)
    severity = Severity(finding.severity)
    return FindingShown(
        name=signature.name if signature else finding.signature,
        slug=finding.signature,
        tone=TONES[severity],
        word=WORDS[severity],
        sentence=spelled(finding.sentence),
        helps=signature.helps if signature else "",
        steps=[StepLink(seq=seq, url=step_url(place, seq)) for seq in finding.steps[:EVIDENCE_LINKS]],
        more_steps=max(0, finding.numbers.get("steps", 0) - EVIDENCE_LINKS),
        thresholds=_thresholds(finding.used),
        card_url=reverse("runs:signature", args=[place.team, place.project, finding.signature]),
        mute_url=reverse("runs:mute", args=[place.team, place.project, finding.signature]),
        run_url=place.url("run"),
    )


EVIDENCE_LINKS = 6


def _cause(cause: Cause, place: Place) -> StepLink:
    why = cause.why.replace("`", "")  # the bar of "work backwards" is plain text
    return StepLink(seq=cause.step, url=step_url(place, cause.step), why=why)


def spelled(sentence: str) -> list[BitShown]:
    """Split a sentence at its backticks: every second piece is code."""
    pieces = enumerate(sentence.split("`"))
    return [BitShown(text=text, code=bool(number % 2)) for number, text in pieces if text]


def _thresholds(used: dict[str, Any]) -> str:
    told = [
        f"{name.replace('_', ' ')}: {value:g} {THRESHOLDS[name].unit}"
        for name, value in used.items()
        if name in THRESHOLDS
    ]
    return "; ".join(told)

"""What people said of a run."""

from dataclasses import dataclass
from datetime import datetime

from runs.kinds import Verdict
from runs.models import Run

_TONES = {Verdict.GOOD: "is-ok", Verdict.BAD: "is-fail", Verdict.UNSURE: "is-warn"}
_WORDS = {Verdict.GOOD: "Good", Verdict.BAD: "Bad", Verdict.UNSURE: "Unsure"}


@dataclass(frozen=True, kw_only=True, slots=True)
class VerdictShown:
    """A verdict with its tone, and the tags; empty words where nobody said anything."""

    value: str
    word: str
    tone: str
    reason: str
    by: str
    at: datetime | None
    tags: list[str]
    choices: list[tuple[str, str]]


def verdict_shown(run: Run) -> VerdictShown:
    """Build what a run's page says; `run.verdict_by` is read for it."""
    known = Verdict(run.verdict) if run.verdict in set(Verdict) else None
    return VerdictShown(
        value=run.verdict,
        word=_WORDS[known] if known else "",
        tone=_TONES[known] if known else "",
        reason=run.verdict_reason,
        by=run.verdict_by.get_short_name() if run.verdict_by else "",
        at=run.verdict_at,
        tags=list(run.tags),
        choices=[("", "None"), *((verdict.value, word) for verdict, word in _WORDS.items())],
    )

"""What people say of recorded runs: verdicts, tags, comparisons by name. What was recorded stays."""

import re
from datetime import datetime

from runs.blobs import storable
from runs.comparing.limits import COMPARISON_NAME_CHARS, SAVED_MOST
from runs.kinds import Verdict
from runs.limits import REASON_CHARS, TAG_CHARS, TAGS_MOST
from runs.models import Comparison, Run
from runs.store import uuid7
from teams.models import Project, User

_BETWEEN_TAGS = re.compile(r"[,;\n]")


def judge_run(run: Run, verdict: str, reason: str, *, by: User, now: datetime) -> None:
    """Keep what a person says of a run; no verdict takes the reason away, too."""
    known = verdict if verdict in set(Verdict) else ""
    Run.objects.filter(id=run.id).update(
        verdict=known,
        verdict_reason=storable(reason.strip())[:REASON_CHARS] if known else "",
        verdict_by=by if known else None,
        verdict_at=now if known else None,
    )


def tag_run(run: Run, text: str) -> None:
    """Give a run these tags, instead of those it had."""
    Run.objects.filter(id=run.id).update(tags=tags_in(text))


def tags_in(text: str) -> list[str]:
    """Read tags as people type them: between commas, without doubles, in small letters, TAGS_MOST of them."""
    words = (" ".join(storable(part).lower().split())[:TAG_CHARS] for part in _BETWEEN_TAGS.split(text))
    return list(dict.fromkeys(word for word in words if word))[:TAGS_MOST]


class TooManyComparisons(Exception):
    """This project has as many saved comparisons as it may have. Delete one that nobody needs first."""

    def __str__(self) -> str:
        return str(self.__doc__)


def save_comparison(project: Project, name: str, query: str, *, by: User | None, now: datetime) -> Comparison:
    """Keep two sides under a name; `by` is None for those of the demo. Raises TooManyComparisons."""
    if Comparison.objects.filter(project=project).count() >= SAVED_MOST:
        raise TooManyComparisons
    return Comparison.objects.create(
        id=uuid7(now), project=project, name=name_of_comparison(name), query=query, created_by=by,
        created_at=now,
    )  # fmt: skip


def rename_comparison(comparison: Comparison, name: str) -> None:
    """Call it something else."""
    Comparison.objects.filter(id=comparison.id).update(name=name_of_comparison(name))


def delete_comparison(comparison: Comparison) -> None:
    """Forget a name; the runs stay."""
    Comparison.objects.filter(id=comparison.id).delete()


def name_of_comparison(name: str) -> str:
    """Read a name as people type it."""
    words = " ".join(storable(name).split())[:COMPARISON_NAME_CHARS]
    return words or "A against B"

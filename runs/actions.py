"""What people say of a recorded run: a verdict with its reason, and tags. What was recorded stays."""

import re
from datetime import datetime

from runs.blobs import storable
from runs.kinds import Verdict
from runs.limits import REASON_CHARS, TAG_CHARS, TAGS_MOST
from runs.models import Run
from teams.models import User

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

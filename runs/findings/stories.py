"""What the top of a run page tells: the account, the moment, the chapters, the way back. Pure."""

from collections.abc import Sequence

from msgspec import Struct

from runs.findings.accounts import Bit, Cause, account_of, causes_of
from runs.findings.case import Case
from runs.findings.chapters import Chapter, chapters_of
from runs.findings.judge import Judged
from runs.findings.kept_checks import Checks, checks_of
from runs.findings.kept_retries import Retries, retries_of
from runs.findings.moments import Moment, moment_of

#: Raise it when stories are told otherwise: runs are then judged anew.
VERSION = 3


class Story(Struct, frozen=True, kw_only=True):
    """One run, told by rules; kept as JSON."""

    account: Sequence[Bit] = ()
    moment: Moment | None = None
    chapters: Sequence[Chapter] = ()
    causes: Sequence[Cause] = ()
    checks: Checks = Checks()
    retries: Retries = Retries()


def story_of(case: Case, judged: Sequence[Judged]) -> Story:
    """Tell a run; one without steps has no story."""
    if not case.clues:
        return Story()
    moment = moment_of(case, judged)
    return Story(
        account=account_of(case, judged, moment),
        moment=moment,
        chapters=chapters_of(case),
        causes=causes_of(case, moment),
        checks=checks_of(case),
        retries=retries_of(case),
    )

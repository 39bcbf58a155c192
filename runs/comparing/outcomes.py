"""Whether a run succeeded, said once for all pages. Pure. docs/guide/prompts-and-experiments.md tells people.

The first that says something counts: a person's verdict, the source's word for the outcome, the checks as
they stood at the end, a failed status. Nothing of it: not known.
"""

import re
from collections.abc import Iterable

from runs.findings.clues import Outcome
from runs.kinds import Result, RunStatus, Verdict

_WORDS = re.compile(r"[a-z]+|\d+")
_REWARD = re.compile(r"\s*([01])(?:\.0+)?\s*")
#: What turns the next word round: "not resolved", "0 failed".
_NOT = frozenset({"not", "no", "never", "un", "non", "isn", "wasn", "didn", "doesn", "0", "without"})
_GOOD = frozenset(
    {"resolved", "solved", "passed", "pass", "passes", "success", "successful", "succeeded", "green", "fixed",
     "accepted", "merged", "correct", "ok", "true", "complete", "completed"}
)  # fmt: skip
_BAD = frozenset(
    {"unresolved", "unsolved", "failed", "fail", "fails", "failure", "failures", "failing", "red", "broken",
     "rejected", "incorrect", "wrong", "unsuccessful", "incomplete", "error", "errors", "errored", "timeout",
     "aborted", "crashed", "false"}
)  # fmt: skip


def result_of(*, outcome: str, checks: Iterable[Outcome], status: str) -> Result:
    """Say what a recording itself tells of its success; `checks` are the last outcomes of its checks."""
    told = result_in_words(outcome)
    if told is not Result.UNKNOWN:
        return told
    if status == RunStatus.RUNNING:
        return Result.UNKNOWN
    last = set(checks)
    if Outcome.RED in last:
        return Result.FAILED
    if Outcome.GREEN in last:
        return Result.PASSED
    return Result.FAILED if status == RunStatus.FAILED else Result.UNKNOWN


def result_in_words(outcome: str) -> Result:
    """Read a source's own word for the outcome: "resolved", "tests green", "not resolved", "1 failed"."""
    if reward := _REWARD.fullmatch(outcome):
        return Result.PASSED if reward[1] == "1" else Result.FAILED
    words = _WORDS.findall(outcome.lower())
    good = bad = False
    for before, word in zip(["", *words], words, strict=False):
        turned = before in _NOT or (before == "t" and word in _GOOD)  # "isn't resolved"
        good = good or word in (_BAD if turned else _GOOD)
        bad = bad or word in (_GOOD if turned else _BAD)
    if bad:  # "2 passed, 1 failed" is no success
        return Result.FAILED
    return Result.PASSED if good else Result.UNKNOWN


def success_of(verdict: str, result: str) -> Result:
    """Put a person's verdict before what the recording tells; one who is unsure makes it unknown."""
    if verdict == Verdict.GOOD:
        return Result.PASSED
    if verdict == Verdict.BAD:
        return Result.FAILED
    return Result.UNKNOWN if verdict == Verdict.UNSURE else Result(result)

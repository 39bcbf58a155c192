"""Intent beside effect: what a call asked of a file, what became of the file, and where the two differ. Pure.

Nothing is guessed. Where the text before is not known, or only a piece of it, no verdict is given.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from runs.difflines import FileDiff
from runs.diffs import diff_of
from runs.intents import Ask, Intent, applied
from runs.kinds import FAILED_STATES, Basis, Op, Origin, StepStatus
from runs.words import plural, short_path


class Off(StrEnum):
    """How an effect can differ from its intent."""

    HUMAN = "human"  #: a human changed the proposal before it was written
    AFTER = "after"  #: what is on disk is not what the call reported: a formatter, a hook
    OTHER = "other"  #: the file is not what the call asked for
    FAILED = "failed"  #: the call failed, and nothing changed
    PARTLY = "partly"  #: the call failed, and something changed
    NOTHING = "nothing"  #: the call worked, and nothing changed
    HIDDEN = "hidden"  #: seen on disk, not declared
    UNSEEN = "unseen"  #: declared, not seen on disk
    UNKNOWN = "unknown"  #: the call worked, and no change was recorded


#: Those that a reader should look at first; the others say what is not known, or what the status says too.
ALARMING = frozenset({Off.HUMAN, Off.AFTER, Off.OTHER, Off.PARTLY, Off.HIDDEN, Off.UNSEEN})


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One recorded change of a file, as far as it matters here."""

    n: int
    path: str
    raw_path: str = ""
    origin: Origin = Origin.DECLARED
    basis: Basis = Basis.CONTENT
    op: Op = Op.EDIT
    before: str | None = None
    after: str | None = None
    user_modified: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Mismatch:
    """One difference, in words; `diff` goes from what was expected to what is."""

    off: Off
    text: str
    diff: FileDiff | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class FileEffect:
    """One file of one call. `as_asked` is None where it cannot be known."""

    path: str
    intents: list[Intent] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    mismatches: list[Mismatch] = field(default_factory=list)
    as_asked: bool | None = None


def effects_of(
    intents: Sequence[Intent],
    changes: Sequence[Change],
    *,
    status: str,
    cwd: str = "",
    snapshots: bool = False,
) -> list[FileEffect]:
    """Pair what was asked with what changed, file by file, in the order of the call.

    `snapshots` says that one was taken around this call, and that those of this run see the files that calls
    declare: one that it does not see is worth a word.
    """
    effects = []
    left = [change for change in changes if change.origin is not Origin.NET]
    for path in dict.fromkeys(intent.path for intent in intents):
        asked = [intent for intent in intents if intent.path == path]
        made = [change for change in left if is_same_file(path, change, cwd)]
        left = [change for change in left if change not in made]
        effects.append(_effect(asked, made, status=status, cwd=cwd, snapshots=snapshots))
    for path in dict.fromkeys(change.path for change in left):
        made = [change for change in left if change.path == path]
        effects.append(_effect([], made, status=status, cwd=cwd, snapshots=snapshots))
    return effects


def is_same_file(path: str, change: Change, cwd: str) -> bool:
    """Say whether a path of a call's arguments is the file of a change."""
    plain = path.replace("\\", "/")
    names = {plain, short_path(path, cwd), plain.removeprefix("./")}
    told = {change.path, change.raw_path.replace("\\", "/")}
    return bool(names & told) or (bool(change.path) and plain.endswith(f"/{change.path}"))


def _effect(
    intents: list[Intent], changes: list[Change], *, status: str, cwd: str, snapshots: bool
) -> FileEffect:
    path = changes[0].path if changes else short_path(intents[0].path, cwd)
    declared = [change for change in changes if change.origin is Origin.DECLARED]
    observed = [change for change in changes if change.origin is Origin.OBSERVED]
    found = list(_by_status(intents, changes, status))
    if observed and not declared and not intents:
        found.append(Mismatch(off=Off.HIDDEN, text="It changed on disk, and the call did not say so."))
    if declared and not observed and snapshots and status == StepStatus.OK:
        found.append(Mismatch(off=Off.UNSEEN, text="The snapshot after the call does not show this change."))
    verdict, more = _compared(intents, declared, observed, path)
    return FileEffect(
        path=path,
        intents=intents,
        changes=changes,
        mismatches=[*found, *more],
        as_asked=False if more else verdict,
    )


def _by_status(intents: list[Intent], changes: list[Change], status: str) -> Iterable[Mismatch]:
    failed = status in FAILED_STATES or status == StepStatus.CANCELLED
    if failed and changes:
        yield Mismatch(off=Off.PARTLY, text="The call failed, and the file changed all the same.")
    elif failed and intents:
        words = {StepStatus.DENIED: "It was not allowed: ", StepStatus.CANCELLED: "It was stopped: "}
        yield Mismatch(
            off=Off.FAILED, text=f"{words.get(StepStatus(status), 'It failed: ')}nothing was changed."
        )
    elif intents and not changes and status == StepStatus.OK:
        yield Mismatch(off=Off.UNKNOWN, text="What became of the file was not recorded: only what was asked.")


def _compared(
    intents: list[Intent], declared: list[Change], observed: list[Change], path: str
) -> tuple[bool | None, list[Mismatch]]:
    """Compare what was asked, what was declared and what was seen, where their texts are known whole."""
    told = [change for change in declared if _is_whole(change)]
    seen = [change for change in observed if _is_whole(change)]
    human = any(change.user_modified for change in declared)
    if told and seen and told[-1].after != seen[-1].after:
        words = "What is on disk is not what the call reported: a formatter or a hook changed it"
        return False, [_differ(Off.AFTER, words, told[-1].after, seen[-1].after, path)]
    final = (seen or told)[-1].after if seen or told else None
    first = (told or seen)[0].before if seen or told else None
    if (seen or told) and first == final:
        return False, [Mismatch(off=Off.NOTHING, text="It changed nothing: the file was like this before.")]
    expected = _expected(intents, first, final)
    if human and (expected is None or expected == final):
        return False, [Mismatch(off=Off.HUMAN, text="A human changed the proposal before it was written.")]
    if expected is None or final is None:
        return None, []
    if expected == final:
        return True, []
    if human:
        words = "A human changed the proposal before it was written"
        return False, [_differ(Off.HUMAN, words, expected, final, path)]
    words = "The file is not what the call asked for"
    return False, [_differ(Off.OTHER, words, expected, final, path)]


def _is_whole(change: Change) -> bool:
    known = change.basis in (Basis.CONTENT, Basis.RECONSTRUCTED)
    return known and (change.before is not None or change.after is not None)


def _expected(intents: list[Intent], before: str | None, after: str | None) -> str | None:
    """Do what was asked. A tool that deletes whole lines takes the line end along: both count as asked."""
    if not intents or (after is None and intents[-1].ask is not Ask.DELETE):
        return None
    result = applied(before, intents)
    if result is None or result == after:
        return result
    widened = [
        Intent(path=one.path, ask=one.ask, old=one.old + "\n", new=one.new, every=one.every)
        if one.ask is Ask.REPLACE and not one.new and not one.old.endswith("\n")
        else one
        for one in intents
    ]
    wider = applied(before, widened)
    return wider if wider is not None and wider == after else result


def _differ(off: Off, words: str, expected: str | None, actual: str | None, path: str) -> Mismatch:
    """Say how much differs; where only line ends do, say that instead."""
    if expected is not None and actual is not None and _bare(expected) == _bare(actual):
        return Mismatch(off=off, text=f"{words}: only line ends differ.")
    diff = diff_of(expected, actual, path)
    lines = plural(max(diff.additions, diff.deletions), "line")
    return Mismatch(off=off, text=f"{words}: {lines} differ{'s' * (lines == '1 line')}.", diff=diff)


def _bare(text: str) -> str:
    return text.replace("\r\n", "\n").rstrip("\n")

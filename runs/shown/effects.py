"""What a call asked of each file, beside what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from runs.effects import ALARMING, Change, FileEffect, Mismatch, Off, effects_of
from runs.intents import Intent
from runs.kinds import Basis, Op, Origin
from runs.models import FileChange
from runs.shown.diffs import ChangeShown, DiffTable, hunks_shown, texts_in
from runs.shown.tools.files import AskedShown, asked_shown

#: Lines of a proof that is shown without a click.
PROOF_OPEN = 24


@dataclass(frozen=True, kw_only=True, slots=True)
class FlagShown:
    """One difference between intent and effect, with its proof."""

    text: str
    tone: str
    hunks: DiffTable | None
    is_open: bool = False  #: the proof is short enough to be shown at once


@dataclass(frozen=True, kw_only=True, slots=True)
class EffectShown:
    """One file: asked on one side, changed on the other. `is_open` shows both at once."""

    path: str
    asked: list[AskedShown]
    changes: list[ChangeShown]
    flags: list[FlagShown]
    verdict: str
    is_open: bool


def effects_shown(
    intents: Sequence[Intent],
    rows: Sequence[FileChange],
    shown: Sequence[ChangeShown],
    texts: Mapping[bytes, str],
    *,
    status: str,
    cwd: str,
    outcomes: Sequence[str] = (),
    snapshots: bool = False,
) -> list[EffectShown]:
    """Build the pairs; `shown` are the rows as diffs, `outcomes` what became of each file of a patch."""
    changes = [change_of_row(row, texts) for row in rows]
    painted = {change.number: change for change in shown}
    words = dict(zip([intent.path for intent in intents], outcomes, strict=False))
    effects = effects_of(intents, changes, status=status, cwd=cwd, snapshots=snapshots)
    return [_shown(effect, painted, words, cwd) for effect in effects]


def change_of_row(row: FileChange, texts: Mapping[bytes, str]) -> Change:
    """Take what matters of a stored change."""
    told = texts_in(row, texts)
    return Change(
        n=row.n,
        path=row.path,
        raw_path=row.raw_path,
        origin=Origin(row.origin),
        basis=Basis(row.basis),
        op=Op(row.op),
        before=told.before,
        after=told.after,
        user_modified=row.user_modified,
    )


def _shown(
    effect: FileEffect, painted: Mapping[int, ChangeShown], outcomes: Mapping[str, str], cwd: str
) -> EffectShown:
    told = any(outcomes.get(intent.path) for intent in effect.intents)  # beside each file of a patch
    alarming = any(one.off in ALARMING for one in effect.mismatches)
    return EffectShown(
        path=effect.path,
        asked=[
            asked_shown(intent, cwd=cwd, outcome=outcomes.get(intent.path, "")) for intent in effect.intents
        ],
        changes=[painted[change.n] for change in effect.changes if change.n in painted],
        flags=[_flag(one) for one in effect.mismatches if one.off is not Off.FAILED or not told],
        verdict="as asked" if effect.as_asked else "",
        is_open=alarming or not effect.changes,
    )


def _flag(mismatch: Mismatch) -> FlagShown:
    hunks = mismatch.diff.hunks if mismatch.diff else ()
    return FlagShown(
        text=mismatch.text,
        tone="warn" if mismatch.off in ALARMING else "",
        hunks=hunks_shown(mismatch.diff) if mismatch.diff else None,
        is_open=sum(len(hunk.lines) for hunk in hunks) <= PROOF_OPEN,
    )

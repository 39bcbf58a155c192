"""Edits that come to nothing: a file that returns to what it was. Pure."""

from collections.abc import Iterator, Sequence

from runs.findings.case import Case
from runs.findings.clues import Clue, Touch
from runs.findings.found import Found, Severity, Signature
from runs.words import plural

Edit = tuple[Clue, Touch]


def find_reverted_edits(case: Case) -> list[Found]:
    """Find files whose content returned to an earlier one, a finding a file; what humans did is left out."""
    return [
        _reverted(case, path, returns)
        for path, edits in _edits(case).items()
        if len(edits) > 1 and (returns := list(_returns(edits)))
    ]


def _edits(case: Case) -> dict[str, list[Edit]]:
    """List the changes of each file whose texts are known, one a step: whole files go before fragments."""
    edits: dict[str, list[Edit]] = {}
    for clue, touches in case.touched:
        best: dict[str, Touch] = {}
        for touch in touches:
            known = best.get(touch.path)
            if touch.before != touch.after and (known is None or touch.is_whole > known.is_whole):
                best[touch.path] = touch
        for path, touch in best.items():
            edits.setdefault(path, []).append((clue, touch))
    return edits


def _returns(edits: Sequence[Edit]) -> Iterator[tuple[Edit, Edit]]:
    """Yield (the edit that was undone, the one that undid it)."""
    left: dict[bytes, Edit] = {}  # content -> the edit with which the file stopped having it
    swaps: dict[tuple[bytes, bytes], Edit] = {}
    for edit in edits:
        _, touch = edit
        if touch.is_whole:
            undone = left.get(touch.after) if touch.after else None
            left.setdefault(touch.before, edit)
        else:
            undone = swaps.get((touch.after, touch.before)) if touch.after and touch.before else None
            swaps.setdefault((touch.before, touch.after), edit)
        if undone is not None and not touch.user_modified:
            yield undone, edit


def _reverted(case: Case, path: str, returns: Sequence[tuple[Edit, Edit]]) -> Found:
    (first, _), (back, _) = returns[0]
    again = f" {len(returns)} times" if len(returns) > 1 else ""
    steps = dict.fromkeys(clue.seq for pair in returns for clue, _ in pair)
    turns = 0 if first.lane or back.lane else case.turns_between(first, back)
    later = f" {plural(turns, 'turn')} later" if turns > 0 and not again else ""
    return Found(
        key=f"{path} {back.seq}",
        sentence=f"{path} was changed and then put back to what it was{again or later}.",
        steps=list(steps),
        at=back.seq,
        numbers={"returns": len(returns), "path": path},
        severity=Severity.WARNING if len(returns) > 1 else None,
        changes=[touch.n for pair in returns for _, touch in pair],
    )


SIGNATURES = (
    Signature(
        slug="edit-revert-edit",
        name="Edit, revert, edit",
        severity=Severity.HINT,
        about="A file was changed and put back to an earlier content.",
        helps="Once may be an experiment. Several times, the agent wavers between two answers: tell it "
        "which of them is right, and why.",
        rule=find_reverted_edits,
    ),
)

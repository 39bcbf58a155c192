"""Diffs as cards: as many open as one answer should hold, the others a click or a scroll away."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from runs.fragments import place_of, show_steps
from runs.limits import ANSWER_BYTES, ANSWER_LINES, OPEN_LINES
from runs.looks import Look
from runs.models import FileChange, Run
from runs.queries.changes import sizes_of, texts_of
from runs.queries.steps import rows_by_key
from runs.shown.diffs import ChangeShown, change_head, change_shown, diff_of_change, load_words, texts_in
from runs.shown.steps import Place
from teams.models import Project


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """What all cards of an answer share."""

    place: Place
    look: Look
    steps: Mapping[str, tuple[int, str]]  #: number and sentence of each step, by its key

    def about(self, change: FileChange) -> dict[str, Any]:
        """Give what a card says beside its diff."""
        seq, text = self.steps.get(change.step_key, (None, ""))
        return {"hidden": change.hidden, "seq": seq, "step_text": text, "look": self.look}


def read_cards(project: Project, run: Run, changes: Sequence[FileChange], look: Look) -> list[ChangeShown]:
    """Build the cards of one answer: diffs are open as far as the limits of an answer go."""
    desk = _desk(project, run, changes, look)
    sizes = sizes_of(run, changes)
    plans = _plan(changes, sizes)
    texts = texts_of(run, [change for change, opens in zip(changes, plans, strict=True) if opens])
    room, cards = ANSWER_LINES, []
    for change, opens in zip(changes, plans, strict=True):
        diff = None
        if opens and room > 0:
            diff = diff_of_change(change, texts_in(change, texts), look)
            room -= diff.weight if diff else 0
        if opens and (room > 0 or not any(card.hunks for card in cards)):
            cards.append(change_shown(change, texts, desk.place, diff=diff, **desk.about(change)))
        else:
            cards.append(_closed(change, desk, sizes))
    return cards


def read_card(project: Project, run: Run, change: FileChange, look: Look, *, part: int = 0) -> ChangeShown:
    """Build one card, open whatever its size."""
    desk = _desk(project, run, [change], look)
    return change_shown(change, texts_of(run, [change]), desk.place, part=part, **desk.about(change))


def _desk(project: Project, run: Run, changes: Sequence[FileChange], look: Look) -> Desk:
    steps = rows_by_key(run, {change.step_key for change in changes}) if changes else {}
    rows = {row.seq: row for row in show_steps(project, run, list(steps.values()))} if steps else {}
    told = {key: (step["seq"], rows[step["seq"]].sentence.headline) for key, step in steps.items()}
    return Desk(place=place_of(project, run, look.kept), look=look, steps=told)


def _plan(changes: Sequence[FileChange], sizes: Mapping[bytes, int]) -> list[bool]:
    """Choose whose texts are read: not of long diffs, and not more bytes than an answer should read."""
    left, plans = ANSWER_BYTES, []
    for change in changes:
        wanted = bytes_of(change, sizes)
        opens = change.additions + change.deletions <= OPEN_LINES and wanted <= left
        left -= wanted if opens else 0
        plans.append(opens)
    return plans


def bytes_of(change: FileChange, sizes: Mapping[bytes, int]) -> int:
    """Add up the bytes of what is known of a change."""
    digests = (change.before_digest, change.after_digest, change.patch_digest)
    return sum(sizes.get(bytes(digest), 0) for digest in digests if digest is not None)


def _closed(change: FileChange, desk: Desk, sizes: Mapping[bytes, int]) -> ChangeShown:
    known = bytes_of(change, sizes)
    long = change.additions + change.deletions > OPEN_LINES or known > ANSWER_BYTES
    head = change_head(change, desk.place, **desk.about(change))
    return replace(head, load_words=load_words(change, known), load_url=head.url, load_in_view=not long)

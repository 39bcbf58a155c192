"""The versions of one file through a run: who made each, what is known of it, what came back. Pure.

Where the content that a step found is not the one that the step before had left, the file changed outside the
recorded steps: that is a version of its own, made by nobody we know.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from runs.hunks import inverted, read_hunks
from runs.kinds import Basis, Op
from runs.sheets import (
    NOBODY,
    Sheet,
    found,
    patched,
    rewritten,
    sheet_of,
    swapped,
    unseen,
)
from runs.told import Act, Told

Texts = Mapping[bytes, str]


class Maker(StrEnum):
    """Who made a version."""

    START = "start"  #: as the run found the file
    STEP = "step"
    OUTSIDE = "outside"  #: not one of the recorded steps


class Known(StrEnum):
    """What is known of a version's content."""

    ABSENT = "absent"  #: there is no file
    WHOLE = "whole"  #: it was reported
    REBUILT = "rebuilt"  #: it follows exactly from what was reported
    PARTLY = "partly"  #: some lines and their places
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True, slots=True)
class Version:
    """One state of the file. Numbers count from 0, the start."""

    number: int
    maker: Maker
    known: Known
    sheet: Sheet | None  #: None where there is no file
    path: str
    text: str | None = None
    act: Act | None = None
    same_as: int | None = None  #: an earlier version with this very content
    between: tuple[int | None, int | None] = (None, None)  #: steps around what nobody recorded
    lost: Mapping[int, int] = field(default_factory=dict)  #: lines it took, by the version that wrote them
    wrote: int = 0  #: lines it brought
    again: bool = False  #: the content was already there: a step inside this one made it

    @property
    def step(self) -> int | None:
        return self.act.step if self.act else None


@dataclass(frozen=True, kw_only=True, slots=True)
class History:
    """All versions of one file, oldest first; the first is the start."""

    versions: tuple[Version, ...]

    @property
    def start(self) -> Version:
        return self.versions[0]

    @property
    def end(self) -> Version:
        return self.versions[-1]


@dataclass(kw_only=True, slots=True)
class _Book:
    """A history being written."""

    texts: Texts
    versions: list[Version] = field(default_factory=list)
    seen: dict[str, int] = field(default_factory=dict)
    base: Sheet | None = None  #: the last sheet that was known before one that is not

    @property
    def sheet(self) -> Sheet | None:
        return self.versions[-1].sheet

    def add(self, maker: Maker, known: Known, sheet: Sheet | None, **fields: object) -> None:
        """Write a version down, and whether its content was there before."""
        number = len(self.versions)
        text = sheet.text if sheet is not None and known in (Known.WHOLE, Known.REBUILT) else None
        version = Version(
            number=number,
            maker=maker,
            known=known,
            sheet=sheet,
            text=text,
            same_as=self.seen.get(text) if text is not None else None,
            lost=dict(sheet.lost) if sheet is not None else {},
            wrote=sheet.wrote if sheet is not None else 0,
            **fields,  # type: ignore[arg-type]  # what else a Version has; its callers name each
        )
        if text is not None:
            self.seen.setdefault(text, number)
        self.versions.append(version)

    def learn(self, sheet: Sheet) -> None:
        """Take what a later report says of the newest version."""
        last = self.versions[-1]
        known = Known.REBUILT if last.known in (Known.PARTLY, Known.UNKNOWN) else last.known
        text = sheet.text
        same = self.seen.get(text) if text is not None else None
        same = None if same == last.number else same
        self.versions[-1] = replace(last, sheet=sheet, text=text, known=known, same_as=same)
        if text is not None:
            self.seen.setdefault(text, last.number)

    def text_of(self, digest: bytes | None) -> str | None:
        return self.texts.get(digest) if digest is not None else None


def history_of(acts: Sequence[Act], texts: Texts) -> History:
    """Build the versions of one file from what its steps did; `texts` holds the contents that may be used."""
    book = _Book(texts=texts)
    _open(book, acts)
    for act in acts:
        _reconcile(book, act)
        _apply(book, act)
    return History(versions=tuple(book.versions))


def _open(book: _Book, acts: Sequence[Act]) -> None:
    """Write down the file as the run found it."""
    act = acts[0]
    path = act.old_path or act.path
    before = book.text_of(act.had)
    back = _worked_back(acts, book.texts) if before is None else None
    if act.effect[0].creates:
        book.add(Maker.START, Known.ABSENT, None, path=path)
    elif before is not None:
        known = Known.REBUILT if act.effect[0].basis == Basis.RECONSTRUCTED else Known.WHOLE
        book.add(Maker.START, known, sheet_of(before, 0, rooted=True), path=path)
    elif back is not None:
        book.add(Maker.START, Known.REBUILT, sheet_of(back, 0, rooted=True), path=path)
    else:
        book.add(Maker.START, Known.UNKNOWN, unseen(0, rooted=True), path=path)


def _reconcile(book: _Book, act: Act) -> None:
    """Hold what the step found against what the version before left."""
    before, sheet = book.text_of(act.had), book.sheet
    if before is None:
        if act.effect[0].creates and sheet is not None and act.is_hidden:
            _outside(book, act, Known.ABSENT, None)
        return
    if sheet is None:
        _outside(book, act, Known.WHOLE, sheet_of(before, len(book.versions)))
        return
    text = sheet.text
    if text == before or (text is not None and text == book.text_of(act.has)):
        return
    last = book.versions[-1]
    if last.maker == Maker.STEP and last.known == Known.UNKNOWN:
        base = book.base
        book.learn(rewritten(base, before, last.number) if base is not None else sheet_of(before, NOBODY))
        return
    filled = found(sheet, before) if text is None else None
    if filled is not None:
        book.learn(filled)
    else:
        by = len(book.versions) if text is not None else NOBODY
        _outside(book, act, Known.WHOLE, rewritten(sheet, before, by))


def _outside(book: _Book, act: Act, known: Known, sheet: Sheet | None) -> None:
    last = book.versions[-1]
    book.add(Maker.OUTSIDE, known, sheet, path=last.path, between=(last.step, act.step))


def _apply(book: _Book, act: Act) -> None:
    """Write down what the step left."""
    number, sheet = len(book.versions), book.sheet
    after = book.text_of(act.has)
    if act.op == Op.DELETE:
        book.add(Maker.STEP, Known.ABSENT, None, path=act.path, act=act)
        return
    if after is not None:
        made = rewritten(sheet, after, number) if sheet is not None else sheet_of(after, number)
        if sheet is not None and sheet.text is None and act.had is not None:
            made = replace(
                sheet_of(after, NOBODY), wrote=0
            )  # what it found was told, and is out of reach here
        again = sheet is not None and sheet.text == after and act.had is not None
        again = again and book.text_of(act.had) != after
        book.add(Maker.STEP, Known.WHOLE, made, path=act.path, act=act, again=again)
        return
    worked = _worked(book, act, sheet, number)
    if worked is None:
        if sheet is None or sheet.text is not None:
            book.base = sheet or sheet_of("", number)
        book.add(Maker.STEP, Known.UNKNOWN, unseen(number), path=act.path, act=act)
        return
    known = Known.REBUILT if worked.text is not None else Known.PARTLY
    if sheet is not None and worked.lines is sheet.lines:
        known = book.versions[-1].known
    book.add(Maker.STEP, known, worked, path=act.path, act=act)


def _worked(book: _Book, act: Act, sheet: Sheet | None, number: int) -> Sheet | None:
    """Apply patches and pieces in turn; None when one of them does not fit, or is not there."""
    if sheet is None:
        sheet = sheet_of("", number) if act.effect[0].creates else None
    lost: Counter[int] = Counter()
    wrote = 0
    for told in act.effect:
        sheet = _one(book, told, sheet, number) if sheet is not None else None
        if sheet is None:
            return None
        lost.update(sheet.lost)
        wrote += sheet.wrote
    wrote -= lost.pop(number, 0)  # what one piece brought and the next one took
    return replace(sheet, lost=lost, wrote=wrote) if sheet is not None else None


def _one(book: _Book, told: Told, sheet: Sheet, number: int) -> Sheet | None:
    if told.binary:
        return None
    whole = book.text_of(told.has)
    if whole is not None:
        return rewritten(sheet, whole, number)
    hunks = read_hunks(patch) if (patch := book.text_of(told.patch)) else None
    if hunks is not None:
        return patched(sheet, hunks, number)
    if told.op == Op.RENAME and told.basis != Basis.FRAGMENT and not (told.additions or told.deletions):
        return replace(sheet, lost={}, wrote=0)
    old, new = book.text_of(told.before), book.text_of(told.after)
    if told.basis == Basis.FRAGMENT and old and new is not None:
        return swapped(sheet, old, new, number)
    return None


def _worked_back(acts: Sequence[Act], texts: Texts) -> str | None:
    """Work out the text a file began with: from the first one that was told, every edit before it undone."""
    told = next((n for n, act in enumerate(acts) if act.had is not None), None)
    text = texts.get(acts[told].had or b"") if told else None
    for act in reversed(acts[:told]):
        for item in reversed(act.effect):
            text = _undone(item, texts, text) if text is not None else None
    return text


def _undone(told: Told, texts: Texts, text: str) -> str | None:
    """Take one edit back; None when that is not possible in exactly one way."""
    if told.op in (Op.CREATE, Op.DELETE) or told.binary:
        return None
    hunks = read_hunks(texts.get(told.patch, "")) if told.patch else None
    if hunks is not None:
        sheet = patched(sheet_of(text, 0), inverted(hunks), 0)
        return sheet.text if sheet is not None else None
    old, new = (texts.get(digest) if digest is not None else None for digest in (told.before, told.after))
    if told.basis != Basis.FRAGMENT or not old or not new or text.count(new) != 1:
        return None
    before = text.replace(new, old)
    return before if before.count(old) == 1 else None

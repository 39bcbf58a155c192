"""What a run did to its files in the end: the start against the end, path by path. Pure.

Two passes, so that a run of ten thousand changes costs the contents of its files, not of its changes: the
first one works on digests and says which contents are needed, the second one reads those.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from runs.histories import History, Known, Version, history_of
from runs.hunks import Body, body_between, counts_of, read_hunks, write_hunks, write_reported
from runs.kinds import Op, Origin
from runs.sheets import against_first
from runs.told import Act, Lineage, Told, acts_of, lineages_of

Texts = Mapping[bytes, str]


class Net(StrEnum):
    """What became of a file in the end."""

    CHANGED = "changed"
    REVERTED = "reverted"  #: the run changed it, and it ended as it began
    PARTLY = "partly"  #: it changed, and not all of how is known
    BINARY = "binary"


@dataclass(frozen=True, kw_only=True, slots=True)
class Tracked:
    """One path at the start and at the end, with the acts that decide what it holds."""

    path: str
    old_path: str = ""  #: of a rename
    began: tuple[Act, ...] = ()  #: of the file that was here, or at `old_path`, at the start; empty: none
    ended: tuple[Act, ...] = ()  #: of the file that is here at the end
    same: bool = True  #: both are one file
    whole: Told | None = None  #: the whole run's own word on this file
    steps: tuple[int, ...] = ()  #: that changed it
    touched: int = 0  #: times it was changed
    hidden: bool = False  #: a step changed it and did not say so

    def ends(self) -> tuple[bytes | None, bytes | None] | None:
        """Name the contents at the start and at the end (None: no file), where both were told as they are."""
        acts = (*self.began, *self.ended)
        if self.whole or any(told.binary for act in acts for told in act.effect):
            return None
        if (self.began and not self.began[0].starts_known) or (self.ended and not self.ended[-1].ends_known):
            return None
        return self.began[0].had if self.began else None, self.ended[-1].has if self.ended else None

    def digests(self) -> set[bytes]:
        """Name the contents that its net diff needs."""
        ends = self.ends()
        if ends is not None:
            return {digest for digest in ends if digest is not None}
        told = [told for act in (*self.began, *self.ended) for told in act.effect]
        told += [self.whole] if self.whole else []
        return {
            digest for item in told for digest in (item.before, item.after, item.patch) if digest is not None
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class NetFile:
    """The net change of one file. `signed` is None where lines are not known."""

    path: str
    net: Net
    op: Op
    old_path: str = ""
    body: str | None = None  #: hunks that `git apply` takes; None where none can be written
    additions: int = 0
    deletions: int = 0
    steps: tuple[int, ...] = ()
    touched: int = 0
    hidden: bool = False  #: a step changed it and did not say so
    why: str = ""  #: what is missing
    ends: tuple[bytes | None, bytes | None] | None = None  #: digests at start and end, where both were told


def tracked_files(changes: Iterable[Told]) -> list[Tracked]:
    """Follow the files of the repository, by path."""
    inside = [told for told in changes if not told.outside]
    lines, files = lineages_of(acts_of(inside))
    starts = {line.paths[0]: line for line in lines if not line.acts[0].effect[0].creates}
    ends = {path: line for path, line in files.items() if line.acts[-1].op != Op.DELETE}
    renamed = {
        path: line.paths[0]
        for path, line in ends.items()
        if line.paths[0] != path and starts.get(line.paths[0]) is line and line.paths[0] not in ends
        if path not in starts
    }
    paths = {path for line in lines for path in (line.paths[0], line.path)} - set(renamed.values())
    named: dict[str, list[Lineage]] = {}
    for line in lines:
        for path in dict.fromkeys(line.paths):
            named.setdefault(path, []).append(line)
    found = [_tracked(path, renamed.get(path, ""), starts, ends, named) for path in paths]
    return sorted(_overruled(found, inside), key=lambda file: file.path)


def _tracked(
    path: str,
    old: str,
    starts: Mapping[str, Lineage],
    ends: Mapping[str, Lineage],
    named: Mapping[str, list[Lineage]],
) -> Tracked:
    first, last = starts.get(old or path), ends.get(path)
    mine = [act for line in named[path] for act in line.acts]
    began = tuple(_deciding_start(first.acts)) if first else ()
    ended = tuple(_deciding(last.acts)) if last else ()
    steps = sorted({act.step for act in mine if act.step is not None})
    return Tracked(
        path=path,
        old_path=old,
        began=tuple(_deciding(first.acts)) if first and first is last else began,
        ended=ended,
        same=first is last,
        steps=tuple(steps),
        touched=len(mine),
        hidden=any(act.is_hidden for act in mine),
    )


def _deciding_start(acts: Sequence[Act]) -> list[Act]:
    known = next((n for n, act in enumerate(acts) if act.starts_known), len(acts) - 1)
    return list(acts[: known + 1])


def _deciding(acts: Sequence[Act]) -> list[Act]:
    """Leave out the middle: acts after the start is known and before the last one that tells the end."""
    first = next((n for n, act in enumerate(acts) if act.starts_known), len(acts) - 1)
    last = next((n for n in range(len(acts) - 1, 0, -1) if acts[n].ends_known), 0)
    return [*acts[: first + 1], *acts[max(first + 1, last) :]]


def _overruled(files: list[Tracked], changes: Iterable[Told]) -> Iterator[Tracked]:
    """Let the whole run's own word, where there is one, stand for what its steps add up to."""
    words = {told.path: told for told in changes if told.origin == Origin.NET}
    gone = {told.old_path for told in words.values() if told.op == Op.RENAME}
    for file in files:
        if file.path not in gone:
            word = words.pop(file.path, None)
            yield replace(file, whole=word, old_path=word.old_path) if word else file
    for path, word in words.items():
        yield Tracked(path=path, old_path=word.old_path, whole=word, touched=1)


def takes_path(path: str) -> bool:
    """Say whether git applies a patch to such a path: one that it refuses would spoil all of the patch."""
    parts = path.lower().split("/")
    return not any(part in ("", ".", "..", ".git") for part in parts)


def net_of(file: Tracked, texts: Texts) -> NetFile:
    """Compare start and end of one file."""
    made = _told_net(file, file.whole, texts) if file.whole else _worked_net(file, texts)
    if made.net == Net.CHANGED and not (takes_path(file.path) and takes_path(file.old_path or file.path)):
        made = replace(made, net=Net.PARTLY, why=_NO_PATH)
    return replace(made, steps=file.steps, touched=file.touched, hidden=file.hidden, ends=file.ends())


def _told_net(file: Tracked, told: Told, texts: Texts) -> NetFile:
    before = texts.get(told.before) if told.before else None
    after = texts.get(told.after) if told.after else None
    sides = (told.op != Op.CREATE, told.op != Op.DELETE)
    if told.binary:
        return _binary(file, told.op)
    if (before is not None or not sides[0]) and (after is not None or not sides[1]):
        return _between(file, before if sides[0] else None, after if sides[1] else None)
    hunks = read_hunks(patch) if told.patch and (patch := texts.get(told.patch)) else None
    if hunks is None:
        return NetFile(path=file.path, net=Net.PARTLY, op=told.op, why=_NOT_TOLD)
    added, removed = counts_of([line for hunk in hunks for line in hunk.lines])
    return NetFile(
        path=file.path,
        old_path=told.old_path if told.op == Op.RENAME else "",
        net=Net.CHANGED,
        op=told.op,
        body=write_reported(hunks),
        additions=added,
        deletions=removed,
    )


_NOT_TOLD = "what changed was not reported"
_NO_START = "the file before the run was not reported"
_NO_END = "what it holds at the end does not follow from what was reported"
_NO_AROUND = "too little is known of the lines around the change"
_NO_PATH = "git takes no such path"
_DAMAGED = "it holds characters that were not recorded as they are"


def _worked_net(file: Tracked, texts: Texts) -> NetFile:
    ends = file.ends()
    if ends is not None:
        return _between(file, *(texts[digest] if digest is not None else None for digest in ends))
    if any(told.binary for act in (*file.began, *file.ended) for told in act.effect):
        return _binary(file, _op(bool(file.began), bool(file.ended), file.old_path))
    began = history_of(file.began, texts) if file.began else None
    ended = (began if file.same else history_of(file.ended, texts)) if file.ended else None
    start, end = began.start if began else None, ended.end if ended else None
    there = start is not None and start.known != Known.ABSENT, end is not None and end.sheet is not None
    before, after = _text(start), _text(end)
    if (not there[0] or before is not None) and (not there[1] or after is not None):
        return _between(file, before, after)
    op = _op(*there, file.old_path)
    if ended is not None and file.same and there == (True, True):
        return _from_lines(file, op, ended)
    if not there[1]:
        return NetFile(path=file.path, net=Net.PARTLY, op=op, why=_NO_START)
    return NetFile(path=file.path, net=Net.PARTLY, op=op, why=_NO_END)


def _text(version: Version | None) -> str | None:
    return version.text if version is not None else None


def _op(before: bool, after: bool, old_path: str) -> Op:
    if before and after:
        return Op.RENAME if old_path else Op.EDIT
    return Op.CREATE if after else Op.DELETE


def _binary(file: Tracked, op: Op) -> NetFile:
    why = "a binary file: its bytes were not recorded"
    return NetFile(path=file.path, old_path=file.old_path, net=Net.BINARY, op=op, why=why)


def _between(file: Tracked, before: str | None, after: str | None) -> NetFile:
    """Compare two known states; None is no file."""
    op = _op(before is not None, after is not None, file.old_path)
    if before == after and not file.old_path:
        return NetFile(path=file.path, net=Net.REVERTED, op=op)
    return _made(file, op, body_between(before or "", after or ""))


def _from_lines(file: Tracked, op: Op, history: History) -> NetFile:
    """Compare what is known of the lines, where the whole file never was."""
    sheet = history.end.sheet
    signed = against_first(sheet) if sheet is not None and history.end.known != Known.UNKNOWN else None
    if sheet is None or signed is None:
        why = _NO_START if history.end.text is not None else _NO_END
        return NetFile(path=file.path, old_path=file.old_path, net=Net.PARTLY, op=op, why=why)
    if not file.old_path and not any(line.sign != " " for line in signed):
        return NetFile(path=file.path, net=Net.REVERTED, op=op)
    text = write_hunks(signed, whole=not sheet.open)
    body = Body(text, *counts_of(signed)) if text is not None else None
    return _made(file, op, body)


def _made(file: Tracked, op: Op, body: Body | None) -> NetFile:
    """Make the change of what could be written of it; None where git would not know its place."""
    why = _NO_AROUND if body is None else _DAMAGED if "\ufffd" in body.text else ""
    return NetFile(
        path=file.path,
        old_path=file.old_path,
        net=Net.PARTLY if why else Net.CHANGED,
        op=op,
        body=body.text if body else None,
        additions=body.added if body else 0,
        deletions=body.removed if body else 0,
        why=why,
    )

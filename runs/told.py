"""What a run says of its files, put in order: the acts of its steps, and whose file is whose. Pure.

Contents are named by their digests here, so that ten thousand changes are ordered without reading one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from msgspec import Struct

from runs.kinds import Basis, Op, Origin
from runs.records import digest_of

_EMPTY = digest_of(b"")

#: Within one step: what goes makes room, what moves comes before what is made in its place.
_TURN = {Op.DELETE: 0, Op.RENAME: 1, Op.EDIT: 2, Op.CREATE: 3}


class Told(Struct, frozen=True, kw_only=True, gc=False):
    """One recorded change, with the step it hangs on."""

    n: int
    step_key: str
    path: str
    op: Op
    origin: Origin
    basis: Basis
    step: int | None = None  #: number of the step; None when it never came
    at: int | None = None  #: when the step ended, else began: microseconds
    old_path: str = ""
    before: bytes | None = None
    after: bytes | None = None
    patch: bytes | None = None
    writes: bool = False  #: the tool writes whole files
    binary: bool = False
    outside: bool = False
    user_modified: bool = False
    additions: int = 0
    deletions: int = 0

    @property
    def had(self) -> bytes | None:
        """The whole content before, if it was told. A new file had none, also where an empty one is told."""
        if self.op == Op.CREATE and self.before == _EMPTY:
            return None
        return self.before if self.basis in (Basis.CONTENT, Basis.RECONSTRUCTED) else None

    @property
    def has(self) -> bytes | None:
        """The whole content after, if it was told: a tool that writes files tells it even as a fragment."""
        written = self.basis == Basis.FRAGMENT and self.before is None and self.writes
        return self.after if written or self.basis in (Basis.CONTENT, Basis.RECONSTRUCTED) else None

    @property
    def creates(self) -> bool:
        """Whether the file was not there before."""
        return self.op == Op.CREATE and self.had is None


class Act(Struct, frozen=True, kw_only=True, gc=False):
    """What one step did to one file: everything told of it, and the part that counts."""

    path: str
    step: int | None
    told: tuple[Told, ...]
    effect: tuple[Told, ...]  #: what was seen on disk where that is known, else what was declared

    @property
    def op(self) -> Op:
        if len(self.effect) == 1:
            return self.effect[0].op
        ops = [told.op for told in self.effect]
        special = (op for op in (Op.DELETE, Op.RENAME, Op.CREATE) if op in ops)
        return next(special, Op.EDIT)

    @property
    def old_path(self) -> str:
        for told in self.effect:
            if told.op is Op.RENAME:
                return told.old_path
        return ""

    @property
    def had(self) -> bytes | None:
        return self.effect[0].had

    @property
    def has(self) -> bytes | None:
        return self.effect[-1].has

    @property
    def starts_known(self) -> bool:
        """Whether the file before is known: a content, or that there was none."""
        return self.had is not None or self.effect[0].creates

    @property
    def ends_known(self) -> bool:
        """Whether the file after is known."""
        return self.has is not None or self.op == Op.DELETE

    @property
    def is_hidden(self) -> bool:
        """Whether it was seen on disk and the call did not declare it."""
        return all(told.origin == Origin.OBSERVED for told in self.told)


@dataclass(kw_only=True, slots=True)
class Lineage:
    """One file through the run, under all its names."""

    paths: list[str]
    acts: list[Act] = field(default_factory=list)

    @property
    def path(self) -> str:
        return self.paths[-1]


def in_order(changes: Iterable[Told]) -> list[Told]:
    """Order by the time at which a step was through; what has no time stays behind what came before it."""
    return [told for _, told in _placed(changes)]


def up_to(changes: Iterable[Told], *, at: int | None, step: int) -> list[Told]:
    """Take what was done when a step was through, in order; `at` is when that was."""
    placed = _placed(changes)
    if at is None:
        at = max((place[0] for place, told in placed if (told.step or 0) <= step), default=0)
    return [told for place, told in placed if place[:2] <= (at, step)]


def _placed(changes: Iterable[Told]) -> list[tuple[tuple[int, int, int], Told]]:
    last = 0
    timed: list[tuple[tuple[int, int, int], Told]] = []
    for told in sorted(changes, key=lambda told: told.n):
        last = told.at if told.at is not None else last
        seq = told.step if told.step is not None else told.n
        timed.append(((last, seq, told.n), told))
    return sorted(timed, key=lambda item: item[0])


def acts_of(changes: Iterable[Told]) -> list[Act]:
    """Gather what belongs to one step and one file. Changes over the whole run are no step's act."""
    steps: dict[str, dict[str, list[Told]]] = {}
    for told in in_order(change for change in changes if change.origin != Origin.NET):
        steps.setdefault(told.step_key, {}).setdefault(told.path, []).append(told)
    acts: list[Act] = []
    for paths in steps.values():
        done = [_act(path, tuple(told)) for path, told in paths.items()]
        acts += sorted(done, key=lambda act: _TURN[act.op]) if len(done) > 1 else done
    return acts


def _act(path: str, told: tuple[Told, ...]) -> Act:
    if len(told) == 1:
        return Act(path=path, step=told[0].step, told=told, effect=told)
    seen = tuple(item for item in told if item.origin == Origin.OBSERVED and _says(item))
    declared = tuple(item for item in told if item.origin == Origin.DECLARED)
    return Act(path=path, step=told[0].step, told=told, effect=seen or declared or told)


def _says(told: Told) -> bool:
    """Say whether an observation knows more than the name."""
    return told.op != Op.EDIT or told.binary or bool(told.before or told.after or told.patch)


def lineages_of(acts: Sequence[Act]) -> tuple[list[Lineage], dict[str, Lineage]]:
    """Follow files through renames: all of them as first touched, and those that have a name at the end."""
    found: list[Lineage] = []
    files: dict[str, Lineage] = {}
    at = 0
    while at < len(acts):
        stop = at + 1
        while stop < len(acts) and acts[stop].told[0].step_key == acts[at].told[0].step_key:
            stop += 1
        group = acts[at:stop]
        # Names of one step change hands at once: a and b may be swapped.
        olds = [act.old_path for act in group]
        moved = {old: files.pop(old, None) for old in olds if old}
        for act, old in zip(group, olds, strict=True):
            line = moved.get(old) if old else files.get(act.path)
            if line is None:
                line = Lineage(paths=[old or act.path])
                found.append(line)
            if line.path != act.path:
                line.paths.append(act.path)
            line.acts.append(act)
            files[act.path] = line
        at = stop
    return found, files

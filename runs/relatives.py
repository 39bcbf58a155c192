"""The runs that one run came from, and that came from it: who is whose, as a tree. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Bond(StrEnum):
    """How a run came from the one above it."""

    ROOT = ""
    STARTED = "started"  #: the run above says that it is its parent
    FORKED = "forked"  #: it goes on from a copy of the history of the one above
    RESUMED = "resumed"  #: it is a later run of the same session
    REPLAYED = "replayed"  #: it went on from a step of the one above


@dataclass(frozen=True, kw_only=True, slots=True)
class Relative:
    """What places a run among its relatives."""

    id: UUID
    external_id: str
    sort_at: datetime
    session: str = ""
    parent: str = ""  #: external id
    replay_of: str = ""  #: external id, or id of the server
    replay_at: str = ""  #: number or key of a step
    copies: bool = False  #: its source writes the history of its parent anew


@dataclass(frozen=True, kw_only=True, slots=True)
class Branch:
    """A run in the tree, and how deep it lies."""

    run: Relative
    depth: int
    bond: Bond


def tree_of(runs: Iterable[Relative]) -> list[Branch]:
    """Order relatives from the oldest ancestor down; each run once, also where their words go in a circle."""
    ordered = sorted(runs, key=lambda run: (run.sort_at, run.id))
    by_name = {name: run for run in reversed(ordered) for name in (run.external_id, str(run.id))}
    first_of = {run.session: run for run in reversed(ordered) if run.session}
    bonds = {run.id: _bond(run, by_name, first_of) for run in ordered}
    below: dict[UUID, list[Relative]] = {}
    roots: list[Relative] = []
    for run in ordered:
        above, _ = bonds[run.id]
        if above is None or _is_above(run.id, above.id, bonds):
            roots.append(run)
        else:
            below.setdefault(above.id, []).append(run)
    found: list[Branch] = []
    waiting = [(run, 0) for run in reversed(roots)]
    while waiting:
        run, depth = waiting.pop()
        bond = bonds[run.id][1] if depth else Bond.ROOT
        found.append(Branch(run=run, depth=depth, bond=bond))
        waiting += [(child, depth + 1) for child in reversed(below.get(run.id, []))]
    return found


Bonds = dict[UUID, tuple[Relative | None, Bond]]


def _bond(
    run: Relative, by_name: dict[str, Relative], first_of: dict[str, Relative]
) -> tuple[Relative | None, Bond]:
    """Find the run above: what it replays, else its parent, else the first run of its session."""
    replayed, parent, first = by_name.get(run.replay_of), by_name.get(run.parent), first_of.get(run.session)
    if run.replay_of and replayed is not None and replayed.id != run.id:
        return replayed, Bond.REPLAYED
    if run.parent and parent is not None and parent.id != run.id:
        same = bool(run.session) and run.session == parent.session
        return parent, Bond.RESUMED if same else Bond.FORKED if run.copies else Bond.STARTED
    if first is not None and first.id != run.id:
        return first, Bond.RESUMED
    return None, Bond.ROOT


def _is_above(run: UUID, above: UUID, bonds: Bonds) -> bool:
    """Say whether a run is met again on the way up, as the smallest of its circle."""
    seen = {run}
    way = [run]
    here: UUID | None = above
    while here is not None and here not in seen:
        seen.add(here)
        way.append(here)
        next_above = bonds[here][0] if here in bonds else None
        here = next_above.id if next_above is not None else None
    return here == run and run == min(way)

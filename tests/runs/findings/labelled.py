"""The labelled set: small runs of which people have said which signatures they show, and which not.

Runs are in `plays/`, a module a group; all its modules are read. Those in `plays/independent/` were written
from the descriptions by somebody who had not read the rules. A near miss is labelled, too:

    @label("tool-loop")
    def four_same_reads() -> Batch:
        return recording(prompt(), *[read("a.py")] * 4)

    @label("tool-loop", positive=False)
    def reads_between_edits() -> Batch: …
"""

import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from runs.records import Batch
from tests.runs.findings import plays

Make = Callable[[], Batch]


@dataclass(frozen=True)
class Labelled:
    """One run and what is said of it; signatures that it is not labelled with are left open."""

    name: str
    make: Make
    shows: frozenset[str]
    lacks: frozenset[str]
    settings: Mapping[str, Any] = field(default_factory=dict)  #: of the project: its part "findings"
    earlier: Make | None = None  #: a run of the project before this one

    @property
    def is_independent(self) -> bool:
        return self.name.startswith("independent.")

    def batches(self) -> list[Batch]:
        """List the runs to be judged one after the other; the last one is labelled."""
        return [make() for make in (self.earlier, self.make) if make]


_found: dict[str, Labelled] = {}


def label(
    *signatures: str, positive: bool = True, earlier: Make | None = None, **settings: Any
) -> Callable[[Make], Make]:
    """Say that a run shows these signatures, or that it does not. May be given several times.

    `earlier` makes a run that the project has judged before it. `settings` are what the project has set
    for findings: `thresholds={"loop_repeats": 9}`.
    """

    def labelling(make: Make) -> Make:
        name = f"{make.__module__.removeprefix(plays.__name__ + '.')}.{make.__name__}"
        old = _found.get(name) or Labelled(name, make, frozenset(), frozenset())
        shows = old.shows | set(signatures) if positive else old.shows
        lacks = old.lacks if positive else old.lacks | set(signatures)
        told = {**old.settings, **settings}
        _found[name] = Labelled(name, make, shows, lacks, told, earlier or old.earlier)
        return make

    return labelling


def labelled_runs() -> list[Labelled]:
    """Return the whole set, in the order of its modules."""
    modules = pkgutil.walk_packages(plays.__path__, f"{plays.__name__}.")
    for name in sorted(module.name for module in modules):
        import_module(name)
    return list(_found.values())

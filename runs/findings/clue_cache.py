"""Clues of the runs judged lately, decoded, in this process. Pure.

A page of clues has another stamp each time it is written, drawn at random. What is kept here counts only
while the database says the same stamp: another worker's judgement, a deletion or a rollback cannot show.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from secrets import randbits
from typing import Any, TypeVar
from uuid import UUID

from runs.findings.clues import Clue
from runs.findings.limits import CLUES_CACHED

_STAMP_BITS = 63


Given = TypeVar("Given", bound=Hashable)
Made = TypeVar("Made")


class Page:
    """The clues of one page, and the stamp that it was written with; 0: written before there were any."""

    def __init__(self, stamp: int, clues: Sequence[Clue]) -> None:
        self.stamp = stamp
        self.clues = clues
        self._made: dict[Any, Any] = {}

    def once(self, make: Callable[[Sequence[Clue], Given], Made], given: Given) -> Made:
        """Work something out of these clues and of nothing else, once as long as the page is kept."""
        name = make, given
        if name not in self._made:
            self._made[name] = make(self.clues, given)
        made: Made = self._made[name]
        return made


class ClueCache:
    """Pages by run, those used last; for one thread."""

    def __init__(self, most: int = CLUES_CACHED) -> None:
        self.most = most
        self.size = 0  #: clues of all runs in it
        self._runs: OrderedDict[UUID, Mapping[int, Page]] = OrderedDict()

    def pages_of(self, run_id: UUID) -> Mapping[int, Page]:
        """Give what is kept of a run, by page. Whether it still counts is for the stamps to say."""
        return self._runs.get(run_id, {})

    def keep(self, run_id: UUID, pages: Mapping[int, Page]) -> None:
        """Keep the pages of a run, and let go of the runs used longest ago."""
        self._drop(run_id)
        self._runs[run_id] = pages
        self.size += _size_of(pages)
        while self.size > self.most:
            self._drop(next(iter(self._runs)))

    def _drop(self, run_id: UUID) -> None:
        self.size -= _size_of(self._runs.pop(run_id, {}))


def new_stamp() -> int:
    """Draw a stamp that no page has had."""
    return randbits(_STAMP_BITS) or 1


def _size_of(pages: Mapping[int, Page]) -> int:
    return sum(len(page.clues) for page in pages.values())

"""What the address of a run holds from page to page: the chosen step, a range, what is shown. Pure."""

from collections.abc import Iterable, Mapping
from urllib.parse import urlencode

from runs.limits import FILTER_CHARS

#: What goes along from one reading to the next; filters and cursors of one reading stay behind.
#: static/js/state.js keeps the same names, which the tabs tell it, where scripts change the address.
KEPT = ("step", "from", "to", "thinking", "events", "find")

Kept = tuple[tuple[str, str], ...]


def kept_in(given: Mapping[str, str]) -> Kept:
    """Read the state out of a query string, in the order of KEPT."""
    return tuple((name, given[name][:FILTER_CHARS]) for name in KEPT if given.get(name))


def kept_but(kept: Kept, *names: str) -> Kept:
    """Leave some names out."""
    return tuple(pair for pair in kept if pair[0] not in names)


def query_of(pairs: Iterable[tuple[str, object]]) -> str:
    """Write a query string with its question mark; empty for no pairs."""
    text = urlencode(list(pairs))
    return f"?{text}" if text else ""

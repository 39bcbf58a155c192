"""The tabs of a run: its readings, in sync, each with the state that the address holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from runs.shown.runs import RunHead
from runs.shown.steps import Place

#: What the address keeps from one reading to the next; filters and cursors of one reading stay behind.
#: static/js/state.js keeps the same names, which the tabs tell it, where htmx changes the address.
KEPT = ("step", "from", "to", "thinking", "events", "find")


@dataclass(frozen=True, kw_only=True, slots=True)
class Tab:
    """One reading. `count_name` says which count of a live frame keeps `count` fresh."""

    name: str
    title: str
    url: str
    current: bool
    count: str = ""
    count_name: str = ""


def tabs_of(place: Place, head: RunHead, current: str, kept: Mapping[str, str]) -> list[Tab]:
    """List the readings of a run; `kept` is the state of the address, by the names in KEPT."""
    state = urlencode({name: kept[name] for name in KEPT if kept.get(name)})
    readings = (
        ("transcript", "Transcript", "run", "steps", str(head.steps)),
        ("tree", "Tree", "tree", "", ""),
        ("log", "Log", "log", "", ""),
        ("changes", "Changes", "changes", "changes", head.changes),
    )
    return [
        Tab(
            name=name,
            title=title,
            url=place.url(view) + (f"?{state}" if state else ""),
            current=name == current,
            count=count,
            count_name=count_name,
        )
        for name, title, view, count_name, count in readings
    ]

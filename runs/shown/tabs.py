"""The tabs of a run: its readings, in sync, each with the state that the address holds."""

from dataclasses import dataclass

from runs.shown.runs import RunHead
from runs.shown.steps import Place


@dataclass(frozen=True, kw_only=True, slots=True)
class Tab:
    """One reading. `count_name` says which count of a live frame keeps `count` fresh."""

    name: str
    title: str
    url: str
    current: bool
    count: str = ""
    count_name: str = ""


def tabs_of(place: Place, head: RunHead, current: str) -> list[Tab]:
    """List the readings of a run."""
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
            url=place.kept_url(view),
            current=name == current,
            count=count,
            count_name=count_name,
        )
        for name, title, view, count_name, count in readings
    ]

"""Two sides of a comparison in the query string: `a.variant=…&b.variant=…`; without prefix: of both."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import parse_qsl, urlencode

from runs.blobs import storable
from runs.limits import FILTER_CHARS
from runs.queries.prompts import labels_of, names_of_filter
from runs.queries.runs import RunFilter
from runs.views.filters import NAMES, PRESETS, SEVERITIES, read_filter
from teams.models import Project

#: What a filter is called where a side is told in words; others by their own name.
_WORDS = {"q": "text", "version": "agent version", "person": "by"}

#: Filter and value -> what people call it.
Names = Mapping[tuple[str, str], str]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The filters of side A, of side B, and of both."""

    a: Mapping[str, str] = field(default_factory=dict)
    b: Mapping[str, str] = field(default_factory=dict)
    both: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_asked(self) -> bool:
        return bool(self.a or self.b)

    @property
    def query(self) -> str:
        """Write it as it stands in the URL, always in the same order."""
        told = {**self.both, **_prefixed("a", self.a), **_prefixed("b", self.b)}
        return urlencode(told)

    @property
    def swapped(self) -> "Asked":
        return Asked(a=self.b, b=self.a, both=self.both)

    def side(self, name: str) -> dict[str, str]:
        """Take all filters of a side, as they stand in the URL of the run list."""
        return {**self.both, **(self.a if name == "a" else self.b)}

    def filter_of(self, name: str, *, now: datetime) -> RunFilter:
        return read_filter(self.side(name), now=now)


def _prefixed(side: str, chosen: Mapping[str, str]) -> dict[str, str]:
    return {f"{side}.{name}": value for name, value in chosen.items()}


def read_asked(query: Mapping[str, str], *, now: datetime) -> Asked:
    """Read both sides; filters that are none, or mean nothing, are left out."""
    return Asked(a=_read(query, "a.", now), b=_read(query, "b.", now), both=_read(query, "", now))


def read_saved(query: str, *, now: datetime) -> Asked:
    """Read what was saved."""
    return read_asked(dict(parse_qsl(query)), now=now)


def _read(query: Mapping[str, str], prefix: str, now: datetime) -> dict[str, str]:
    told = {name: storable(query.get(prefix + name, "")).strip()[:FILTER_CHARS] for name in NAMES}
    return {
        name: value
        for name, value in told.items()
        if value and read_filter({name: value}, now=now) != RunFilter()
    }


def names_in(project: Project, *chosen: Mapping[str, str]) -> Names:
    """Look up what versions of prompts are called, of all sides in one query; and the words of one task."""
    versions = {int(each["prompt"]) for each in chosen if "prompt" in each}
    names = {("prompt", str(version)): name for version, name in labels_of(project, versions).items()}
    if task := next((each["task"] for each in chosen if "task" in each), ""):
        words = names_of_filter(project, prompt=0, task=task).get("task", "")
        names |= {("task", task): words} if words else {}
    return names


def words_of(chosen: Mapping[str, str], names: Names) -> str:
    """Tell the filters of a side: "variant terse · model kimi-k2.5"."""
    return " · ".join(_told(name, value, names) for name, value in chosen.items()) or "all runs"


def title_of(asked: Asked, names: Names) -> str:
    """Name a comparison; what both sides are told apart by goes without saying: "terse against thorough"."""
    if len(asked.a) == len(asked.b) == 1 and asked.a.keys() == asked.b.keys():
        one, two = (names.get(pair, pair[1]) for side in (asked.a, asked.b) for pair in side.items())
        return f"{one} against {two}"
    return f"{words_of(asked.a, names)} against {words_of(asked.b, names)}"


def _told(name: str, value: str, names: Names) -> str:
    if name == "when":
        return PRESETS[value][0]
    if name == "severity":
        return f"rules say {SEVERITIES[value][0]}"
    if name == "failures":
        return "with failures"
    return f"{_WORDS.get(name, name)} {names.get((name, value), value)}"

"""The run list's filters: from the query string to a RunFilter, and back to links that add or drop one."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.utils.dateparse import parse_date, parse_datetime

from runs.findings.found import Severity
from runs.findings.signatures import SIGNATURES
from runs.kinds import Result, RunStatus, Verdict
from runs.limits import FILTER_CHARS
from runs.queries.runs import Cursor, RunFilter

#: Names in the query string, in the order of the chips.
NAMES = (
    "status", "agent", "model", "repo", "failures", "severity", "finding", "verdict", "variant", "prompt",
    "task", "branch", "version", "commit", "result", "tag", "person", "when", "since", "until", "q",
)  # fmt: skip
MENUS = ("agent", "model", "repo")
PRESETS = {
    "1h": ("last hour", timedelta(hours=1)),
    "24h": ("last 24 hours", timedelta(days=1)),
    "7d": ("last 7 days", timedelta(days=7)),
    "30d": ("last 30 days", timedelta(days=30)),
}


#: The worst finding of a run, at least.
SEVERITIES = {
    "error": ("an error", Severity.ERROR),
    "warning": ("a warning or worse", Severity.WARNING),
    "hint": ("anything found", Severity.HINT),
}

#: Whether a run succeeded, see `runs.comparing.outcomes`.
RESULTS = {
    "passed": ("passed", Result.PASSED),
    "failed": ("failed", Result.FAILED),
    "unknown": ("not known", Result.UNKNOWN),
}
_TASK = re.compile(r"[0-9a-f]{32}")
#: Filters that are only shown when they are set: links lead to them.
_LINKED = ("variant", "prompt", "task", "branch", "version", "commit", "tag", "person", "since", "until", "q")


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """One entry of a filter's menu."""

    label: str
    url: str
    chosen: bool
    count: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Chip:
    """One filter: its name, what is chosen, its menu, and the link that clears it."""

    name: str
    label: str
    value: str
    clear_url: str
    choices: tuple[Choice, ...] = ()
    asks: bool = False  #: choices are loaded when the menu opens
    hint: str = "exactly"  #: how a typed value is compared


def read_filter(query: Mapping[str, str], *, now: datetime) -> RunFilter:
    """Read a filter; values that mean nothing are left out."""
    status, verdict = query.get("status", ""), query.get("verdict", "")
    preset, finding = PRESETS.get(query.get("when", "")), query.get("finding", "")
    severity, task = SEVERITIES.get(query.get("severity", "")), query.get("task", "")
    return RunFilter(
        status=status if status in set(RunStatus) else "",
        agent=_text(query, "agent"),
        model=_text(query, "model"),
        repo=_text(query, "repo"),
        failures=query.get("failures") == "1",
        variant=_text(query, "variant"),
        prompt=_number(query.get("prompt", "")),
        task=task if _TASK.fullmatch(task) else "",
        branch=_text(query, "branch"),
        version=_text(query, "version"),
        commit=_text(query, "commit"),
        result=RESULTS.get(query.get("result", ""), (None, None))[1],
        verdict=verdict if verdict in set(Verdict) else "",
        tag=_text(query, "tag").lower(),
        person=_text(query, "person"),
        finding=finding if finding in SIGNATURES else "",
        severity=severity[1] if severity else 0,
        text=_text(query, "q"),
        since=now - preset[1] if preset else _time(query.get("since", "")),
        until=_time(query.get("until", "")),
    )


def _text(query: Mapping[str, str], name: str) -> str:
    return query.get(name, "").replace("\0", "").strip()[:FILTER_CHARS]


def _number(value: str) -> int:
    return int(value) if value.isascii() and value.isdigit() and len(value) < 19 else 0


def _time(value: str) -> datetime | None:
    try:
        found = parse_datetime(value)
        day = parse_date(value) if found is None else None
    except ValueError:
        return None
    if day is not None:
        return datetime(day.year, day.month, day.day, tzinfo=UTC)
    if found is None or found.tzinfo is None:
        return found and found.replace(tzinfo=UTC)
    try:
        return found.astimezone(UTC)
    except OverflowError:  # the first and the last hours of time, elsewhere
        return None


def kept(query: Mapping[str, str]) -> dict[str, str]:
    """Take the filters that are set, as they stand in the URL."""
    return {name: query[name][:FILTER_CHARS] for name in NAMES if query.get(name)}


def query_string(chosen: Mapping[str, str], **changes: str) -> str:
    """Write a link to the list with some filters changed; an empty value drops one."""
    merged = {name: value for name, value in {**chosen, **changes}.items() if value}
    return "?" + urlencode(merged)


def chips_of(query: Mapping[str, str], names: Mapping[str, str] | None = None) -> list[Chip]:
    """Build the row of filters; `names` says what filters are called whose value is a number or a key."""
    chosen = kept(query)
    statuses = {status.value: status.value for status in RunStatus}
    verdicts = {verdict.value: verdict.value for verdict in Verdict}
    presets = {name: words for name, (words, _) in PRESETS.items()}
    severities = {name: words for name, (words, _) in SEVERITIES.items()}
    results = {name: words for name, (words, _) in RESULTS.items()}
    findings = {slug: signature.name for slug, signature in SIGNATURES.items()}
    return [
        menu_chip(chosen, "status", "Status", statuses),
        *(asking_chip(chosen, name) for name in MENUS),
        menu_chip(chosen, "failures", "Failures", {"1": "at least one"}),
        menu_chip(chosen, "severity", "Rules say", severities),
        menu_chip(chosen, "finding", "Finding", findings),
        menu_chip(chosen, "verdict", "Verdict", verdicts),
        menu_chip(chosen, "when", "When", presets),
        *([menu_chip(chosen, "result", "Result", results)] if "result" in chosen else []),
        *(_plain(chosen, name, names) for name in _LINKED if name in chosen),
    ]


def menu_chip(chosen: Mapping[str, str], name: str, label: str, options: Mapping[str, str]) -> Chip:
    """Build a filter with a menu of all that it can be."""
    choices = (
        Choice(label=words, url=query_string(chosen, **{name: value}), chosen=chosen.get(name) == value)
        for value, words in options.items()
    )
    value = options.get(chosen.get(name, ""), "")
    return Chip(name=name, label=label, value=value, clear_url=_cleared(chosen, name), choices=tuple(choices))


def asking_chip(chosen: Mapping[str, str], name: str) -> Chip:
    """Build a filter whose choices are looked up when its menu opens."""
    return Chip(
        name=name, label=name.title(), value=chosen.get(name, ""), clear_url=_cleared(chosen, name), asks=True
    )


def _plain(chosen: Mapping[str, str], name: str, names: Mapping[str, str] | None) -> Chip:
    label = {"q": "Text", "version": "Agent version"}.get(name, name.title())
    value = (names or {}).get(name) or chosen[name]
    return Chip(name=name, label=label, value=value, clear_url=_cleared(chosen, name))


def _cleared(chosen: Mapping[str, str], name: str) -> str:
    return query_string(chosen, **{name: ""})


def read_cursor(value: str) -> Cursor | None:
    """Read a place in the list; None when it is none."""
    time, _, run_id = value.partition("_")
    try:
        return Cursor(datetime.fromtimestamp(int(time) / 1_000_000, UTC), UUID(run_id))
    except (ValueError, OverflowError, OSError):
        return None


def write_cursor(sort_at: datetime, run_id: UUID) -> str:
    """Write a place in the list."""
    seconds = sort_at - datetime(1970, 1, 1, tzinfo=UTC)
    return f"{seconds // timedelta(microseconds=1)}_{run_id}"

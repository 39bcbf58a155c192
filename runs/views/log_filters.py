"""The log's filters: from the query string to a LogFilter, and back to chips and links."""

from collections.abc import Mapping

from runs.kinds import Kind, StepStatus
from runs.limits import FILTER_CHARS, LOG_OPEN
from runs.models import Run
from runs.queries.logs import COLUMNS, LEVELS, LogFilter
from runs.queries.steps import ends_of_range
from runs.views.filters import Chip, Choice, menu_chip, query_string

FILTERS = (*COLUMNS, "path", "text", "from", "to")
#: What the address holds besides: how times are shown, the harness's events, the step, the opened records.
STATE = (*FILTERS, "time", "events", "step", "open", "thinking", "find")
LABELS = {name: name.title() for name in FILTERS} | {"from": "Steps"}
OPTIONS = {
    "kind": {kind.value: kind.value for kind in Kind},
    "status": {status.value: status.value for status in StepStatus},
    "level": {level: level for level in LEVELS},
    "tool": {},
    "path": {},
}
HINTS = {"path": "or a part of it"}


def state_in(query: Mapping[str, str]) -> dict[str, str]:
    """Take what the address holds of the log."""
    most = {"open": LOG_OPEN * 10}
    found = {name: query.get(name, "").replace("\0", "")[: most.get(name, FILTER_CHARS)] for name in STATE}
    found["time"] = "clock" if found["time"] == "clock" else ""
    return {name: value for name, value in found.items() if value.strip()}


def filter_in(run: Run, state: Mapping[str, str]) -> LogFilter:
    """Read a filter; a range whose steps are not there is none."""
    first, last = (int(state[name]) if is_number(state.get(name, "")) else None for name in ("from", "to"))
    return LogFilter(
        **{name: state.get(name, "") for name in (*COLUMNS, "path", "text")},
        ends=ends_of_range(run, first, last),
        meta=state.get("events") == "all",
    )


def is_number(text: str) -> bool:
    """Say whether a text is the number of a step."""
    return text.isascii() and text.isdigit() and len(text) < 10


def chosen_in(state: Mapping[str, str]) -> dict[str, str]:
    """Take what a form keeps: all but the step, the records, and the place."""
    return {name: value for name, value in state.items() if name not in ("step", "open")}


def chips_of_log(state: Mapping[str, str], chosen: LogFilter) -> list[Chip]:
    """Build the row of filters."""
    kept = chosen_in(state)
    chips = [asking(kept, name) for name in OPTIONS]
    if chosen.ends is not None:
        value = " – ".join(str(row["seq"]) for row in chosen.ends)
        chips.append(Chip(name="from", label="Steps", value=value, clear_url=cleared(kept, "from")))
    return chips


def asking(kept: Mapping[str, str], name: str) -> Chip:
    """Build a filter whose choices are counted when its menu opens; those we know are there before."""
    known = menu_chip(kept, name, LABELS[name], OPTIONS[name])
    return Chip(
        name=name,
        label=LABELS[name],
        value=kept.get(name, ""),
        clear_url=cleared(kept, name),
        choices=known.choices,
        asks=True,
        hint=HINTS.get(name, "exactly"),
    )


def cleared(state: Mapping[str, str], name: str) -> str:
    """Link the log without one filter."""
    return query_string(state, **({"from": "", "to": ""} if name == "from" else {name: ""}))


def choices_shown(
    state: Mapping[str, str], name: str, counted: list[tuple[str, int]], base: str
) -> list[Choice]:
    """Build a menu with counts."""
    kept = chosen_in(state)
    return [
        Choice(
            label=value,
            url=base + query_string(kept, **{name: value}),
            chosen=kept.get(name) == value,
            count=f"{number:,}",
        )
        for value, number in counted
    ]

"""What the builders of tool calls are given: one call, read once."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from runs.ansi import strip_ansi
from runs.plans import PlanItem
from runs.tools import COMMAND_NAMES, PATH_NAMES, Family, text_in
from runs.words import short_path


@dataclass(frozen=True, kw_only=True, slots=True)
class LaneLink:
    """The steps of a sub-agent: where they begin, and how many there are."""

    url: str
    name: str
    steps: int
    failed: int


@dataclass(frozen=True, kw_only=True)
class Call:
    """One tool call. `whole` is the size of the result before anything was cut, in bytes."""

    tool: str
    family: Family
    arguments: dict[str, object]
    output: str
    detail: Mapping[str, object] = field(default_factory=dict)
    status: str = "ok"
    exit_code: int | None = None
    cwd: str = ""
    whole: int = 0
    input_url: str = ""
    output_url: str = ""
    absent: str = "No output."
    earlier_plan: list[PlanItem] = field(default_factory=list)
    lanes: list[LaneLink] = field(default_factory=list)

    @property
    def path(self) -> str:
        """Give the file that the call is about, relative to the run's folder when inside it."""
        told = self.word("path") or text_in(self.arguments, *PATH_NAMES)
        return short_path(strip_ansi(told[:4_000]), self.cwd)

    def whole_of(self, part: str) -> int:
        """Give the size of the whole that a part of the output stands for, with what was cut before."""
        return self.whole if self.whole > len(self.output.encode()) else len(part.encode())

    def word(self, name: str) -> str:
        """Give a fact that the source told, when it is a text."""
        value = self.detail.get(name)
        return strip_ansi(value) if isinstance(value, str) else ""

    def number(self, name: str) -> int | None:
        """Give a fact that the source told, when it is a number."""
        return whole_number(self.detail.get(name))


def whole_number(value: object) -> int | None:
    """Give a value as a whole number of a size that a page can show."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not -1e15 < value < 1e15:
        return None
    return int(value)


def command_of(arguments: Mapping[str, object]) -> tuple[str, str]:
    """Find (command, the shell it was given to): `["bash", "-lc", "ls"]` is `ls` for `bash -lc`."""
    for name in COMMAND_NAMES:
        value = arguments.get(name)
        if isinstance(value, str) and value:
            return value, ""
        if isinstance(value, list) and value and all(isinstance(word, str) for word in value):
            if len(value) == 3 and value[1] in ("-lc", "-c", "-Command", "/c"):
                return value[2], f"{value[0]} {value[1]}"
            return " ".join(value), ""
    action = arguments.get("action")
    return command_of(action) if isinstance(action, dict) and "command" in action else ("", "")

"""The numbers that rules compare with: the defaults, and what a project sets instead. Pure."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from msgspec import Struct


class Threshold(Struct, frozen=True, kw_only=True):
    """One number. A value of a project counts from `least` to `most`."""

    value: float
    unit: str
    about: str
    least: float = 0
    most: float = 1e9


THRESHOLDS: Mapping[str, Threshold] = MappingProxyType(
    {
        "loop_repeats": Threshold(
            value=3, unit="calls", least=2, about="The same call with the same arguments is a loop."
        ),
        "cycle_rounds": Threshold(
            value=3, unit="rounds", least=2, about="Calls in the same order, so many times, are a cycle."
        ),
        "window_calls": Threshold(
            value=5, unit="calls", least=3, most=50, about="Calls in a row that are looked at together."
        ),
        "window_distinct": Threshold(
            value=2, unit="calls", least=1, about="As few different ones among them are a narrow window."
        ),
        "retries_per_call": Threshold(
            value=3, unit="retries", least=1, about="A model call tried again so often is a retry storm."
        ),
        "backoff_seconds": Threshold(
            value=60, unit="s", least=1, about="Retries that wait so long in all are one, too."
        ),
        "red_in_row": Threshold(
            value=2, unit="times", least=1, about="A check red so often in a row at the end of a run fails."
        ),
        "red_long": Threshold(
            value=6, unit="times", least=2, about="Red so often in a row is worth a hint though green later."
        ),
    }
)


class Limits(Mapping[str, float]):
    """The thresholds of one project."""

    def __init__(self, overrides: Mapping[str, object] | None = None) -> None:
        self._values = {name: each.value for name, each in THRESHOLDS.items()}
        for name, value in (overrides or {}).items():
            known = THRESHOLDS.get(name)
            if known and isinstance(value, int | float) and not isinstance(value, bool):
                self._values[name] = min(max(float(value), known.least), known.most)

    def __getitem__(self, name: str) -> float:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

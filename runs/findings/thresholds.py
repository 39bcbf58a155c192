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
        "reread_bytes": Threshold(
            value=1_000, unit="bytes", about="A file of which so much was read again is worth a word."
        ),
        "rework_edits": Threshold(
            value=3, unit="rewrites", least=1, about="Lines rewritten so often within one task are guesses."
        ),
        "jump_times": Threshold(
            value=5, unit="× the usual growth", least=1, about="A prompt that grows by more in a turn jumps."
        ),
        "jump_tokens": Threshold(
            value=10_000, unit="tokens", about="A prompt that grows by less in a turn never jumps."
        ),
        "avalanche_calls": Threshold(
            value=30, unit="calls", least=5, about="So many reads and searches in a row are an avalanche."
        ),
        "avalanche_tokens": Threshold(
            value=40_000, unit="tokens", about="An avalanche makes the prompt grow by at least as much."
        ),
        "context_share": Threshold(
            value=0.9, unit="of the window", least=0.1, most=1, about="A prompt of this share is nearly full."
        ),
        "lost_files": Threshold(
            value=3,
            unit="files",
            least=1,
            about="So many files read again after a compaction were lost by it.",
        ),
        "cache_tokens": Threshold(
            value=20_000, unit="tokens", about="A cache that misses fewer tokens has not collapsed."
        ),
        "cache_share": Threshold(
            value=0.5, unit="of the last prompt", most=1, about="A cache that has less of it has collapsed."
        ),
        "turns_per_prompt": Threshold(
            value=20, unit="turns", least=1, about="More turns for one human prompt are a long turn."
        ),
        "iterations": Threshold(
            value=15, unit="model calls", least=1, about="A task that takes as many is worth a look."
        ),
        "model_ms": Threshold(value=2_000, unit="ms", about="A longer mean of model calls is slow."),
        "slow_times": Threshold(
            value=5, unit="× the median", least=1, about="A call that takes so many times as long is slow."
        ),
        "slow_p95_times": Threshold(
            value=3,
            unit="× the p95",
            least=1,
            about="So many times what most calls of its tool take is slow.",
        ),
        "slow_history": Threshold(
            value=50,
            unit="calls",
            least=1,
            about="With fewer in the 30 days before, a run is its own measure.",
        ),
        "slow_ms": Threshold(value=10_000, unit="ms", about="A call that takes less is never slow."),
        "wait_ms": Threshold(
            value=300_000, unit="ms", about="A human who answers later kept the agent waiting."
        ),
        "budget_usd": Threshold(value=0, unit="dollars", about="A run may cost as much; 0 is no budget."),
        "errors": Threshold(value=3, unit="errors", about="More errors in one run are many."),
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

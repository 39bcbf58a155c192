"""How a model was called, and how fast and why it stopped, in words. Pure; only what the source said."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from runs.words import duration

#: Why a model stopped, as the providers say it, and in words.
_STOPS = {
    "end_turn": "it had said all",
    "stop": "it had said all",
    "completed": "it had said all",
    "tool_use": "it asked for a tool",
    "tool_calls": "it asked for a tool",
    "tool_call": "it asked for a tool",
    "tool-calls": "it asked for a tool",
    "function_call": "it asked for a tool",
    "max_tokens": "it hit the limit of output tokens: the answer is cut",
    "length": "it hit the limit of output tokens: the answer is cut",
    "model_context_window_exceeded": "the context window was full: the answer is cut",
    "stop_sequence": "it came to a stop sequence",
    "pause_turn": "the provider paused a long turn",
    "refusal": "it refused",
    "content_filter": "a content filter stopped it",
    "safety": "a content filter stopped it",
    "recitation": "it was stopped for reciting",
    "malformed_function_call": "its tool call could not be read",
    "replaced": "a later sampling of the same request replaced it",
}
CUT_STOPS = frozenset({"max_tokens", "length", "refusal", "content_filter", "safety"})

#: Facts of a call that a source may tell beside `params`, and what to call them.
_DETAIL = {
    "effort": "effort",
    "skill": "skill",
    "http_status": "HTTP status",
    "iteration": "sampling",
    "query_source": "asked by",
}
_USAGE = {"service_tier": "service tier", "speed": "speed", "inference_geo": "region"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """One fact of a model call. Tone: "" or warn."""

    name: str
    value: str
    tone: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Timing:
    """What speed is computed from."""

    duration_ms: int | None = None
    ttft_ms: int | None = None
    output_tokens: int | None = None
    lower_bound: bool = False  #: the output tokens are known to be too low


def facts_of_call(
    detail: Mapping[str, object], usage: Mapping[str, object] | None, stop_reason: str, timing: Timing
) -> list[Fact]:
    """List what is known of a call: why it stopped, how fast it was, its parameters."""
    facts = [*_stop(stop_reason), *_speed(timing)]
    params = detail.get("params")
    for name, value in list(params.items())[:40] if isinstance(params, dict) else []:
        facts.append(Fact(name=str(name)[:80], value=_value(value)))
    told = {name.replace("_", " ") for name in params} if isinstance(params, dict) else set()
    for source, names in ((detail, _DETAIL), (usage or {}, _USAGE)):
        for key, word in names.items():
            value = source.get(key)
            if value not in (None, "", "not_available") and word not in told:
                facts.append(Fact(name=word, value=_value(value)))
    if detail.get("thinking_hidden") is True:
        facts.append(Fact(name="thinking", value="hidden by the provider"))
    if isinstance(whole := detail.get("usage_of"), str):
        facts.append(Fact(name="usage", value=f"of the whole {whole[:40]}: no call told its own"))
    return facts


def _stop(reason: str) -> list[Fact]:
    if not reason:
        return []
    words = _STOPS.get(reason.lower())
    shown = f"{words} ({reason})" if words else reason
    return [Fact(name="stopped because", value=shown, tone="warn" if reason.lower() in CUT_STOPS else "")]


def _speed(timing: Timing) -> list[Fact]:
    facts = []
    if timing.ttft_ms is not None:
        facts.append(Fact(name="time to first token", value=duration(timing.ttft_ms)))
    spent = (timing.duration_ms or 0) - (timing.ttft_ms or 0)
    if timing.output_tokens and spent >= 100:
        rate = timing.output_tokens * 1_000 / spent
        words = f"{rate:.0f} tokens per second" if rate >= 10 else f"{rate:.1f} tokens per second"
        least = "at least " if timing.lower_bound else ""
        since = "after the first token" if timing.ttft_ms else "over the whole call"
        facts.append(Fact(name="speed", value=f"{least}{words}, {since}"))
    return facts


def _value(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 200 else text[:200] + "…"

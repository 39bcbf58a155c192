"""Usage in any of the common spellings, as four disjoint buckets (FORMATS.md 0.1).

`exclusive`: "input" leaves out what was read from or written to the cache (Anthropic, our names, opencode).
`inclusive`: "input" holds it (OpenAI, Gemini, litellm, LangChain, AI SDK). Without a word from the client the
spelling decides; Gemini alone counts thoughts beside the output.
"""

from typing import Any

from ingest.formats.events.values import whole_of
from runs.records import Tokens

MOST = 10**8  # tokens of one call; more is a mistake, and would not fit the columns of a run
Usage = dict[str, Any]
#: The spelling that readers of spans bring usage into.
PLAIN = dict.fromkeys(
    (
        "input_tokens",
        "output_tokens",
        "cache_read_input_tokens",
        "cache_creation_input_tokens",
        "reasoning_tokens",
    )
)


def tokens_of(usage: object, semantics: object = None) -> Tokens | None:
    """Read usage of any spelling; None when it names no number."""
    if type(usage) is not dict:
        return None
    if semantics == "inclusive" and usage.keys() <= PLAIN.keys():
        return _plain(usage)
    inclusive = semantics == "inclusive" if semantics in ("inclusive", "exclusive") else _is_inclusive(usage)
    entered = _first(usage, "input_tokens", "prompt_tokens", "promptTokenCount", "inputTokens", "input")
    output = _first(
        usage, "output_tokens", "completion_tokens", "candidatesTokenCount", "outputTokens", "output"
    )
    read, (five, hour) = _cache_read(usage), _cache_write(usage)
    thoughts = _first(usage, "thoughtsTokenCount", "thoughts")
    reasoning = _reasoning(usage) if thoughts is None else thoughts
    if entered is output is read is five is hour is thoughts is None:
        return None
    return _buckets(
        inclusive=inclusive,
        entered=entered,
        cached=(read or 0, five or 0, hour or 0),
        output=(output or 0) + (thoughts or 0),
        reasoning=reasoning,
    )


def _plain(usage: Usage) -> Tokens | None:
    """Read usage that holds no names but those of `PLAIN`: one look for each."""
    entered, output, read, written, reasoning = (whole_of(usage.get(name), most=MOST) for name in PLAIN)
    if entered is output is read is written is None:
        return None
    cached = (read or 0, written or 0, 0)
    return _buckets(inclusive=True, entered=entered, cached=cached, output=output or 0, reasoning=reasoning)


def _buckets(
    *, inclusive: bool, entered: int | None, cached: tuple[int, int, int], output: int, reasoning: int | None
) -> Tokens:
    inside = sum(cached)
    # Old adapters mix both: a cache larger than the input can only lie beside it.
    uncached = (entered or 0) - inside if inclusive and inside <= (entered or 0) else (entered or 0)
    return Tokens(
        input=uncached,
        cache_read=cached[0],
        cache_write_5m=cached[1],
        cache_write_1h=cached[2],
        output=output,
        reasoning=min(reasoning or 0, output),
    )


def _is_inclusive(usage: Usage) -> bool:
    if "prompt_tokens" in usage or "promptTokenCount" in usage or "inputTokens" in usage:
        return True
    if "thoughts" in usage or "cached" in usage:
        return True
    return any(
        name in usage
        for name in ("input_tokens_details", "input_token_details", "cached_input_tokens", "cached_tokens")
    )


def _cache_read(usage: Usage) -> int | None:
    found = _first(
        usage,
        "cache_read_input_tokens",
        "cache_read",
        "cached_input_tokens",
        "cachedContentTokenCount",
        "cachedInputTokens",
        "cacheReadTokens",
        "cached_tokens",
        "cached",
        "cache_read_tokens",
    )
    if found is not None:
        return found
    details = _dict(usage, "prompt_tokens_details", "input_tokens_details", "input_token_details", "cache")
    return _first(details, "cached_tokens", "cache_read", "read")


def _cache_write(usage: Usage) -> tuple[int | None, int | None]:
    """Read (5 minutes, 1 hour); a sum without lifetimes counts as 5 minutes."""
    split = _dict(usage, "cache_creation")
    five = _first(split, "ephemeral_5m_input_tokens")
    hour = _first(split, "ephemeral_1h_input_tokens")
    if five is None and hour is None:
        five, hour = _first(usage, "cache_write_5m"), _first(usage, "cache_write_1h")
    if five is None and hour is None:
        five = _first(
            usage, "cache_creation_input_tokens", "cache_write", "cacheWriteTokens", "cache_write_tokens"
        )
    if five is None and hour is None:
        details = _dict(usage, "input_token_details", "prompt_tokens_details", "cache")
        five = _first(details, "cache_creation", "cache_creation_tokens", "write")
    return five, hour


def _reasoning(usage: Usage) -> int | None:
    found = _first(usage, "reasoning", "reasoning_tokens", "reasoning_output_tokens", "reasoningTokens")
    if found is not None:
        return found
    details = _dict(usage, "completion_tokens_details", "output_tokens_details", "output_token_details")
    return _first(details, "reasoning_tokens", "reasoning")


def _first(usage: Usage, *names: str) -> int | None:
    for name in names:
        if name in usage:
            number = whole_of(usage[name], most=MOST)
            if number is not None:
                return number
    return None


def _dict(usage: Usage, *names: str) -> Usage:
    for name in names:
        value = usage.get(name)
        if type(value) is dict:
            return value
    return {}

"""Token usage of Anthropic messages (FORMATS 0.1, 1.3): four buckets that do not overlap."""

from typing import Any

from ingest import wild
from runs.records import Tokens

#: More tokens than any request has.
MOST = 10**12
#: Versions whose lines carry the final usage although `stop_reason` is null.
SOUND_VERSIONS = (((2, 0, 31), (2, 0, 44)), ((2, 1, 59), (99, 0, 0)))
#: The largest output count that a stream begins with (FORMATS 1.3).
PLACEHOLDER_MOST = 20
#: No tokenizer packs more than this many characters into a token of prose or JSON.
CHARS_PER_TOKEN = 8


def tokens_of(usage: dict[str, Any]) -> Tokens:
    """Read one usage object. Cache writes without a split are of the 5-minute kind."""
    written = count(usage, "cache_creation_input_tokens")
    split = wild.mapping(usage.get("cache_creation"))
    hour = count(split, "ephemeral_1h_input_tokens")
    short = count(split, "ephemeral_5m_input_tokens")
    if hour + short < written:
        short = written - hour
    return Tokens(
        input=count(usage, "input_tokens"),
        cache_read=count(usage, "cache_read_input_tokens"),
        cache_write_5m=short,
        cache_write_1h=hour,
        output=count(usage, "output_tokens"),
        reasoning=count(wild.mapping(usage.get("output_tokens_details")), "reasoning_tokens"),
    )


def count(usage: dict[str, Any], name: str) -> int:
    return wild.integer(usage.get(name), MOST) or 0


def earlier_iterations(usage: dict[str, Any]) -> list[dict[str, Any]]:
    """List the samplings that a request paid for before the one that answered (FORMATS 1.3)."""
    return wild.objects(usage.get("iterations"))[:-1]


def version_of(text: str) -> tuple[int, ...]:
    """Read "2.1.49" as (2, 1, 49); what is not a number counts as 0."""
    return tuple(wild.integer(part, 10**6) or 0 for part in text.split(".")[:3])


def is_placeholder(version: str, output: int, blocks: list[dict[str, Any]]) -> bool:
    """Say whether an answer without a stop reason may show the output count of its start, not of its end.

    That count is 1 to 20, so a count in that range is not to be believed; a larger one is known to be too
    low when the written text cannot fit into it.
    """
    number = version_of(version)
    if any(low <= number <= high for low, high in SOUND_VERSIONS):
        return False
    return output <= PLACEHOLDER_MOST or written_chars(blocks) > CHARS_PER_TOKEN * output


def written_chars(blocks: list[dict[str, Any]]) -> int:
    total = 0
    for block in blocks:
        for name in ("text", "thinking"):
            value = block.get(name)
            total += len(value) if isinstance(value, str) else 0
        given = block.get("input")
        if isinstance(given, dict):
            total += sum(len(value) for value in given.values() if isinstance(value, str))
    return total

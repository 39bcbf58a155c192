"""Token counts of demo runs, from the real length of what was sent, in each provider's own words."""

from typing import Any

from msgspec import Struct

CHARS_PER_TOKEN = 3.6


class Meter(Struct):
    """What one conversation has sent so far; the provider's cache holds all but the newest part."""

    style: str
    overhead: int
    cached: int = 0

    def usage(self, *, sent: int, answered: int, reasoned: int) -> dict[str, Any]:
        """Count one call: characters of the messages sent, of the answer, and of the thinking in it."""
        context = self.overhead + tokens_in(sent)
        read, self.cached = min(self.cached, context), context
        output = tokens_in(answered) + 12
        if self.style == "openai":
            return {
                "input_tokens": context,
                "input_tokens_details": {"cached_tokens": read // 128 * 128},
                "output_tokens": output + tokens_in(reasoned) * 3,
                "output_tokens_details": {"reasoning_tokens": tokens_in(reasoned) * 3},
            }
        if self.style == "gemini":
            return {
                "promptTokenCount": context,
                "cachedContentTokenCount": read,
                "candidatesTokenCount": output,
                "thoughtsTokenCount": tokens_in(reasoned),
            }
        if self.style == "plain":
            return {"prompt_tokens": context, "completion_tokens": output}
        return {
            "input_tokens": 4,
            "cache_read_input_tokens": read,
            "cache_creation_input_tokens": context - read,
            "output_tokens": output + tokens_in(reasoned),
        }

    def forget(self) -> None:
        """Begin anew: the context was replaced."""
        self.cached = self.overhead


def tokens_in(chars: int) -> int:
    return round(chars / CHARS_PER_TOKEN)

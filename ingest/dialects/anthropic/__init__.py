"""What the `anthropic` package's own spans add to GenAI: attempts made again, why it stopped."""

from ingest import wild
from ingest.dialects.values import Fields, word
from ingest.formats.otlp.raw import RawSpan

SCOPE = "com.anthropic.sdk."


def read(raw: RawSpan) -> Fields | None:
    """Read the package's own span; None for every other."""
    if not raw.source.scope.startswith(SCOPE):
        return None
    attributes = raw.attributes
    return {
        "retries": wild.integer(attributes.get("http.request.resend_count"), 1000),
        "stop_reason": word(attributes, "anthropic.message.stop_reason"),
    }

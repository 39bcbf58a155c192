"""What OpenInference keeps in `input.value` and `output.value`: bare values, JSON, envelopes of LangChain."""

import re
from typing import Any

from ingest import wild
from ingest.dialects.values import parsed, text_or_json
from ingest.formats.otlp.raw import Attributes
from ingest.spans.messages import text_of

#: The id of the answer, at the beginning of OpenAI's and Anthropic's own JSON.
AT_BEGINNING = re.compile(r'\s*\{\s*"id":\s*"([^"\\]{1,200})"')
#: …and in what LangChain keeps of it.
IN_METADATA = re.compile(
    r'"response_metadata":\s*\{[^{}]{0,2000}?"id":\s*"([^"\\]{1,200})"'
    r'|"llm_output":\s*\{(?:[^{}]|\{[^{}]*\}){0,2000}?"id":\s*"([^"\\]{1,200})"'
)


def response_id_in(value: object) -> str | None:
    """Find the provider's id of an answer."""
    if not isinstance(value, str):
        return None
    found = AT_BEGINNING.match(value)
    if found:
        return found.group(1)
    if not value.startswith('{"generations"'):
        return None
    inner = IN_METADATA.search(value)
    return next((group for group in inner.groups() if group), None) if inner else None


def input_of(attributes: Attributes) -> str | None:
    """Read a tool's arguments; `tool.parameters` is their schema in some instrumentations."""
    value = attributes.get("input.value")
    if isinstance(value, str) and value.startswith('{"kwargs"'):
        inner = wild.mapping(parsed(value)).get("kwargs")  # LlamaIndex keeps them as those of a function
        value = inner if isinstance(inner, dict) else value
    return text_or_json(value if value is not None else attributes.get("tool.parameters"))


def enveloped(value: object) -> dict[str, Any]:
    """Open the envelope that LangChain puts around a tool's result."""
    found = parsed(value) if isinstance(value, str) and value.startswith('{"') else value
    if not isinstance(found, dict):
        return {}
    for name in ("data", "kwargs"):
        inner = found.get(name)
        if isinstance(inner, dict) and "content" in inner and (found.get("type") or found.get("lc")):
            return inner
    return found if "tool_call_id" in found and "content" in found else {}


def output_of(value: object) -> str | None:
    """Read a tool's result."""
    inner = enveloped(value)
    if inner:
        return text_of(inner["content"])
    blocks = wild.mapping(parsed(value)).get("blocks") if starts_blocks(value) else None  # LlamaIndex
    return text_of(blocks) if isinstance(blocks, list) else text_or_json(value)


def starts_blocks(value: object) -> bool:
    """Say whether a result is a list of blocks with what else was known of it."""
    return isinstance(value, str) and value.startswith('{"blocks"')


def call_id_in(value: object) -> str | None:
    """Find the id of the call in the envelope of its result."""
    found = enveloped(value).get("tool_call_id")
    return found if isinstance(found, str) and found else None

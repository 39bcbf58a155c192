"""Raw records without the parts that are stored elsewhere, and without what nobody should keep."""

from typing import Any

from ingest.formats.claude_code.blocks import as_json
from ingest.formats.claude_code.lines import Record

#: Texts longer than this are in the step's input, output or file change.
LONG = 600
MANY = 40
#: Response headers name the organisation (FORMATS 1.7).
SECRET = frozenset({"headers"})


def slim(record: Record) -> bytes:
    """Write a record as compact JSON, long texts and lists replaced by their size."""
    return as_json(cut(record)).encode()


def cut(value: Any) -> Any:
    if isinstance(value, str):
        return value if len(value) <= LONG else f"{value[:80]}… ({len(value)} characters)"
    if isinstance(value, dict):
        return {
            name: cut(item)
            for name, item in value.items()
            if name not in SECRET and "organization" not in name.lower()
        }
    if isinstance(value, list):
        kept = [cut(item) for item in value[:MANY]]
        return kept if len(value) <= MANY else [*kept, f"… ({len(value)} items)"]
    return value

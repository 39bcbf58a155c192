"""The arguments of calls. Pure."""

import json
from typing import Any

from runs.replay.parts import Made, Notes


def object_of(given: Any, notes: Notes) -> dict[str, Any]:
    """Read arguments: an object, or its JSON text; anything else is wrapped."""
    value = given
    if isinstance(given, str):
        try:
            value = json.loads(given) if given.strip() else {}
        except (ValueError, RecursionError):
            value = given
    if isinstance(value, dict):
        return value
    if value is None:
        return {}
    notes.add(Made.ARGUMENTS)
    return {"input": value}

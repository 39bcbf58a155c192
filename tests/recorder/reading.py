"""Reads what a recorder wrote."""

import json
from pathlib import Path


def told(trace: Path, *names: str) -> list[tuple[object, ...]]:
    """List these fields of every event after `run_start`."""
    events = [json.loads(line) for line in trace.read_bytes().splitlines()]
    return [tuple(event.get(name) for name in ("kind", *names)) for event in events[1:]]

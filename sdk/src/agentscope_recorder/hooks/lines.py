"""Hook payloads as lines of a journal: when they came, without endless texts, denied files and secrets."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from agentscope_recorder.capture import PATH_NAMES, WITHHELD, cut, is_denied, paths_in
from agentscope_recorder.limits import LOOK_LINE_BYTES, TEXT_CHARS
from agentscope_recorder.plain import encode
from agentscope_recorder.redaction import Redactor, secrets_in
from agentscope_recorder.workspace.changes import Change, event_of

#: Name of the lines that tell what was seen in the work tree; Claude Code has no such event.
LOOK = "AgentScopeLook"
#: The field of a payload that is ours.
OURS = "agentscope"
DENIED = (".env", ".env.*", "*.pem", "id_rsa", "id_ed25519")
#: What every payload has, and the lines about it have too.
COMMON = ("session_id", "cwd", "prompt_id", "agent_id", "agent_type")
Payload = dict[str, Any]


class Writer:
    """Writes the lines of a session."""

    def __init__(self, cwd: Path, project: str) -> None:
        self.redactor = Redactor(secrets=secrets_in(cwd, os.environ))
        self.common = {"project": project} if project else {}

    def event(self, payload: Payload, came: int) -> bytes:
        """Write a payload; `came` is when, in nanoseconds."""
        kept = cut(without_denied(payload), TEXT_CHARS)
        return self.redactor.mask(encode({**kept, OURS: {"ts": moment_of(came), **self.common}}))

    def look(self, payload: Payload, came: int, call: str | None, told: Payload) -> bytes:
        """Write what is seen at the time of an event, as the deed of a call or of nobody."""
        kept = {name: payload[name] for name in COMMON if name in payload}
        tied = {"tool_use_id": call} if call else {}
        ours = {"ts": moment_of(came), **self.common, **told}
        return self.redactor.mask(encode({"hook_event_name": LOOK, **kept, **tied, OURS: ours}))


def without_denied(payload: Payload) -> Payload:
    """Withhold what was read from and written to files whose contents are never recorded."""
    given = payload.get("tool_input")
    if not any(is_denied(path, DENIED) for path in paths_in(given)):
        return payload
    assert isinstance(given, dict)
    kept = {name: value if name in PATH_NAMES else WITHHELD for name, value in given.items()}
    return {
        **payload,
        "tool_input": kept,
        **({"tool_response": WITHHELD} if "tool_response" in payload else {}),
    }


def portions(changes: list[Change]) -> Iterator[list[Payload]]:
    """Write changed files for lines that are not too long."""
    found: list[Payload] = []
    size = 0
    for change in changes:
        one = event_of(change)
        if is_denied(change.path, DENIED):
            one = {**{name: one[name] for name in ("path", "op", "origin")}, "basis": "name"}
        size += len(change.before or b"") + len(change.after or b"")
        if found and size > LOOK_LINE_BYTES:
            yield found
            found, size = [], 0
        found.append(one)
    if found:
        yield found


def moment_of(nanoseconds: int) -> str:
    """Write a time to the microsecond, in UTC."""
    seconds, rest = divmod(nanoseconds, 1_000_000_000)
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(seconds))}.{rest // 1000:06d}Z"

"""File changes that follow from a tool's arguments: well-known edit tools, and those that look like one."""

import msgspec

from ingest.formats.events import RunFacts
from ingest.formats.events.edits import changes_of_edit, is_edit
from ingest.formats.events.guesses import CUT
from ingest.formats.events.state import RunFound
from runs.kinds import GUESSED, Basis
from runs.records import ChangeRecord

#: Agents that tell their edits by other channels as well, under the keys of their own calls.
TOLD_BY_OTHERS = ("otel:claude-code", "otel:codex-logs", "otel:gemini-cli", "otel:qwen-code")


def changes_of_call(run: str, key: str, *, tool: str, input: str | None, source: str) -> list[ChangeRecord]:
    """List what a tool call that worked changed, by its arguments."""
    if not input or not may_change(tool) or CUT.search(input):
        return []
    found = changes_of_edit(RunFound(run, RunFacts()), key, tool=tool, input=input)
    if source.startswith(TOLD_BY_OTHERS):
        found = [as_fragment(one, f"{key}:{n}") for n, one in enumerate(found)]
    return [msgspec.structs.replace(one, source=source + mark_of(one)) for one in found]


def as_fragment(change: ChangeRecord, key: str) -> ChangeRecord:
    """Name a change as the agent's own files do, which know the whole file and where it lies."""
    return msgspec.structs.replace(change, key=key, basis=Basis.FRAGMENT)


def mark_of(change: ChangeRecord) -> str:
    """Take the mark of a guess off a source."""
    return GUESSED if change.source.endswith(GUESSED) else ""


def may_change(tool: str) -> bool:
    """Say whether a tool may change a file, by its name."""
    return is_edit(tool)

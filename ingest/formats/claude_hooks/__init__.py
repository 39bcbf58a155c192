"""Hook events of Claude Code, as `http` hooks post them (docs/reference/claude-hooks.md)."""

from ingest.formats.claude_hooks.read import NO_HOOK, SOURCE, Read, read

__all__ = ["NO_HOOK", "SOURCE", "Read", "read"]

"""Claude Code session transcripts and headless stream-json (docs/reference/claude-code.md)."""

from ingest.formats.claude_code.read import SourceFile, looks_like, read

__all__ = ["SourceFile", "looks_like", "read"]

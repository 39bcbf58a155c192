"""GitHub Copilot CLI: the events of a session (docs/reference/copilot.md)."""

from ingest.formats.copilot.read import looks_like, read

__all__ = ["looks_like", "read"]

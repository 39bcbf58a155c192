"""ATIF, the Agent Trajectory Interchange Format (docs/reference/atif.md)."""

from ingest.formats.atif.read import looks_like, read

__all__ = ["looks_like", "read"]

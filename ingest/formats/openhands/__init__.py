"""OpenHands: event streams of V0 and V1, and the output of its evaluations (docs/reference/openhands.md)."""

from ingest.formats.openhands.read import looks_like, read

__all__ = ["looks_like", "read"]

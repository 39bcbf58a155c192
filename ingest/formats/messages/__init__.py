"""Bare lists of messages, as APIs take them (docs/reference/messages.md)."""

from ingest.formats.messages.read import looks_like, read

__all__ = ["looks_like", "read"]

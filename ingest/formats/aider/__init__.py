"""Aider: its chat history, its log of model calls and its analytics (docs/reference/aider.md)."""

from ingest.formats.aider.read import is_text, looks_like, read

__all__ = ["is_text", "looks_like", "read"]

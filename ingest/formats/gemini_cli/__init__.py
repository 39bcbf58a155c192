"""Chats of Gemini CLI: one JSON file rewritten at every turn, or a log of upserts (FORMATS.md 4.4)."""

from ingest.formats.gemini_cli.read import looks_like, read

__all__ = ["looks_like", "read"]

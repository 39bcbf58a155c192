"""Sessions of opencode: exports, files of its storage, what `opencode run` prints (FORMATS.md 4.5)."""

from ingest.formats.opencode.read import looks_like, read

__all__ = ["looks_like", "read"]

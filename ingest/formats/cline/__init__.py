"""Cline, Roo Code and their kin: the files of a task (docs/reference/cline.md)."""

from ingest.formats.cline.read import looks_like, read

__all__ = ["looks_like", "read"]

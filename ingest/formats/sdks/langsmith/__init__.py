"""LangSmith's wire: runs that are posted when they begin and patched when they end (SDKS.md 6.2)."""

from ingest.formats.sdks.langsmith.bodies import read_batch, read_multipart, read_patch, read_post
from ingest.formats.sdks.langsmith.feedback import read_feedback
from ingest.formats.sdks.langsmith.files import read_file

__all__ = ["read_batch", "read_feedback", "read_file", "read_multipart", "read_patch", "read_post"]

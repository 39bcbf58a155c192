"""Langfuse's ingestion API: events on traces and observations, and scores (SDKS.md 6.6)."""

from ingest.formats.sdks.langfuse.events import Heard, read_ingestion
from ingest.formats.sdks.langfuse.files import read_file
from ingest.formats.sdks.langfuse.scores import read_scores

__all__ = ["Heard", "read_file", "read_ingestion", "read_scores"]

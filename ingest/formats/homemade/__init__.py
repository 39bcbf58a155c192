"""What a home-made instrumentation writes: span trees, logs, token logs, metrics (see homemade.md)."""

from ingest.formats.homemade.documents import looks_like
from ingest.formats.homemade.read import read

__all__ = ["looks_like", "read"]

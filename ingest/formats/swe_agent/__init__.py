"""SWE-agent trajectories (docs/reference/swe-agent.md)."""

from ingest.formats.swe_agent.read import looks_like, read

__all__ = ["looks_like", "read"]

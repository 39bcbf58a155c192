"""mini-swe-agent trajectories (docs/reference/mini-swe-agent.md)."""

from ingest.formats.mini_swe_agent.read import looks_like, read

__all__ = ["looks_like", "read"]

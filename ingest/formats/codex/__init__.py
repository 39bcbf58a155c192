"""Codex CLI: rollouts of all versions, and what `codex exec --json` prints (docs/reference/codex.md)."""

from ingest.formats.codex.read import read

__all__ = ["read"]

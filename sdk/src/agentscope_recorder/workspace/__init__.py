"""What really changed on disk: snapshots of the work tree around every tool call, also of shell commands."""

from agentscope_recorder.workspace.watching import Workspace

__all__ = ["Workspace"]

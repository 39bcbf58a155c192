"""Where in a run the code is that records: in which lane, inside which step. Follows async tasks."""

from __future__ import annotations

import contextvars
from typing import Any, NamedTuple


class Place(NamedTuple):
    """Where events belong."""

    agent: str = ""  #: lane of a sub-agent; empty is the main agent
    parent: str = ""  #: id of the step around
    turn: int = 0

    def fields(self) -> dict[str, Any]:
        """The fields that tell it."""
        told = {"agent": self.agent, "parent": self.parent, "turn": self.turn}
        return {name: value for name, value in told.items() if value}


MAIN = Place()
here: contextvars.ContextVar[Place] = contextvars.ContextVar("agentscope_place", default=MAIN)

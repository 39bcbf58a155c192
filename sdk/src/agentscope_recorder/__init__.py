"""Records what a coding agent does: `with Recorder("traces/run.jsonl") as run: …`"""

from __future__ import annotations

import importlib

TYPE_CHECKING = False  # importing typing takes longer than a hook may

if TYPE_CHECKING:
    from agentscope_recorder.clients import record_anthropic, record_openai
    from agentscope_recorder.recorder import Recorder
    from agentscope_recorder.steps import Step
    from agentscope_recorder.workspace import Workspace

#: Where each name is: a hook, which a tool waits for, asks for none of them.
_PLACES = {
    "Recorder": "recorder",
    "Step": "steps",
    "Workspace": "workspace",
    "record_anthropic": "clients",
    "record_openai": "clients",
}
__all__ = ["Recorder", "Step", "Workspace", "record_anthropic", "record_openai"]
__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    """Import a name when it is asked for."""
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_PLACES[name]}"), name)

"""Records what a coding agent does: `with Recorder("traces/run.jsonl") as run: …`"""

from agentscope_recorder.clients import record_anthropic, record_openai
from agentscope_recorder.recorder import Recorder
from agentscope_recorder.steps import Step
from agentscope_recorder.workspace import Workspace

__all__ = ["Recorder", "Step", "Workspace", "record_anthropic", "record_openai"]
__version__ = "0.1.0"

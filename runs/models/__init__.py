"""Tables of a recording. The store (`runs.store`) is the only writer of what was recorded."""

from runs.models.comparing import Comparison
from runs.models.findings import CluePage, Finding, Judgement, SignatureState, SignatureSum
from runs.models.listing import FreshText, RunSum, RunText
from runs.models.prompts import PromptFamily, PromptUse, PromptVersion
from runs.models.recordings import (
    BilledCall,
    Blob,
    ContextNode,
    FileChange,
    MovedRun,
    Run,
    Step,
    StepName,
)
from runs.models.tools import ToolPart, ToolSum

__all__ = [
    "BilledCall",
    "Blob",
    "CluePage",
    "Comparison",
    "ContextNode",
    "FileChange",
    "Finding",
    "FreshText",
    "Judgement",
    "MovedRun",
    "PromptFamily",
    "PromptUse",
    "PromptVersion",
    "Run",
    "RunSum",
    "RunText",
    "SignatureState",
    "SignatureSum",
    "Step",
    "StepName",
    "ToolPart",
    "ToolSum",
]

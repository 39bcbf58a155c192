"""The words of home-made instrumentation: what a span is, how it ended."""

from ingest import wild
from ingest.formats.homemade.fields import Fields, plain
from ingest.spans.span import SpanKind
from runs.kinds import RunStatus, StepStatus

ITERATION = "iteration"

AGENTS = (
    "agentrun",
    "agent",
    "run",
    "agentexecution",
    "agentstep",
    "subagent",
    "agentcall",
    "workflow",
    "session",
    "task",
)
ITERATIONS = ("iteration", "turn", "loop", "cycle", "round", "agentiteration", "loopiteration")
MODELS = (
    "llmcall",
    "llm",
    "model",
    "modelcall",
    "generation",
    "completion",
    "chat",
    "chatcompletion",
    "llmrequest",
)
TOOLS = (
    "toolexecution",
    "toolcall",
    "tool",
    "functioncall",
    "function",
    "tooluse",
    "toolrun",
    "toolinvocation",
)
OTHERS = {
    "guardrail": SpanKind.GUARDRAIL,
    "handoff": SpanKind.HANDOFF,
    "retriever": SpanKind.RETRIEVER,
    "retrieval": SpanKind.RETRIEVER,
    "plan": SpanKind.CHAIN,
    "planning": SpanKind.CHAIN,
    "chain": SpanKind.CHAIN,
    "step": SpanKind.CHAIN,
    "event": SpanKind.EVENT,
    "log": SpanKind.EVENT,
}
TYPES: dict[str, SpanKind] = {
    **dict.fromkeys(AGENTS, SpanKind.AGENT),
    **dict.fromkeys(ITERATIONS, SpanKind.CHAIN),
    **dict.fromkeys(MODELS, SpanKind.LLM),
    **dict.fromkeys(TOOLS, SpanKind.TOOL),
    **OTHERS,
}

#: Status words → (status, kind of error). What is not here, and no error is told, is fine.
FAILED = StepStatus.FAILED
STATUSES: dict[str, tuple[StepStatus, str | None]] = {
    **dict.fromkeys(
        ("error", "failed", "failure", "fail", "exception", "errored", "crashed"), (FAILED, None)
    ),
    **dict.fromkeys(
        ("jsonerror", "invalidresponse", "parseerror", "validationerror"), (FAILED, "validation")
    ),
    **dict.fromkeys(("invalidjson", "invalid", "invalidarguments", "schemaerror"), (FAILED, "validation")),
    **dict.fromkeys(("timeout", "timedout", "deadlineexceeded"), (FAILED, "timeout")),
    **dict.fromkeys(("apierror", "ratelimited", "ratelimit", "llmerror"), (FAILED, "api")),
    **dict.fromkeys(("denied", "rejected", "blocked", "forbidden"), (StepStatus.DENIED, None)),
    **dict.fromkeys(
        ("cancelled", "canceled", "aborted", "interrupted", "skipped"), (StepStatus.CANCELLED, None)
    ),
    **dict.fromkeys(("running", "started", "inprogress", "pending", "open"), (StepStatus.RUNNING, None)),
    **dict.fromkeys(("maxiterations", "maxiterationsreached", "maxturns", "maxsteps"), (FAILED, "limit")),
    **dict.fromkeys(("budgetexceeded", "maxcost", "maxtokens", "limitreached"), (FAILED, "limit")),
}
#: Status words that say no more than whether something worked.
PLAIN_STATUSES = frozenset(STATUSES) - {"maxiterations", "jsonerror", "invalidresponse"} | frozenset(
    {"success", "succeeded", "ok", "done", "completed", "complete", "finished", "unset", "200", "0", "true"}
)
#: What a status that tells more than "it failed" means, in a sentence.
SENTENCES = {
    "jsonerror": "The answer was not valid JSON.",
    "invalidjson": "The answer was not valid JSON.",
    "invalidresponse": "The answer was not what the agent expects.",
    "maxiterations": "Stopped at the greatest number of iterations.",
    "maxiterationsreached": "Stopped at the greatest number of iterations.",
    "maxturns": "Stopped at the greatest number of turns.",
    "maxsteps": "Stopped at the greatest number of steps.",
    "timeout": "Timed out.",
    "budgetexceeded": "Stopped at the budget.",
}
RUN_STATUS = {
    StepStatus.OK: RunStatus.DONE,
    StepStatus.FAILED: RunStatus.FAILED,
    StepStatus.DENIED: RunStatus.FAILED,
    StepStatus.CANCELLED: RunStatus.INTERRUPTED,
    StepStatus.RUNNING: RunStatus.RUNNING,
}


def status_of(word: str | None) -> tuple[StepStatus, str | None]:
    """Read a status word: (status, kind of error)."""
    return STATUSES.get(plain(word or ""), (StepStatus.OK, None))


def sentence_of(word: str | None) -> str | None:
    """Say what a status word means, where it means more than that something failed."""
    return SENTENCES.get(plain(word or ""))


def plain_type(fields: Fields) -> str:
    """Read what a record says it is."""
    own = fields.own
    return plain(
        wild.text(own.get("type") or own.get("spantype") or own.get("kind") or own.get("spankind")) or ""
    )

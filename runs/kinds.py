"""The closed vocabularies of a recording. No Django here: parsers and rules import this too."""

from enum import IntEnum, StrEnum


class Kind(StrEnum):
    """What a step is."""

    PROMPT = "prompt"  #: a human prompt
    LLM = "llm"  #: one model call
    TOOL = "tool"  #: one tool call
    AGENT = "agent"  #: the span of a sub-agent (often started by a tool call)
    HANDOFF = "handoff"
    GUARDRAIL = "guardrail"
    RETRY = "retry"  #: one failed attempt of a call that was tried again
    COMPACTION = "compaction"  #: the context was cut or summarised
    PERMISSION = "permission"  #: waiting for a human
    ERROR = "error"  #: a failure that is no call's own
    FINAL = "final"  #: the final answer
    EVENT = "event"  #: logs, hooks and what has no kind of its own


class StepStatus(StrEnum):
    """How a step stands."""

    RUNNING = "running"  #: started, no end seen yet
    OK = "ok"
    FAILED = "failed"
    DENIED = "denied"  #: a human or a policy said no
    CANCELLED = "cancelled"  #: interrupted, or stopped because a sibling failed
    UNANSWERED = "unanswered"  #: the run is over and no result ever came


class RunStatus(StrEnum):
    """How a run stands."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    INTERRUPTED = "interrupted"  #: a human stopped it
    UNFINISHED = "unfinished"  #: it went silent without an end


class Verdict(StrEnum):
    """What a person says of a run's result."""

    GOOD = "good"
    BAD = "bad"
    UNSURE = "unsure"


class Result(StrEnum):
    """Whether a run did what it was asked for, see `runs.comparing.outcomes`."""

    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = ""


class Op(StrEnum):
    """What happened to a file."""

    CREATE = "create"
    EDIT = "edit"
    DELETE = "delete"
    RENAME = "rename"


class Origin(StrEnum):
    """Who says that a file changed."""

    DECLARED = "declared"  #: the tool's own input or result
    OBSERVED = "observed"  #: a snapshot of the work tree around the call
    NET = "net"  #: start against end of the whole run


class Basis(StrEnum):
    """What the text of a file change rests on."""

    CONTENT = "content"  #: before and after were both reported
    RECONSTRUCTED = "reconstructed"  #: before was rebuilt from what the run had seen
    PATCH = "patch"  #: only a patch was reported
    FRAGMENT = "fragment"  #: only the replaced and the new fragment are known
    NAME = "name"  #: only the path is known


class Span(IntEnum):
    """What time a row of sums speaks of."""

    FRESH = 0  #: a day, not folded yet: what one batch moved
    DAY = 1
    EVER = 2
    DAY_OF_ALL = 3  #: a day of all agents, models and repositories together


class ToolSpan(IntEnum):
    """What time a row of tool sums speaks of."""

    FRESH = 0  #: an hour, not folded yet: what one judgement moved
    HOUR = 1
    DAY = 2


class SignatureSpan(IntEnum):
    """What time a row of sums of findings speaks of."""

    FRESH = 0  #: a day of a run and one of its findings, not folded yet: what one judgement moved
    RUN_DAY = 1  #: by when the runs began
    EVER = 2
    FOUND_DAY = 3  #: by when the findings came true


#: Ends the source of a file change that was guessed by the shape of a tool's arguments.
GUESSED = ":guessed"

#: Steps of these states count as failures, whatever their kind, unless they are retries.
FAILED_STATES = frozenset({StepStatus.FAILED, StepStatus.DENIED})

"""What a sentence needs of a step, what a sentence is, and the small words all sentences share. Pure."""

from dataclasses import dataclass, field

from runs.kinds import StepStatus
from runs.words import duration


@dataclass(frozen=True, kw_only=True, slots=True)
class StepFacts:
    """What a sentence needs of a step."""

    kind: str
    tool: str = ""
    name: str = ""
    model: str = ""
    status: str = "ok"
    error: str = ""
    error_kind: str = ""
    agent: str = ""
    input: str = ""  #: preview of arguments, prompt
    output: str = ""  #: preview of result, answer (JSON text of content blocks for llm)
    exit_code: int | None = None
    duration_ms: int | None = None
    attempt: int | None = None
    output_tokens: int | None = None
    stop_reason: str = ""
    lines_added: int = 0
    lines_removed: int = 0
    changes: int = 0
    hidden: bool = False  #: it changed files that its call did not declare
    cwd: str = ""
    detail: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Tag:
    """A word of outcome at the end of a row. Tone: "", add, del, fail, warn."""

    text: str
    tone: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sentence:
    """`Read auth.ts · 212 lines`. Tone of the row: "", fail, warn; colour of its dot: llm, tool, edit, …"""

    verb: str
    object: str = ""
    is_code: bool = False
    tags: tuple[Tag, ...] = ()
    tone: str = ""
    dot: str = "tool"

    @property
    def headline(self) -> str:
        """Give verb and object."""
        return f"{self.verb} {self.object}".strip()

    @property
    def text(self) -> str:
        """Give the whole sentence as plain text."""
        tags = " ".join(tag.text for tag in self.tags)
        return f"{self.headline} · {tags}" if tags else self.headline


Outcome = tuple[Tag, ...]


def number_in(facts: StepFacts, name: str) -> int | None:
    value = facts.detail.get(name)
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def word_in(facts: StepFacts, name: str) -> str:
    value = facts.detail.get(name)
    return value if isinstance(value, str) else ""


def tone_of(facts: StepFacts) -> str:
    if facts.status in (StepStatus.FAILED, StepStatus.DENIED):
        return "fail"
    return "warn" if facts.status in (StepStatus.CANCELLED, StepStatus.UNANSWERED) else ""


def diffstat(facts: StepFacts) -> Outcome:
    if not facts.changes and not facts.lines_added and not facts.lines_removed:
        return ()
    word = (Tag(text="hidden", tone="fail"),) if facts.hidden else ()
    added = Tag(text=f"+{facts.lines_added}", tone="add")
    return (*word, added, Tag(text=f"−{facts.lines_removed}", tone="del"))


def trouble(facts: StepFacts) -> Outcome:
    """Say how it went wrong, in the fewest words; nothing when it did not."""
    if facts.status == StepStatus.RUNNING:
        return (Tag(text="running", tone="run"),)
    if facts.status in (StepStatus.RUNNING, StepStatus.OK):
        return ()
    if facts.error_kind == "timeout":
        limit = number_in(facts, "timeout_ms") or facts.duration_ms
        return (Tag(text=f"timed out {duration(limit)}".strip(), tone="fail"),)
    if facts.exit_code is not None and facts.status == StepStatus.FAILED:
        return (Tag(text=f"exit {facts.exit_code}", tone="fail"), *diffstat(facts))
    return (Tag(text=_ends(facts) or short_error(facts), tone=tone_of(facts)),)


def _ends(facts: StepFacts) -> str:
    """Say who or what kept a call from its end."""
    words = {
        (StepStatus.DENIED, "human"): "a human said no",
        (StepStatus.DENIED, "policy"): "not permitted",
        (StepStatus.DENIED, ""): "denied",
        (StepStatus.CANCELLED, "cascade"): "skipped",
        (StepStatus.CANCELLED, ""): "stopped",
        (StepStatus.UNANSWERED, ""): "no result came",
    }
    status = StepStatus(facts.status)
    return words.get((status, facts.error_kind)) or words.get((status, ""), "")


def never_ran(facts: StepFacts) -> bool:
    """Say whether a call was refused or skipped before it did anything."""
    skipped = facts.status == StepStatus.CANCELLED and facts.error_kind == "cascade"
    return skipped or facts.status == StepStatus.DENIED


#: What tools answer when they fail, and the two words that say it.
_KNOWN_ERRORS = (
    ("string to replace not found", "no match"),
    ("string not found", "no match"),
    ("no match", "no match"),
    ("failed to find expected lines", "no match"),
    ("found multiple matches", "many matches"),
    ("matches of the string to replace", "many matches"),
    ("has not been read", "not read yet"),
    ("modified since read", "changed since read"),
    ("file does not exist", "no such file"),
    ("no such file", "no such file"),
    ("command not found", "command not found"),
    ("permission denied", "permission denied"),
    ("exceeds maximum", "too big"),
    ("no changes to make", "no change"),
    ("timed out", "timed out"),
    ("eisdir", "is a folder"),
)


def short_error(facts: StepFacts) -> str:
    text = (facts.error or facts.output)[:1_000].lower()
    return next((words for sign, words in _KNOWN_ERRORS if sign in text), "failed")

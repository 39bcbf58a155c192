"""The step panel: what one step was asked, what it did, what it cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.safestring import SafeString

from runs.facts import Sentence
from runs.model_calls import Fact, Timing, facts_of_call
from runs.models import Step
from runs.shown.diffs import ChangeShown
from runs.shown.effects import EffectShown
from runs.shown.messages import Block
from runs.shown.prompts import ContextShown
from runs.shown.results import PieceShown
from runs.shown.steps import Place
from runs.shown.stories import BitShown, FindingShown
from runs.shown.texts import TextShown
from runs.shown.tools.arguments import Argument, arguments_shown
from runs.shown.tools.calls import LaneLink
from runs.shown.usage import Usage
from runs.tools import arguments_of, text_in
from runs.words import count, duration, size

_ABSENT = {
    "running": "No result yet.",
    "unanswered": "The run is over and no result ever came.",
    "cancelled": "It was stopped before a result came.",
    "denied": "It was not allowed to run.",
}

#: What kind of failure it was, where the error's own text does not say it.
_ERROR_KINDS = {
    "api": "API error:",
    "network": "Network:",
    "policy": "Not permitted:",
    "timeout": "Timed out:",
    "validation": "Not a valid call:",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class RawShown:
    """Input and output as they were recorded, bounded; sizes in words."""

    input: TextShown
    output: TextShown
    input_size: str
    output_size: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Links:
    """Where the step, its neighbours and its other readings are."""

    here: str
    raw: str  #: the step's other reading: raw from the panel, the panel from raw
    record: str
    markdown: str
    messages: str  #: those up to here
    files: str  #: as they were when the step was through; empty where the run changed none
    run: str
    before: str = ""
    after: str = ""
    fates: str = ""  #: what became of its edits; empty when it made none


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One step, whole. `call` is what the template of a tool's family shows; `raw` replaces all of it."""

    seq: int
    kind: str
    template: str
    sentence: Sentence
    facts: list[str]
    started: datetime | None
    status: str
    error: str
    error_title: str
    tool: str
    key: str
    absent: str
    links: Links
    call: object = None
    raw: RawShown | None = None
    arguments: list[Argument] = field(default_factory=list)
    input: TextShown = field(default_factory=TextShown)
    pictures: list[PieceShown] = field(default_factory=list)  #: of a prompt
    result: TextShown = field(default_factory=TextShown)
    details: list[Argument] = field(default_factory=list)
    effects: list[EffectShown] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    lanes: list[LaneLink] = field(default_factory=list)
    context: ContextShown | None = None
    usage: Usage | None = None
    model_facts: list[Fact] = field(default_factory=list)
    sources: str = ""
    markdown: SafeString | str = ""
    findings: list[FindingShown] = field(default_factory=list)  #: that the step helps to prove
    standings: list[list[BitShown]] = field(default_factory=list)  #: of its checks, of a retried call

    @property
    def changes(self) -> list[ChangeShown]:
        """List the changes of all files."""
        return [change for effect in self.effects for change in effect.changes]

    @property
    def effect_title(self) -> str:
        """Name what the effects show: both sides, or the only one that is known."""
        asked, changed = (
            any(getattr(effect, name) for effect in self.effects) for name in ("asked", "changes")
        )
        return "Intent and effect" if asked and changed else "What it wanted" if asked else "Effect"


def kind_template(kind: str) -> str:
    """Name the template of a kind of step."""
    return f"runs/steps/_{kind}.html"


def step_facts(step: Step) -> list[str]:
    """Say where and when: `Step 12`, `turn 5`, `Bash`, `18 ms`."""
    words = [f"Step {step.seq}", f"turn {step.turn}" if step.turn else "", step.tool or step.model]
    words += [duration(step.duration_ms), f"attempt {step.attempt}" if step.attempt else ""]
    return [word for word in words if word]


def details_shown(detail: Mapping[str, object]) -> list[Argument]:
    """List the small facts that the source told of a step."""
    return arguments_shown({key: value for key, value in detail.items() if value not in (None, "")})


def task_of(text: str) -> str:
    """Find what a sub-agent was told to do."""
    if text.lstrip().startswith("{"):
        return text_in(arguments_of(text), "prompt", "message", "task", "description")
    return text


def absent_words(step: Step) -> str:
    """Say why there is no result."""
    return _ABSENT.get(step.status, "No output.")


def error_title(step: Step) -> str:
    """Say what kind of failure it was, unless the error says so itself."""
    return _ERROR_KINDS.get(step.error_kind, "")


def model_facts(step: Step) -> list[Fact]:
    """List how the model was called, why it stopped and how fast it was."""
    ttft = step.detail.get("ttft_ms")
    timing = Timing(
        duration_ms=step.duration_ms,
        ttft_ms=ttft if isinstance(ttft, int) else None,
        output_tokens=step.output_tokens,
        lower_bound=step.lower_bound,
    )
    return facts_of_call(step.detail, step.usage, step.stop_reason, timing)


def size_words(text: str, whole: int) -> str:
    """Say how large a recorded text is: `12 lines · 4.1 kB`."""
    if not text:
        return "empty"
    lines = text.count("\n") + 1
    return f"{count(lines)} line{'s' * (lines != 1)} · {size(max(len(text.encode()), whole))}"


def link_of(place: Place, seq: int | None) -> str:
    """Give the page of a step; empty for none."""
    return place.step_url(seq) if seq is not None else ""


def linked_blocks(blocks: Sequence[tuple[Block, str]], seqs: Mapping[str, int], place: Place) -> list[Block]:
    """Tie the calls in an answer to the steps that they became."""
    return [
        Block(
            kind=block.kind,
            title=block.title,
            html=block.html,
            step_seq=seqs[key],
            url=link_of(place, seqs[key]),
        )
        if key in seqs
        else block
        for block, key in blocks
    ]

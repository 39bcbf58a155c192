"""The step panel: what one step was asked, what it did, what it cost."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.utils.safestring import SafeString

from runs.ansi import strip_ansi
from runs.diffs import diff_of
from runs.facts import Sentence
from runs.kinds import Kind
from runs.models import Step
from runs.shown.diffs import ChangeShown, DiffHunk, hunks_shown
from runs.shown.messages import Block, MessageShown
from runs.shown.steps import Place
from runs.shown.texts import TextShown, code, plain, terminal
from runs.tools import COMMAND_NAMES, PATH_NAMES, Family, arguments_of, family_of, text_in
from runs.words import count, duration, money, short_path

_BUCKETS = (
    ("input", "input_tokens", "Input, not cached"),
    ("cache_read", "cache_read_tokens", "Read from the cache"),
    ("cache_write_5m", "cache_write_5m_tokens", "Written to the cache, 5 min"),
    ("cache_write_1h", "cache_write_1h_tokens", "Written to the cache, 1 h"),
    ("output", "output_tokens", "Output"),
)
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
class Argument:
    """One argument of a call; long ones get a block of their own."""

    name: str
    value: str = ""
    block: TextShown | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PriceLine:
    """One bucket of a call's usage, and what it cost."""

    name: str
    tokens: str
    rate: str
    cost: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Usage:
    """What a call used and cost, line by line."""

    lines: list[PriceLine]
    total: str
    source: str
    notes: list[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class ContextShown:
    """The messages sent to the model: what was added at this call."""

    size: int
    added: list[MessageShown]
    skipped: int  #: added messages that are not shown
    dropped: int  #: messages of the call before that are not sent any more
    url: str
    previous_seq: int | None = None
    previous_url: str = ""


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One step, whole."""

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
    exit_code: int | None
    arguments: list[Argument]
    command: str
    path: str
    todos: list[tuple[str, str]]
    input: TextShown
    result: TextShown
    absent: str
    raw_url: str
    details: list[Argument]
    intent: list[list[DiffHunk]] = field(default_factory=list)
    changes: list[ChangeShown] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    context: ContextShown | None = None
    usage: Usage | None = None
    sources: str = ""
    previous_url: str = ""
    next_url: str = ""
    run_url: str = ""
    markdown: SafeString | str = ""


def tool_template(tool: str) -> str:
    """Name the template of a tool: one file a family."""
    return f"runs/tools/_{family_of(tool)}.html"


def kind_template(kind: str) -> str:
    """Name the template of a kind of step."""
    return f"runs/steps/_{kind}.html"


def step_facts(step: Step) -> list[str]:
    """Say where and when: `Step 12`, `turn 5`, `Bash`, `18 ms`."""
    words = [f"Step {step.seq}", f"turn {step.turn}" if step.turn else "", step.tool or step.model]
    words += [duration(step.duration_ms), f"attempt {step.attempt}" if step.attempt else ""]
    return [word for word in words if word]


def arguments_shown(text: str) -> list[Argument]:
    """List a call's arguments: short ones beside their names, long or nested ones below."""
    shown = []
    for name, value in arguments_of(text).items():
        if isinstance(value, str) and len(value) < 100 and "\n" not in value:
            shown.append(Argument(name=name, value=strip_ansi(value)))
        elif isinstance(value, bool | int | float) or value is None:
            shown.append(
                Argument(name=name, value=str(value).lower() if isinstance(value, bool) else str(value))
            )
        else:
            shown.append(
                Argument(name=name, block=plain(value if isinstance(value, str) else _as_json(value)))
            )
    return shown


def details_shown(detail: Mapping[str, object]) -> list[Argument]:
    """List the small facts that the source told of a step."""
    return arguments_shown(_as_json({key: value for key, value in detail.items() if value not in (None, "")}))


def _as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def intent_of(step: Step, text: str, path: str) -> list[list[DiffHunk]]:
    """Show what an edit was asked to replace, piece by piece; where in the file is not known."""
    if family_of(step.tool) is not Family.EDIT:
        return []
    arguments = arguments_of(text)
    edits = arguments.get("edits")
    pieces = [piece for piece in edits if isinstance(piece, dict)] if isinstance(edits, list) else [arguments]
    texts = [
        (text_in(piece, "old_string", "old_str"), text_in(piece, "new_string", "new_str")) for piece in pieces
    ]
    return [hunks_shown(diff_of(old, new, path, numbered=False)) for old, new in texts if old or new]


def task_of(step: Step, text: str) -> str:
    """Find what a sub-agent was told to do."""
    if text.lstrip().startswith("{"):
        return text_in(arguments_of(text), "prompt", "message", "task", "description")
    return text


def command_of(step: Step, text: str) -> str:
    """Find the command of a shell call."""
    told = step.detail.get("command")
    command = told if isinstance(told, str) and told else text_in(arguments_of(text), *COMMAND_NAMES)
    return strip_ansi(command)


def path_of(step: Step, text: str, *, cwd: str) -> str:
    """Find the file that a call is about."""
    told = step.detail.get("path")
    path = told if isinstance(told, str) and told else text_in(arguments_of(text), *PATH_NAMES)
    return short_path(path, cwd)


def todos_of(step: Step, text: str) -> list[tuple[str, str]]:
    """List a plan as (status, what)."""
    arguments = arguments_of(text)
    todos = arguments.get("todos") or arguments.get("plan") or step.detail.get("todos")
    items = [item for item in todos if isinstance(item, dict)] if isinstance(todos, list) else []
    return [
        (str(item.get("status", "pending")), text_in(item, "content", "step", "description"))
        for item in items
    ]


def result_shown(step: Step, text: str, *, path: str, raw_url: str) -> TextShown:
    """Show a result as its tool's results are read best."""
    family, whole = family_of(step.tool), step.output_size
    if family is Family.READ and step.kind == Kind.TOOL and step.status == "ok":
        return code(text, path=path, start=_start_line(step), whole=whole, more_url=raw_url)
    if family is Family.SHELL:
        return terminal(text, whole=whole, more_url=raw_url)
    return plain(text, whole=whole, more_url=raw_url)


def _start_line(step: Step) -> int:
    start = step.detail.get("start_line")
    return start if isinstance(start, int) else 1


def absent_words(step: Step) -> str:
    """Say why there is no result."""
    return _ABSENT.get(step.status, "No output.")


def error_title(step: Step) -> str:
    """Say what kind of failure it was, unless the error says so itself."""
    return _ERROR_KINDS.get(step.error_kind, "")


def usage_shown(step: Step) -> Usage | None:
    """Explain what a call cost: tokens × rate, bucket by bucket."""
    given = [(name, label, getattr(step, column)) for name, column, label in _BUCKETS]
    if all(value is None for _, _, value in given):
        return None
    rates = (step.price or {}).get("rates", {})
    lines = [_price_line(label, value, rates.get(name)) for name, label, value in given if value]
    return Usage(
        lines=lines,
        total=money(step.cost_usd) if step.cost_usd is not None else "unknown",
        source=_price_source(step),
        notes=list(_usage_notes(step)),
    )


def _price_line(label: str, value: int, rate: str | None) -> PriceLine:
    if rate is None:
        return PriceLine(name=label, tokens=count(value), rate="", cost="")
    cost = Decimal(rate) * value / 1_000_000
    return PriceLine(
        name=label, tokens=count(value), rate=f"${Decimal(rate).normalize():f}", cost=money(cost)
    )


def _price_source(step: Step) -> str:
    if step.price is None:
        return f"No price is known for {step.model or 'this model'}."
    if step.price.get("source") == "reported":
        return "The cost as the source reported it."
    model, source = step.price.get("model", step.model), step.price.get("source")
    return f"Dollars per million tokens of {model}, from {source}."


def _usage_notes(step: Step):
    if step.reasoning_tokens:
        yield f"{count(step.reasoning_tokens)} of the output tokens are reasoning."
    if step.lower_bound:
        yield "The output tokens were not reported in full: the real cost is higher."
    if step.copied:
        yield "Billed to another run, which made this very call."


def link_of(place: Place, seq: int | None) -> str:
    """Give the page of a step; empty for none."""
    return f"{place.url('run')}?step={seq}" if seq is not None else ""


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

"""Log entries as calls and happenings: what a span tells already is not told twice."""

from datetime import datetime, timedelta

from msgspec import Struct, field

from ingest import wild
from ingest.formats.events.values import capped
from ingest.formats.homemade.fields import AT, Fields, duration_of, plain
from ingest.formats.homemade.near import Near, end_of
from ingest.formats.homemade.reading import ERRORS, STATUS, nanoseconds, span_of
from ingest.formats.homemade.tree import Node, Tree, fill
from ingest.formats.homemade.words import STATUSES, sentence_of, status_of
from ingest.spans.span import SpanKind
from runs.kinds import Kind, StepStatus
from runs.records import StepRecord, digest_of

SOURCE = "homemade:logs"
SLACK = timedelta(seconds=2) // timedelta(microseconds=1) * 1_000
CLOSES = ("result", "response", "end", "complete", "completed", "finish", "finished", "output", "received")
FAILS = ("error", "failed", "failure", "exception", "timeout")
STARTS = frozenset({"start", "started", "init", "initialized"})
ENDS = frozenset(
    {"end", "ended", "complete", "completed", "finish", "finished", "success", "failed", "failure", "error"}
)
#: What is put before the words of a beginning or an end.
WHOLES = ("agent", "run", "task", "session", "workflow")
LIMITS = frozenset({"maxiterations", "maxiterationsreached", "maxturns", "maxsteps", "budgetexceeded"})
LOUD = ("error", "critical", "fatal")


class Log(Struct):
    """The entries of a run, walked from the first to the last."""

    tree: Tree
    known: Near  #: calls that spans told
    open: list[tuple[SpanKind, Node]] = field(default_factory=list)
    start: Fields | None = None
    end: Fields | None = None
    keys: dict[str, int] = field(default_factory=dict)
    told: int = 0  #: entries that a span had told already

    def key_of(self, entry: Fields, at: datetime | None) -> str:
        """Name an entry by what it says; the second of two that say the same gets a number."""
        said = (at, entry.word("eventtype"), entry.word("message", "msg"), entry.word("level"))
        key = f"log:{digest_of(repr(said).encode('utf-8', 'replace')).hex()}"
        self.keys[key] = self.keys.get(key, 0) + 1
        return key if self.keys[key] == 1 else f"{key}:{self.keys[key]}"


def read_entries(tree: Tree, entries: list[Fields]) -> Log:
    """Add the calls of a log to a tree, and what else it says as steps."""
    log = Log(tree=tree, known=Near([node for node in tree.nodes if not node.is_wrapper]))
    for entry in entries:
        read_entry(log, entry)
    return log


def read_entry(log: Log, entry: Fields) -> None:
    word = plain(entry.word("eventtype", "event", "type") or "")
    at = entry.when(*AT)
    kind = kind_of_entry(word)
    if kind is not None:
        add_call(log, entry, kind, word, at)
    elif edge_of(word) == "start":
        log.start = log.start or entry
    elif edge_of(word) == "end":
        log.end = entry
        entry.own.setdefault("status", "FAILED" if word.endswith(FAILS) else word)
    elif any(
        plain(one.fields.word(*STATUS) or "") == word for one in log.known.around(nanoseconds(at), SLACK)
    ):
        log.told += 1
    else:
        log.tree.steps.append(happening(log, entry, word, at))


def is_told(log: Log, word: str, at: int) -> bool:
    """Say whether the status of a span tells the same, as `PLAN_CREATED` of an iteration does."""
    return any(plain(one.fields.word(*STATUS) or "") == word for one in log.known.around(at, SLACK))


def edge_of(word: str) -> str:
    """Say whether an entry is the "start" or the "end" of the run."""
    if word in LIMITS:
        return "end"
    whole = next((one for one in WHOLES if word.startswith(one)), "")
    rest = word.removeprefix(whole)
    if rest in STARTS:
        return "start"
    return "end" if rest in ENDS and (whole or rest not in FAILS) else ""


def kind_of_entry(word: str) -> SpanKind | None:
    """Say whether an entry tells of a model call or of a tool call."""
    if word.startswith(("llm", "model", "completion", "generation")):
        return SpanKind.LLM
    return SpanKind.TOOL if word.startswith(("tool", "function")) else None


def add_call(log: Log, entry: Fields, kind: SpanKind, word: str, at: datetime | None) -> None:
    """Open a call, close one, or tell it whole."""
    if word.endswith(FAILS) and entry.word(*STATUS) is None:
        entry.own["status"] = max((one for one in STATUSES if word.endswith(one)), key=len, default="error")
        entry.own.setdefault("error", entry.word(*ERRORS) or entry.word("message", "msg"))
    key = entry.id("spanid") or log.key_of(entry, at)
    span = span_of(entry, kind, trace=log.tree.run, span=key, source=SOURCE)
    now, took = nanoseconds(at), (duration_of(entry) or 0) * 1_000_000
    closes = word.endswith((*CLOSES, *FAILS, "success"))
    span.start, span.end = (max(now - took, 0), now) if closes else (now, now + took if took else 0)
    node = Node(span=span, fields=entry, type=kind.value)
    if (known := mate_of(log.known, node)) is not None:
        log.told += 1
        fill(known.span, span)
    elif closes and (opened := opened_by(log, node)) is not None:
        opened.span.end = now
        opened.span.failed, opened.span.error = span.failed, span.error
        opened.span.error_kind = span.error_kind
        opened.fields.own |= {name: value for name, value in entry.own.items() if name not in AT}
        opened.fields.bag |= entry.bag
        fill(opened.span, span)
    else:
        if not closes:
            log.open.append((kind, node))
            has_end = entry.any("response", "result", "output", "status", "outputtokens") is not None
            span.end = span.end or (now if has_end else 0)
        log.tree.nodes.append(node)


def mate_of(known: Near, node: Node) -> Node | None:
    """Find the span that an entry speaks of: by id, else the nearest by kind, tool and time."""
    named = node.fields.id("spanid")
    if named:
        return known.by_id.get(named)
    span = node.span
    at = span.end or span.start
    fitting = [one for one in known.around(at, SLACK) if one.span.kind is span.kind]
    if span.tool not in (None, "unknown"):
        fitting = [one for one in fitting if one.span.tool == span.tool]
    return min(fitting, key=lambda one: abs(at - end_of(one)), default=None)


def opened_by(log: Log, node: Node) -> Node | None:
    """Take the open call that an entry closes: by its id, else the oldest of its kind and tool."""
    for place, (kind, one) in enumerate(log.open):
        same_tool = node.span.tool in (None, "unknown", one.span.tool)
        if node.span.call_id and one.span.call_id:
            same_tool = node.span.call_id == one.span.call_id
        if kind is node.span.kind and same_tool:
            del log.open[place]
            return one
    return None


def happening(log: Log, entry: Fields, word: str, at: datetime | None) -> StepRecord:
    """Write what is no call: an error, or an event. Iterations and debug lines are kept out of sight."""
    level = plain(entry.word("level", "severity") or "")
    status, kind = status_of(word)
    failed = status is StepStatus.FAILED or level in LOUD or word.endswith(FAILS)
    text, size = capped(entry.text("message", "msg"))
    detail: dict[str, object] = {"level": level} if level else {}
    if level in ("debug", "trace") or word.startswith("iteration"):
        detail["meta"] = True
    if entry.bag:
        detail["data"] = wild.tree(
            {name: value for name, value in list(entry.bag.items())[:20] if len(repr(value)) < 500}
        )
    return StepRecord(
        run=log.tree.run,
        key=log.key_of(entry, at),
        kind=Kind.ERROR if failed else Kind.EVENT,
        source=SOURCE,
        name=entry.word("eventtype", "event", "type") or "log",
        status=StepStatus.FAILED if failed else StepStatus.OK,
        error=((text or "").partition("\n")[0][:300] or sentence_of(word) or "Failed.") if failed else None,
        error_kind=kind if failed else None,
        started_at=at,
        input=None if failed else text,
        input_size=None if failed else size,
        output=text if failed else None,
        output_size=size if failed else None,
        detail=detail,
    )


def root_of(log: Log, run: str) -> Node | None:
    """Make the run's own span of the entries that say how it began and ended."""
    if log.start is None and log.end is None:
        return None
    start, end = log.start or Fields({}), log.end or Fields({})
    both = Fields({})
    both.own, both.bag = start.own | end.own, start.bag | end.bag
    span = span_of(both, SpanKind.AGENT, trace=run, span=run, source=SOURCE)
    at, until = start.when(*AT), end.when(*AT)
    span.start, span.end = nanoseconds(at or until), nanoseconds(until)
    return Node(span=span, fields=both, type="agentrun")

"""A tree of spans walked to steps: leaves are calls, iterations and wrappers are none."""

from collections.abc import Iterator

from msgspec import Struct, field, structs

from ingest import wild
from ingest.formats.homemade.documents import Flat
from ingest.formats.homemade.fields import Fields, plain
from ingest.formats.homemade.joining import PARENTS, id_of
from ingest.formats.homemade.reading import FILLED, STATUS, exit_code_of, span_of
from ingest.formats.homemade.words import ITERATIONS, PLAIN_STATUSES, TYPES, plain_type, status_of
from ingest.spans.contexts import Contexts
from ingest.spans.edits import changes_of_call
from ingest.spans.span import Span, SpanKind, moment
from ingest.spans.steps import Place, step_of
from runs.kinds import Kind, StepStatus
from runs.records import ChangeRecord, StepRecord

#: Kinds whose spans are steps.
CALLS = frozenset({SpanKind.LLM, SpanKind.TOOL, SpanKind.RETRIEVER, SpanKind.GUARDRAIL, SpanKind.HANDOFF})
#: Spans above one another; deeper chains are cut.
MOST_ABOVE = 200


class Node(Struct):
    """One span with its place in the tree."""

    span: Span
    fields: Fields
    type: str
    above: "Node | None" = None
    below: list["Node"] = field(default_factory=list)

    @property
    def is_iteration(self) -> bool:
        return self.type in ITERATIONS

    @property
    def is_wrapper(self) -> bool:
        """Say whether a call only holds another of its kind: the inner one is the call itself."""
        inner = [child for child in self.below if child.span.kind is self.span.kind]
        if self.span.kind is not SpanKind.TOOL:
            return bool(inner)
        # A tool may call other tools; then it is a call of its own.
        executes = self.type == "toolexecution" and any(child.type != self.type for child in inner)
        return executes or any(child.span.tool == self.span.tool for child in inner)


class Tree(Struct):
    """The spans of one run."""

    run: str
    nodes: list[Node]
    steps: list[StepRecord] = field(default_factory=list)
    changes: list[ChangeRecord] = field(default_factory=list)
    contexts: Contexts = field(default_factory=Contexts)

    @property
    def root(self) -> Node | None:
        """Take the run's own span: the first agent that lies in nothing, else what holds the first spans."""
        tops = [node for node in self.nodes if node.above is None]
        holders = [node for node in tops if node.below and node.span.kind not in CALLS]
        return next((node for node in tops if node.span.kind is SpanKind.AGENT), next(iter(holders), None))

    @property
    def calls(self) -> list[Node]:
        return [node for node in self.nodes if node.span.kind in CALLS and not node.is_wrapper]


def tree_of(run: str, parts: list[list[Flat]], source: str) -> Tree:
    """Tie the spans of a run; of two with one id the later counts."""
    nodes: dict[str, Node] = {}
    places: dict[tuple[int, int], str] = {}
    flats = [(number, flat) for number, part in enumerate(parts) for flat in part]
    for number, flat in flats:
        name = places[number, flat.place] = id_of(flat)
        kind = plain_type(flat.fields)
        span = span_of(flat.fields, TYPES.get(kind, SpanKind.NONE), trace=run, span=name, source=source)
        nodes[name] = Node(span=span, fields=flat.fields, type=kind)
    for number, flat in flats:
        nested = places.get((number, flat.parent)) if flat.parent is not None else None
        tie(nodes, places[number, flat.place], nested or flat.fields.id(*PARENTS))
    return Tree(run=run, nodes=list(in_order(nodes)))


def tie(nodes: dict[str, Node], name: str, above: str | None) -> None:
    """Put a span below another one, unless that closes a circle or goes too deep."""
    node, over = nodes[name], nodes.get(above or "")
    if over is None or node.above is not None:
        return
    here: Node | None = over
    for _ in range(MOST_ABOVE):
        if here is None:
            node.above = over
            over.below.append(node)
            return
        if here is node:
            return
        here = here.above


def in_order(nodes: dict[str, Node]) -> Iterator[Node]:
    """Walk down the trees, spans side by side in the order of time; what has no time keeps its place."""
    waiting = [node for node in nodes.values() if node.above is None]
    waiting.reverse()
    while waiting:
        node = waiting.pop()
        yield node
        timed = all(child.span.start for child in node.below)
        waiting += reversed(sorted(node.below, key=lambda one: one.span.start) if timed else node.below)


def write_steps(tree: Tree, root: Node | None) -> None:
    """Write the steps of a tree, those above before those below."""
    homes: dict[str, tuple[str, str | None]] = {}
    for node in tree.nodes:
        above = node.above.span.span_id if node.above else ""
        lane, owner = homes.get(above, ("", None))
        name = node.span.span_id
        place = Place(run=tree.run, key=name, lane=lane, owner=owner)
        homes[name] = (lane, owner)
        if node.span.kind is SpanKind.AGENT and node is not root:
            tree.steps.append(own_step(tree, node, place))
            homes[name] = (name, name)
        elif node.span.kind in CALLS and not node.is_wrapper:
            tree.steps.append(own_step(tree, node, place))
            homes[name] = (lane, name if node.span.kind is SpanKind.TOOL else owner)
            note_changes(tree, node, tree.steps[-1])
        elif node is not root:
            tree.steps += told_of(node, place)


def own_step(tree: Tree, node: Node, place: Place) -> StepRecord:
    """Write the step of a call or a sub-agent, with the status its own word says."""
    inherit(node)
    step = step_of(node.span, place, tree.contexts)
    status, _ = status_of(node.fields.word(*STATUS))
    if status in (StepStatus.DENIED, StepStatus.CANCELLED):
        step = structs.replace(step, status=status)
    attempt = wild.integer(node.fields.any("attempt", "attemptnumber"), 1_000)
    return structs.replace(
        step,
        error_kind=node.span.error_kind if step.error else None,
        exit_code=exit_code_of(node.fields),
        call_id=node.span.call_id if step.kind == Kind.LLM else None,
        attempt=attempt or None,
        detail=step.detail | facts_of(node),
    )


def inherit(node: Node) -> None:
    """Take from the wrapper of a call what the call itself does not say."""
    above, span = node.above, node.span
    if above is None or above.span.kind is not span.kind or len(above.below) > 1:
        return
    fill(span, above.span)
    if span.tool == "unknown":
        span.tool = above.span.tool


def fill(span: Span, other: Span) -> None:
    """Take from another telling of a call what this one does not say."""
    for name in FILLED:
        if getattr(span, name) is None:
            setattr(span, name, getattr(other, name))


def facts_of(node: Node) -> dict[str, object]:
    """Name the iteration a step lies in, and a status that says more than whether it worked."""
    facts: dict[str, object] = {}
    above = node.above
    while above is not None and not above.is_iteration:
        above = above.above
    if above is not None:
        facts["iteration"] = (
            above.fields.word("iteration", "iterationnumber", "number", "index") or above.span.name
        )[:200]
    word = node.fields.word(*STATUS)
    if word and plain(word) not in PLAIN_STATUSES:
        facts["status_word"] = word[:200]
    return facts


def told_of(node: Node, place: Place) -> list[StepRecord]:
    """Tell of an iteration that failed by itself, or whose status is an event (`PLAN_CREATED`)."""
    span, word = node.span, node.fields.word(*STATUS)
    if span.failed and not any(child.span.failed for child in node.below):
        kind, status = Kind.ERROR, StepStatus.FAILED
    elif (word and plain(word) not in PLAIN_STATUSES and not span.failed) or not (
        node.below or node.is_iteration
    ):
        kind, status = Kind.EVENT, StepStatus.OK
    else:
        return []
    return [
        StepRecord(
            run=place.run,
            key=place.key,
            kind=kind,
            source=span.source,
            name=word if word and kind is Kind.EVENT and node.below else span.name or word,
            status=status,
            error=span.error if kind is Kind.ERROR else None,
            error_kind=span.error_kind if kind is Kind.ERROR else None,
            agent=place.lane,
            parent=place.owner,
            started_at=moment(span.start),
            ended_at=moment(span.end),
            input=node.fields.text("plan", "message", "description", "thought"),
            output=span.error if kind is Kind.ERROR else None,
        )
    ]


def note_changes(tree: Tree, node: Node, step: StepRecord) -> None:
    """List the files that a tool call which worked changed."""
    if step.kind == Kind.TOOL and step.status == StepStatus.OK:
        tree.changes += changes_of_call(
            tree.run, step.key, tool=step.tool or "", input=step.input, source=step.source
        )

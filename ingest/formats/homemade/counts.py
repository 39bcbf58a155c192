"""Token logs: an entry that a model call of a span or a log matches is that call, told again."""

from msgspec import structs

from ingest.formats.homemade.fields import AT, Fields, duration_of, plain
from ingest.formats.homemade.near import Near, end_of
from ingest.formats.homemade.reading import nanoseconds, span_of
from ingest.formats.homemade.tree import Node, Tree
from ingest.formats.homemade.usage import cost_in, tokens_in, usage_of
from ingest.spans.span import SpanKind
from runs.records import digest_of

SOURCE = "homemade:tokens"
#: An entry may be written this long before or after the call's end.
SLACK = 5_000_000_000


def read_counts(tree: Tree, entries: list[Fields]) -> int:
    """Give each entry to its call, else make it a call of its own; the number of entries that found one."""
    near = Near([node for node in tree.calls if node.span.kind is SpanKind.LLM])
    taken: set[str] = set()
    keys: dict[str, int] = {}
    for entry in entries:
        call = call_of(entry, near, taken)
        if call is None:
            tree.nodes.append(node_of(tree, entry, keys))
            continue
        span = call.span
        taken.add(span.span_id)
        if span.tokens is None:
            span.tokens, span.usage = tokens_in(entry), usage_of(entry)
        if span.cost_usd is None:
            span.cost_usd = cost_in(entry)
        span.model = span.model or entry.word("model", "modelname")
    return len(taken)


def call_of(entry: Fields, near: Near, taken: set[str]) -> Node | None:
    """Find the call that an entry counts: by id, else by time, operation and counts, the nearest first."""
    named = entry.id("spanid")
    if named and named not in taken and named in near.by_id:
        return near.by_id[named]
    at, tokens = nanoseconds(entry.when(*AT)), tokens_in(entry)
    operation = plain(entry.word("operation", "name") or "")
    fitting: list[tuple[bool, int, int, Node]] = []
    for node in near.around(at, SLACK):
        span = node.span
        if span.span_id in taken or (span.tokens is not None and tokens != span.tokens):
            continue
        strange = operation not in (
            "",
            plain(span.name),
            plain(node.fields.word("operation") or ""),
            node.type,
        )
        # Of another name and without counts to compare, time alone does not make two things one.
        if not strange or span.tokens is not None:
            fitting.append((strange, abs(at - end_of(node)), len(fitting), node))
    return min(fitting)[3] if fitting else None


def node_of(tree: Tree, entry: Fields, keys: dict[str, int]) -> Node:
    """Make a model call of an entry that nothing else tells of."""
    said = (entry.when(*AT), entry.word("operation"), tokens_in(entry))
    key = f"tokens:{digest_of(repr(said).encode('utf-8', 'replace')).hex()}"
    keys[key] = keys.get(key, 0) + 1
    key = key if keys[key] == 1 else f"{key}:{keys[key]}"
    span = span_of(entry, SpanKind.LLM, trace=tree.run, span=key, source=SOURCE)
    at, took = nanoseconds(entry.when(*AT)), (duration_of(entry) or 0) * 1_000_000
    span = structs.replace(span, start=max(at - took, 0), end=at, messages=None)
    return Node(span=span, fields=entry, type="llm")

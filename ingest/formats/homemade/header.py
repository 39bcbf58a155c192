"""The run itself: what it is called, how it ended, what it was asked and what it answered."""

from collections import Counter
from datetime import datetime, timedelta

from ingest.formats.events.values import capped
from ingest.formats.homemade.anomalies import reported_of
from ingest.formats.homemade.fields import Fields
from ingest.formats.homemade.joining import Bundle
from ingest.formats.homemade.reading import STATUS, TASK
from ingest.formats.homemade.tree import Node, Tree
from ingest.formats.homemade.usage import cost_in
from ingest.formats.homemade.words import RUN_STATUS, sentence_of, status_of
from ingest.spans.span import SpanKind, moment
from runs.kinds import Kind, RunStatus, StepStatus
from runs.records import RunRecord, StepRecord
from runs.titles import title_of

#: A file whose newest record is younger is still being written.
STILL_RUNNING = timedelta(minutes=10)
LONG = 500


def record_of(bundle: Bundle, tree: Tree, root: Node | None, *, now: datetime) -> RunRecord:
    """Write the run."""
    head = bundle.parts[0].head
    fields = root.fields if root else head
    first = min((part.begin for part in bundle.parts if part.begin), default=None)
    last = max((part.end for part in bundle.parts if part.end), default=None)
    status, error = standing(fields, root, fresh=last is not None and now - last < STILL_RUNNING)
    task = task_of(fields, head)
    models = Counter(
        node.span.model for node in tree.calls if node.span.model and node.span.kind is SpanKind.LLM
    )
    title = title_of(task) if task else root.span.name if root else None
    return RunRecord(
        external_id=bundle.external_id,
        source=(root.span.source if root else "homemade"),
        at=last,
        session=fields.id("sessionid", "conversationid") or head.id("sessionid", "conversationid"),
        name=title[:200] if title else None,
        task=task[:4_000] if task else None,
        agent=agent_of(bundle, fields, root),
        agent_version=fields.word("agentversion", "version") or head.word("agentversion", "version"),
        model=models.most_common(1)[0][0] if models else None,
        repo=fields.word("repo", "repository"),
        branch=fields.word("branch", "gitbranch"),
        commit=fields.word("commit", "gitcommit", "commithash"),
        cwd=fields.word("cwd", "workdir", "workingdirectory", "workspace"),
        status=status,
        error=error,
        started_at=first,
        ended_at=last if status is not RunStatus.RUNNING else None,
        meta=facts_of(bundle, fields),
    )


def agent_of(bundle: Bundle, fields: Fields, root: Node | None) -> str | None:
    """Name the agent: by its name, else by its id, else by its span."""
    named = fields.word("agentname", "agent", "agentid") or bundle.parts[0].head.word(
        "agentname", "agent", "agentid"
    )
    ids = min((name for part in bundle.parts for name in part.agents), default=None)
    is_agent = root is not None and root.span.kind is SpanKind.AGENT
    return (named or ids or (root.span.name if root and is_agent else None) or "own agent")[:200]


def task_of(fields: Fields, head: Fields) -> str | None:
    return fields.text(*TASK) or head.text("task", "goal", "prompt", "query")


def standing(fields: Fields, root: Node | None, *, fresh: bool) -> tuple[RunStatus, str | None]:
    """Say how a run stands, and why."""
    word = fields.word(*STATUS)
    if word is None and (root is None or not root.span.end):
        return RunStatus.RUNNING if fresh else RunStatus.UNFINISHED, None
    status, _ = status_of(word)
    if status is StepStatus.RUNNING and not fresh:
        return RunStatus.UNFINISHED, None
    error = root.span.error if root else sentence_of(word)
    if error and status is StepStatus.OK:
        status = StepStatus.FAILED
    return RUN_STATUS[status], error if status is StepStatus.FAILED else None


def facts_of(bundle: Bundle, fields: Fields) -> dict[str, object]:
    """Keep what the root says of the whole: totals are shown, never added."""
    facts: dict[str, object] = {}
    word, cost = fields.word(*STATUS), cost_in(fields)
    if word:
        facts["status_word"] = word[:LONG]
    if cost is not None:
        facts["reported_cost_usd"] = cost
    return facts | reported_of(bundle)


def steps_around(
    tree: Tree, root: Node | None, task: str | None
) -> tuple[list[StepRecord], list[StepRecord]]:
    """Write what a human asked, before all others, and the final answer, after them."""
    if root is None or root.span.kind is not SpanKind.AGENT:
        return [], []
    before, after = [], []
    if task:
        before = [edge(tree, root, Kind.PROMPT, "prompt", input=task)]
    if root.span.output and not root.span.failed:
        after = [edge(tree, root, Kind.FINAL, "final", output=root.span.output)]
    return before, after


def edge(
    tree: Tree, root: Node, kind: Kind, name: str, *, input: str | None = None, output: str | None = None
) -> StepRecord:
    given, given_size = capped(input)
    came, came_size = capped(output)
    return StepRecord(
        run=tree.run,
        key=f"{name}:{root.span.span_id}",
        kind=kind,
        source=root.span.source,
        status=StepStatus.OK,
        started_at=moment(root.span.start if kind is Kind.PROMPT else root.span.end),
        input=given,
        input_size=given_size,
        output=came,
        output_size=came_size,
    )

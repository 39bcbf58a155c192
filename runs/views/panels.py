"""What the panel beside the timeline holds of one step."""

from django.utils.safestring import SafeString

from runs.contents import read_blob, read_blobs, read_message_digests
from runs.fragments import place_of
from runs.kinds import FAILED_STATES, Kind, StepStatus
from runs.limits import ADDED_SHOWN
from runs.markdown import markdown_html
from runs.models import Run, Step
from runs.queries.changes import changes_of_step, hidden_steps, texts_of
from runs.queries.steps import neighbours_of, previous_call, rows_by_key, step_of
from runs.sentences import sentence_of
from runs.shown.diffs import ChangeShown, change_shown
from runs.shown.messages import answer_blocks, message_shown
from runs.shown.panels import (
    ContextShown,
    Panel,
    absent_words,
    arguments_shown,
    command_of,
    details_shown,
    error_title,
    intent_of,
    kind_template,
    link_of,
    linked_blocks,
    path_of,
    result_shown,
    step_facts,
    task_of,
    todos_of,
    tool_template,
    usage_shown,
)
from runs.shown.steps import Place, facts_of
from runs.shown.texts import plain
from teams.models import Project


def whole_text(run: Run, preview: str, digest: bytes | None) -> str:
    """Read a text whole: the preview is all of it unless a blob holds more."""
    data = read_blob(run.id, digest) if digest is not None else None
    return data.decode("utf-8", "replace") if data is not None else preview


def read_panel(project: Project, run: Run, seq: int) -> Panel:
    """Gather one step. Raises Http404."""
    step = step_of(run, seq)
    place = place_of(project, run)
    input_text = whole_text(run, step.input_preview, step.input_digest)
    output_text = whole_text(run, step.output_preview, step.output_digest)
    path = path_of(step, input_text, cwd=run.cwd)
    changes, hidden = _changes(run, step, place)
    before, after = neighbours_of(run, step)
    raw_url = place.url("step_output", seq)
    return Panel(
        seq=seq,
        kind=step.kind,
        template=tool_template(step.tool) if step.kind == Kind.TOOL else kind_template(step.kind),
        sentence=_sentence(step, run, hidden=hidden),
        facts=step_facts(step),
        started=step.started_at,
        status=step.status,
        error=step.error if _is_trouble(step) else "",
        error_title=error_title(step),
        tool=step.tool,
        key=step.key,
        exit_code=step.exit_code,
        arguments=arguments_shown(input_text) if step.kind != Kind.PROMPT else [],
        command=command_of(step, input_text),
        path=path,
        todos=todos_of(step, input_text),
        input=plain(input_text, whole=step.input_size, more_url=place.url("step_input", seq)),
        result=result_shown(step, output_text, path=path, raw_url=raw_url),
        absent=absent_words(step),
        raw_url=place.url("step_raw", seq),
        details=details_shown(step.detail) if step.kind not in (Kind.TOOL, Kind.LLM, Kind.PROMPT) else [],
        changes=changes,
        intent=intent_of(step, input_text, path) if step.kind == Kind.TOOL and not changes else [],
        blocks=_blocks(run, step, output_text, place),
        context=_context(run, step, place),
        usage=usage_shown(step),
        sources=", ".join(step.sources),
        previous_url=link_of(place, before),
        next_url=link_of(place, after),
        run_url=place.url("run"),
        markdown=_prose(step, input_text),
    )


def _is_trouble(step: Step) -> bool:
    stopped = step.status in FAILED_STATES or step.status == StepStatus.CANCELLED
    return stopped or step.kind in (Kind.ERROR, Kind.RETRY)


def _prose(step: Step, text: str) -> SafeString | str:
    if step.kind == Kind.AGENT:
        text = task_of(step, text)
    return markdown_html(text) if step.kind in (Kind.PROMPT, Kind.AGENT) else ""


def _sentence(step: Step, run: Run, *, hidden: bool):
    row = {
        name: getattr(step, name)
        for name in ("kind", "tool", "name", "model", "status", "error", "error_kind")
    }
    row |= {
        name: getattr(step, name)
        for name in ("agent", "exit_code", "duration_ms", "attempt", "output_tokens")
    }
    row |= {name: getattr(step, name) for name in ("stop_reason", "lines_added", "lines_removed", "changes")}
    row |= {"input_text": step.input_preview, "output_text": step.output_preview, "detail": step.detail}
    return sentence_of(facts_of(row, cwd=run.cwd, hidden=hidden))


def _changes(run: Run, step: Step, place: Place) -> tuple[list[ChangeShown], bool]:
    """Read the step's file changes as diffs, and whether any of them was not declared."""
    if not step.changes:
        return [], False
    changes = changes_of_step(run, step.key)
    texts = texts_of(run, changes)
    hidden = bool(hidden_steps(run, [step.key]))
    declared = {change.path for change in changes if change.origin == "declared"}
    return [
        change_shown(change, texts, place, hidden=change.origin == "observed" and change.path not in declared)
        for change in changes
    ], hidden


def _blocks(run: Run, step: Step, output: str, place: Place):
    """Read a model's answer into blocks; the calls in it link to their steps."""
    if step.kind not in (Kind.LLM, Kind.FINAL, Kind.AGENT, Kind.HANDOFF):
        return []
    blocks = answer_blocks(output)
    wanted = [key for _, key in blocks if key]
    seqs = {key: row["seq"] for key, row in rows_by_key(run, wanted).items()} if wanted else {}
    return linked_blocks(blocks, seqs, place)


def _context(run: Run, step: Step, place: Place) -> ContextShown | None:
    """Compare the messages sent with those of the call before: what was added, what is gone."""
    if step.context_digest is None:
        return None
    previous = previous_call(run, step)
    now = read_message_digests(run.id, step.context_digest)
    then = read_message_digests(run.id, previous.context_digest) if previous else []
    same = next(
        (n for n, (a, b) in enumerate(zip(now, then, strict=False)) if a != b), min(len(now), len(then))
    )
    shown = now[same:][-ADDED_SHOWN:]
    texts = read_blobs(run.id, shown)
    first = len(now) - len(shown)
    return ContextShown(
        size=len(now),
        added=[message_shown(first + n + 1, texts[key]) for n, key in enumerate(shown) if key in texts],
        skipped=len(now) - same - len(shown),
        dropped=len(then) - same,
        url=place.url("messages", step.seq),
        previous_seq=previous.seq if previous else None,
        previous_url=link_of(place, previous.seq if previous else None),
    )

"""What the panel beside the timeline holds of one step."""

from dataclasses import replace
from typing import Any

from django.http import HttpRequest
from django.utils.safestring import SafeString

from runs.fragments import place_of
from runs.kinds import FAILED_STATES, Kind, StepStatus
from runs.markdown import markdown_html
from runs.models import Run, Step
from runs.pictures import words_and_pictures
from runs.queries.findings import findings_at, judgement_of
from runs.queries.lanes import neighbours_of
from runs.queries.steps import rows_by_key, step_of
from runs.sentences import sentence_of
from runs.shown.checks import check_standings
from runs.shown.messages import Block, answer_blocks
from runs.shown.panels import (
    Links,
    Panel,
    RawShown,
    absent_words,
    details_shown,
    error_title,
    kind_template,
    link_of,
    linked_blocks,
    model_facts,
    size_words,
    step_facts,
    task_of,
)
from runs.shown.results import piece_shown
from runs.shown.retries import retry_standings
from runs.shown.steps import Place, facts_of
from runs.shown.stories import BitShown, finding_shown, told_story
from runs.shown.texts import plain, verbatim
from runs.shown.tools.arguments import arguments_shown
from runs.shown.tools.families import call_shown, template_of
from runs.shown.usage import usage_shown
from runs.tools import arguments_of
from runs.views.calls import Texts, read_call, read_effects, read_lanes, read_texts
from runs.views.prompts import read_context
from runs.views.timelines import kept_of
from teams.models import Project

_TOLD = (Kind.TOOL, Kind.LLM, Kind.PROMPT)  # kinds whose facts have a place of their own


def panel_of(request: HttpRequest, project: Project, run: Run, seq: int) -> Panel:
    """Gather one step for the reading that the address asks for (`raw=1`). Raises Http404."""
    place = place_of(project, run, kept_of(request))
    if request.GET.get("raw") == "1":
        return read_raw_panel(run, place, seq)
    return read_panel(run, place, seq)


def read_panel(run: Run, place: Place, seq: int) -> Panel:
    """Gather one step. Raises Http404."""
    step = step_of(run, seq)
    texts = read_texts(run, step)
    effects = read_effects(run, step, place, texts)
    shared = _shared(run, step, place, raw=False, hidden=effects.hidden)
    words, pictures = words_and_pictures(texts.input)
    if step.kind == Kind.TOOL:
        call = read_call(run, step, place, texts)
        return Panel(
            **shared, template=template_of(call.family), call=call_shown(call), effects=effects.files
        )
    return Panel(
        **shared,
        template=kind_template(step.kind),
        arguments=arguments_shown(arguments_of(texts.input)) if step.kind == Kind.AGENT else [],
        input=plain(words, whole=0 if pictures else step.input_size, more_url=place.url("step_input", seq)),
        pictures=[piece_shown(piece) for piece in pictures],
        result=plain(texts.output, whole=step.output_size, more_url=place.url("step_output", seq)),
        details=details_shown(step.detail) if step.kind not in _TOLD else [],
        effects=effects.files,
        blocks=_blocks(run, step, texts.output, place),
        lanes=read_lanes(run, step, place) if step.kind == Kind.AGENT else [],
        context=read_context(run, step, place),
        usage=usage_shown(step),
        model_facts=model_facts(step) if step.kind == Kind.LLM else [],
        markdown=_prose(step, words),
    )


def read_raw_panel(run: Run, place: Place, seq: int) -> Panel:
    """Gather one step as it was recorded: input and output as they came, nothing painted. Raises Http404."""
    step = step_of(run, seq)
    texts = read_texts(run, step)
    return Panel(
        **_shared(run, step, place, raw=True, hidden=False),
        template="runs/steps/_raw.html",
        raw=_raw(step, texts, place),
    )


def _raw(step: Step, texts: Texts, place: Place) -> RawShown:
    return RawShown(
        input=verbatim(texts.input, whole=step.input_size, more_url=place.url("step_input", step.seq)),
        output=verbatim(texts.output, whole=step.output_size, more_url=place.url("step_output", step.seq)),
        input_size=size_words(texts.input, step.input_size),
        output_size=size_words(texts.output, step.output_size),
    )


def _shared(run: Run, step: Step, place: Place, *, raw: bool, hidden: bool) -> dict[str, Any]:
    """Gather what both readings of a step show."""
    return {
        "seq": step.seq,
        "kind": step.kind,
        "sentence": step_sentence(step, run, hidden=hidden),
        "facts": step_facts(step),
        "started": step.started_at,
        "status": step.status,
        "error": step.error if is_trouble(step) else "",
        "error_title": error_title(step),
        "tool": step.tool,
        "key": step.key,
        "absent": absent_words(step),
        "sources": ", ".join(step.sources),
        "links": _links(run, step, place, raw=raw),
        "findings": [finding_shown(finding, place) for finding in findings_at(run, step.seq)],
        "standings": _standings(run, step, place),
    }


def _standings(run: Run, step: Step, place: Place) -> list[list[BitShown]]:
    """Say how the checks of a call stood, or which attempt of a call a retry was."""
    retried = step.kind == Kind.RETRY or (step.kind == Kind.LLM and run.retries)
    if step.kind not in (Kind.TOOL, Kind.AGENT) and not retried:
        return []
    story = told_story(judgement_of(run))
    if retried:
        return retry_standings(story.retries, step.seq, place)
    return check_standings(story.checks, step.seq, place)


def _links(run: Run, step: Step, place: Place, *, raw: bool) -> Links:
    before, after = neighbours_of(run, step)
    here, reading = link_of(place, step.seq), "&raw=1" if raw else ""
    return Links(
        here=link_of(replace(place, kept=()), step.seq),
        raw=here if raw else f"{here}&raw=1",
        record=place.url("step_raw", step.seq),
        markdown=place.url("step_markdown", step.seq),
        messages=place.url("messages", step.seq),
        files=place.url("files_at", step.seq) if run.changes else "",
        run=place.kept_url("run", "step"),
        fates=place.url("fates", step.seq) if step.changes else "",
        before=f"{link_of(place, before)}{reading}" if before is not None else "",
        after=f"{link_of(place, after)}{reading}" if after is not None else "",
    )


def is_trouble(step: Step) -> bool:
    """Say whether the step's error is worth a line of its own."""
    stopped = step.status in FAILED_STATES or step.status == StepStatus.CANCELLED
    return stopped or step.kind in (Kind.ERROR, Kind.RETRY)


def _prose(step: Step, text: str) -> SafeString | str:
    if step.kind == Kind.AGENT:
        text = task_of(text)
    return markdown_html(text) if step.kind in (Kind.PROMPT, Kind.AGENT) else ""


_SENTENCE = (
    "kind", "tool", "name", "model", "status", "error", "error_kind", "agent", "exit_code", "duration_ms",
    "attempt", "output_tokens", "stop_reason", "lines_added", "lines_removed", "changes", "detail",
)  # fmt: skip


def step_sentence(step: Step, run: Run, *, hidden: bool):
    """Say what the step did, as its row of the timeline does."""
    row = {name: getattr(step, name) for name in _SENTENCE}
    row |= {"input_text": step.input_preview, "output_text": step.output_preview}
    return sentence_of(facts_of(row, cwd=run.cwd, hidden=hidden))


def _blocks(run: Run, step: Step, output: str, place: Place) -> list[Block]:
    """Read a model's answer into blocks; the calls in it link to their steps."""
    if step.kind not in (Kind.LLM, Kind.FINAL, Kind.AGENT, Kind.HANDOFF):
        return []
    blocks = answer_blocks(output)
    wanted = [key for _, key in blocks if key]
    seqs = {key: row["seq"] for key, row in rows_by_key(run, wanted).items()} if wanted else {}
    return linked_blocks(blocks, seqs, place)

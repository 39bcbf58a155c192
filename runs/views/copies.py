"""One step to be taken along: as Markdown."""

from collections.abc import Iterator
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from runs.diffs import unified
from runs.excerpts import Part, step_excerpt
from runs.fragments import place_of
from runs.kinds import Kind
from runs.models import FileChange, Run, Step
from runs.pictures import spoken
from runs.queries.changes import changes_of_step, hidden_steps, texts_of
from runs.queries.runs import run_of
from runs.queries.steps import step_of
from runs.sentences import answer_texts
from runs.shown.diffs import texts_in
from runs.shown.panels import link_of, step_facts
from runs.tools import COMMAND_NAMES, Family, arguments_of, family_of_call, text_in
from runs.views.calls import Texts, read_texts
from runs.views.panels import is_trouble, step_sentence
from runs.views.plain import plain_text
from teams.access import project_for


@require_GET
@login_required
def show_markdown(request: HttpRequest, team: str, project: str, run_id: Any, seq: int) -> HttpResponse:
    """Show a step as Markdown: sentence, facts, arguments, result, diffs, and where it is."""
    found = project_for(request.user, team, project)
    run = run_of(found, run_id)
    step = step_of(run, seq)
    sentence = step_sentence(step, run, hidden=bool(step.changes and hidden_steps(run, [step.key])))
    text = step_excerpt(
        verb=sentence.verb,
        subject=sentence.object,
        is_code=sentence.is_code,
        tags=" ".join(tag.text for tag in sentence.tags),
        facts=[*step_facts(step), str(run)],
        error=step.error if is_trouble(step) else "",
        parts=[*_told(step, read_texts(run, step)), *_diffs(run, step)],
        url=request.build_absolute_uri(link_of(place_of(found, run), seq)),
    )
    return plain_text(text, filename=f"step-{seq}.md")


def _told(step: Step, texts: Texts) -> Iterator[Part]:
    if step.kind in (Kind.LLM, Kind.FINAL):
        said, thought, called = answer_texts(texts.output)
        for title, text in (("Thinking", thought), ("Answer", said), ("Called", "\n".join(called))):
            if text:
                yield Part(title=title, text=text)
        return
    given, result = spoken(texts.input), spoken(texts.output)
    arguments = arguments_of(texts.input)
    command = text_in(arguments, *COMMAND_NAMES)
    if family_of_call(step.tool, arguments) is Family.SHELL and command:
        yield Part(title="Command", text=command, language="sh")
    elif texts.input:
        title = "Arguments" if step.kind == Kind.TOOL else "Given"
        language = "json" if texts.input.startswith("{") else ""
        yield Part(
            title=title, text=given, language=language, whole=_whole(step.input_size, texts.input, given)
        )
    if texts.output:
        yield Part(title="Result", text=result, whole=_whole(step.output_size, texts.output, result))


def _whole(size: int, text: str, told: str) -> int:
    """Say nothing of the bytes that pictures take."""
    return size if told == text else 0


def _diffs(run: Run, step: Step) -> list[Part]:
    rows = changes_of_step(run, step.key) if step.changes else []
    texts = texts_of(run, rows)
    return [
        Part(title=f"Changed {row.path} (+{row.additions} −{row.deletions})", text=patch, language="diff")
        for row in rows
        if (patch := _patch(row, texts))
    ]


def _patch(row: FileChange, texts: dict[bytes, str]) -> str:
    told = texts_in(row, texts)
    return unified(told.before, told.after, row.path) if told.are_known else told.patch or ""

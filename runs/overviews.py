"""A run at a glance: what the panel shows while no step is chosen, and what keeps it fresh."""

from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from runs.fragments import place_of, show_steps
from runs.kinds import RunStatus
from runs.limits import FAILURES_SHOWN, FILES_SHOWN
from runs.markdown import markdown_html
from runs.models import Run
from runs.queries.changes import files_of, first_hidden
from runs.queries.steps import failures_of, last_words, rows_by_key
from runs.sentences import answer_texts
from runs.shown.panels import link_of
from runs.shown.relatives import Family, read_family
from runs.shown.steps import StepRow
from teams.models import Project

_FAILURES = {
    RunStatus.DONE: "What failed on the way",
    RunStatus.RUNNING: "What failed so far",
}
#: Failures that a phone shows before the rest is opened; static/css/fold.css hides those after them.
_BRIEF = 3
_NO_FAILURES = {RunStatus.RUNNING: "Nothing failed so far", RunStatus.DONE: "Nothing failed"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Overview:
    """What was asked, where it broke, what it changed, how it ended."""

    task: SafeString
    answer: SafeString | str
    answer_title: str
    answer_url: str
    failures_title: str
    failures: list[StepRow]
    more_failures: int
    hidden: list[StepRow]  #: steps that changed files and did not say so: often where it went wrong
    files: list[dict]
    more_files: int
    family: Family | None
    tries_url: str  #: the runs of its task
    prompt_url: str  #: its system prompt

    @property
    def rest(self) -> str:
        """Name what a phone shows only when asked: `Hidden changes, task, files`."""
        parts = {
            "more failures": len(self.failures) > _BRIEF,
            "hidden changes": bool(self.hidden),
            "task": True,
            "answer": bool(self.answer),
            "relatives": self.family is not None,
            "files": bool(self.files),
        }
        words = ", ".join(name for name, is_there in parts.items() if is_there)
        return words[0].upper() + words[1:]


def read_overview(project: Project, run: Run) -> Overview:
    """Gather a run at a glance."""
    failed = failures_of(run, limit=FAILURES_SHOWN) if run.failures else []
    files = files_of(run) if run.changes else []
    last = last_words(run)
    answer = answer_texts(last.output_preview)[0] if last else ""
    return Overview(
        task=markdown_html(run.task),
        answer=markdown_html(answer),
        answer_title="What it said last" if run.status == RunStatus.RUNNING else "Its last words",
        answer_url=link_of(place_of(project, run), last.seq if last and answer else None),
        failures_title=failures_title(run, some=bool(failed)),
        failures=show_steps(project, run, failed),
        more_failures=run.failures - len(failed),
        hidden=_hidden(project, run) if any(file["hidden"] for file in files) else [],
        files=files[:FILES_SHOWN],
        more_files=max(0, len(files) - FILES_SHOWN),
        family=read_family(project, run),
        tries_url=_tries_url(project, run),
        prompt_url=_prompt_url(project, run),
    )


def _tries_url(project: Project, run: Run) -> str:
    base = reverse("runs:list", args=[project.team.slug, project.slug])
    return f"{base}?task={bytes(run.task_key).hex()}" if run.task_key else ""


def _prompt_url(project: Project, run: Run) -> str:
    return reverse("runs:prompt", args=[project.team.slug, project.slug, run.prompt]) if run.prompt else ""


def _hidden(project: Project, run: Run) -> list[StepRow]:
    rows = rows_by_key(run, first_hidden(run, limit=FAILURES_SHOWN))
    return show_steps(project, run, sorted(rows.values(), key=lambda row: row["seq"]))


def failures_title(run: Run, *, some: bool) -> str:
    """Say in a headline how it went; a run that failed without a failing step failed all the same."""
    status = RunStatus(run.status)
    if some:
        return _FAILURES.get(status, "Where it broke")
    return _NO_FAILURES.get(status, "No step failed")


def render_overview(project: Project, run: Run, story: dict[str, Any]) -> str:
    """Render it as the page does, with what rules say (`runs.stories.read_story`)."""
    context = {"overview": read_overview(project, run), "project": project, "run": run} | story
    return render_to_string("runs/_overview.html", context)

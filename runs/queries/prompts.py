"""Prompts of a project: what versions are called, and which variant a run is."""

from collections.abc import Iterable

from django.db.models import QuerySet

from runs.comparing.prompts import label_of, parts_of_label
from runs.models import PromptVersion, Run
from runs.words import one_line
from teams.models import Project


def version_named(project: Project, label: str) -> int | None:
    """Find the version that a name like "reviewer v3" means."""
    parts = parts_of_label(label)
    if parts is None:
        return None
    named = PromptVersion.objects.filter(project=project, family__name=parts[0], number=parts[1])
    return named.values_list("id", flat=True).first()


def labels_of(project: Project, versions: Iterable[int | None]) -> dict[int, str]:
    """Name versions: the variants of runs that were sent no label."""
    return _labels(PromptVersion.objects.filter(project=project), versions)


def prompt_label(run: Run) -> str:
    """Name the version of a run's main prompt; empty when none was recorded."""
    if not run.prompt:
        return ""
    return _labels(PromptVersion.objects.filter(project=run.project_id), [run.prompt]).get(run.prompt, "")


def variant_of(run: Run) -> str:
    """Name the variant of a run: the label that was sent, else the version of its prompt."""
    return run.variant or prompt_label(run)


def names_of_filter(project: Project, *, prompt: int, task: str) -> dict[str, str]:
    """Say in words which prompt and which task a filter means."""
    named = {"prompt": label} if (label := labels_of(project, [prompt]).get(prompt)) else {}
    if task:
        tried = Run.objects.filter(project=project, task_key=bytes.fromhex(task))
        words = tried.values_list("task", flat=True).first()
        named |= {"task": one_line(words, limit=60)} if words else {}
    return named


def _labels(found: QuerySet[PromptVersion], versions: Iterable[int | None]) -> dict[int, str]:
    wanted = {version for version in versions if version}
    if not wanted:
        return {}
    rows = found.filter(id__in=wanted).values_list("id", "family__name", "number")
    return {version: label_of(name, number) for version, name, number in rows}

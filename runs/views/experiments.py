"""Experiments: a project's tasks by variant."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from runs.comparing.limits import EXPERIMENT_RUNS, EXPERIMENT_TASKS, EXPERIMENT_VARIANTS
from runs.comparing.matrices import SPREAD, TASK, TRIES, Matrix, matrix_of, sorted_rows
from runs.limits import FILTER_CHARS
from runs.queries.experiments import TaskWords, cells_of, words_of_tasks
from runs.queries.sums import choices_of
from runs.shown.experiments import cell_shown, rows_shown, totals_shown, words_of
from runs.views.filters import PRESETS, Chip, menu_chip, query_string, read_filter
from teams.access import project_for
from teams.models import Project

#: Filters of the list that the page has, too.
_FILTERS = ("agent", "model", "repo", "when", "q")
_MENUS = ("repo", "agent", "model")
_ONCE = "all"  #: value of `tasks` that shows those tried once, too


@require_GET
@login_required
def show_experiments(request: HttpRequest, team: str, project: str) -> HttpResponse:
    """Show the tasks of a project by variant."""
    found = project_for(request.user, team, project)
    state = _state(request.GET)
    chosen = read_filter({name: state[name] for name in _FILTERS if name in state}, now=timezone.now())
    least = 1 if state.get("tasks") == _ONCE else 2
    matrix = matrix_of(cells_of(found, chosen, least=least), most=EXPERIMENT_VARIANTS)
    context = {
        "project": found,
        "state": state,
        "chips": _chips(found, state),
        "once": least == 1,
        "once_url": query_string(state, tasks="" if least == 1 else _ONCE, page=""),
        "most": EXPERIMENT_RUNS if matrix.total.runs >= EXPERIMENT_RUNS else 0,
        **_page(found, matrix, state),
    }
    return render(request, "runs/experiments.html", context)


def _state(query: Mapping[str, str]) -> dict[str, str]:
    names = (*_FILTERS, "sort", "order", "tasks", "page")
    return {name: query[name].replace("\0", "")[:FILTER_CHARS] for name in names if query.get(name)}


def _page(project: Project, matrix: Matrix, state: dict[str, str]) -> dict[str, Any]:
    sort = state.get("sort", "")
    sort = sort if sort in (TASK, SPREAD, TRIES, *matrix.variants) else SPREAD
    words: dict[bytes, TaskWords] = {}
    if sort == TASK:
        words = words_of_tasks(project, [row.task for row in matrix.rows])
    names = {task: told.words for task, told in words.items()}
    rows = sorted_rows(matrix.rows, by=sort, names=names, upwards=state.get("order") == "up")
    page = _number(state.get("page", ""), most=(len(rows) - 1) // EXPERIMENT_TASKS)
    shown = rows[page * EXPERIMENT_TASKS : (page + 1) * EXPERIMENT_TASKS]
    words = words or words_of_tasks(project, [row.task for row in shown])
    base = reverse("runs:list", args=[project.team.slug, project.slug])
    filters = {name: state[name] for name in _FILTERS if name in state}

    def link(task: str, variant: str) -> str:
        return base + query_string(filters, task=task, variant=variant)

    return {
        "matrix": matrix,
        "heads": [_head(name, name, state, sort) for name in matrix.variants],
        "task_head": _head(TASK, "Task", state, sort),
        "spread_head": _head(SPREAD, "Spread", state, sort),
        "tries_head": _head(TRIES, "All", state, sort),
        "rows": rows_shown(shown, matrix, words, link),
        "totals": totals_shown(matrix, link),
        "total": cell_shown(matrix.total, variant="All", url=link("", ""), of="All"),
        "summary": words_of(matrix.total),
        "report_url": _report_url(
            reverse("runs:reports", args=[project.team.slug, project.slug]), filters, matrix
        ),
        "first": page * EXPERIMENT_TASKS + 1,
        "last": page * EXPERIMENT_TASKS + len(shown),
        "before": query_string(state, page=str(page - 1)) if page else "",
        "after": query_string(state, page=str(page + 1)) if len(rows) > (page + 1) * EXPERIMENT_TASKS else "",
    }


def _report_url(reports: str, filters: dict[str, str], matrix: Matrix) -> str:
    """Link the comparison of the two variants of most runs."""
    first = sorted(matrix.variants, key=lambda variant: -matrix.totals[variant].runs)[:2]
    if len(first) < 2:
        return ""
    sides = {f"{side}.{name}": value for side in "ab" for name, value in filters.items()}
    return reports + query_string(sides | {"a.variant": first[0], "b.variant": first[1]})


def _head(name: str, words: str, state: dict[str, str], sort: str) -> dict[str, Any]:
    is_sorted, upwards = name == sort, state.get("order") == "up"
    order = "up" if is_sorted and not upwards else ""
    goes_up = upwards != (name == TASK)  # words go from A on
    direction = ("ascending" if goes_up else "descending") if is_sorted else ""
    return {"words": words, "url": query_string(state, sort=name, order=order, page=""), "sorted": direction}


def _chips(project: Project, state: dict[str, str]) -> list[Chip]:
    chosen = {name: value for name, value in state.items() if name != "page"}
    presets = {name: words for name, (words, _) in PRESETS.items()}
    chips = []
    for name in _MENUS:
        offered, given = choices_of(project, name), chosen.get(name, "")
        options = {value: value for value in ([given] if given and given not in offered else []) + offered}
        chips.append(menu_chip(chosen, name, name.title(), options))
    return [*chips, menu_chip(chosen, "when", "When", presets)]


def _number(value: str, *, most: int) -> int:
    return min(int(value), max(0, most)) if value.isascii() and value.isdigit() and len(value) < 9 else 0

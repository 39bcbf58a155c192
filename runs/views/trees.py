"""The Tree: turns, what lies in them, and where time, tokens and money went."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from runs.fragments import head_of
from runs.limits import TREE_OPEN
from runs.models import Run
from runs.queries.runs import run_of
from runs.shown.tree_rows import inside_html
from runs.shown.trees import MEASURES, State, query_of
from runs.tree_pages import Tree, is_node, read_node, read_tree
from runs.views.panels import panel_of
from runs.views.runs import miss_step, run_context
from runs.views.timelines import number_in
from teams.access import project_for
from teams.models import Project


@require_GET
@login_required
@vary_on_headers("HX-Request")
def show_tree(request: HttpRequest, team: str, project: str, run_id: Any) -> HttpResponse:
    """Show the tree; alone the panel of a step, what lies in one `node`, or (`rows`) a live page's rows."""
    found = project_for(request.user, team, project)
    run = run_of(found, run_id)
    seq, node, state = number_in(request, "step"), request.GET.get("node", ""), state_in(request)
    after, before = number_in(request, "after"), number_in(request, "before")
    if is_node(node):
        inside = read_node(found, run, state, node, after=after, before=before)
        return HttpResponse(inside_html(**inside))
    if "rows" in request.GET:
        return render(request, "runs/_tree.html", rows_again(request, found, run, state))
    try:
        panel = panel_of(request, found, run, seq) if seq is not None else None
    except Http404:
        return miss_step(request, found, run, seq)
    if request.htmx and request.htmx.target == "panel":
        return render(request, "runs/_panel.html", {"panel": panel})
    tree = read_tree(found, run, state, chosen=seq, after=after, before=before)
    context = run_context(request, found, run, tab="tree") | tree_context(tree, state)
    return render(request, "runs/tree.html", context | {"panel": panel})


def rows_again(request: HttpRequest, project: Project, run: Run, state: State) -> dict[str, Any]:
    """Read what a page shows anew: from its `first` turn on, open what is open there, whatever is chosen."""
    first = number_in(request, "first")
    after = None if first is None else first - 1
    tree = read_tree(project, run, state, chosen=None, after=after, before=None)
    return tree_context(tree, state) | {"head": head_of(run), "is_running": run.status == "running"}


def tree_context(tree: Tree, state: State) -> dict[str, Any]:
    """Gather what the tree's own part of a page shows."""
    return {"tree": tree, "measures": measures_of(state), "most_open": TREE_OPEN}


def state_in(request: HttpRequest) -> dict[str, str]:
    """Read what the address holds of the tree."""
    by = request.GET.get("by", "")
    state = {"by": by if by in MEASURES else "time"}
    for name, most in (("events", 3), ("open", TREE_OPEN * 11), ("step", 9), ("after", 9), ("before", 9)):
        state[name] = request.GET.get(name, "")[:most]
    return state


def measures_of(state: dict[str, str]) -> list[tuple[str, str, bool]]:
    """List what rows can be shaded by: title, link, chosen."""
    return [(title, query_of(state, by=name), name == state["by"]) for name, title in MEASURES.items()]

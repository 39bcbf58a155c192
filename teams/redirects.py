"""Back to where a button was pressed."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from teams.models import Project


def go_back(request: HttpRequest, project: Project, page: str) -> HttpResponse:
    """Go back to the path in the form's `next`, if it is one of ours; else to a page of the project."""
    there = request.POST.get("next", "")
    # Only paths: a mere word would be looked up among the names of views.
    if there.startswith("/") and url_has_allowed_host_and_scheme(there, allowed_hosts=None):
        return HttpResponseRedirect(there)
    return redirect(page, project.team.slug, project.slug)

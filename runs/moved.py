"""Addresses of runs that became parts of others lead to those."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from runs.queries.runs import RunMoved


class MovedRuns:
    """Answer a page of a run that moved with where it is now; the gate has let the visitor in by then."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer as the view does."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Lead on; the number of a step is another one there, so only the page itself is kept."""
        if isinstance(error, RunMoved) and request.method == "GET":
            return HttpResponseRedirect(request.path.replace(str(error.run_id), str(error.into)))
        return None

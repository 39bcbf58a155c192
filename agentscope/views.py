"""Pages that belong to no app."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from django.views.defaults import page_not_found

from teams.access import NOT_HERE

#: What no form of a browser sends: SDKs also ask for paths outside of /api/ that this server has not.
SENT_BY_PROGRAMS = ("application/json", "application/x-protobuf", "application/x-ndjson")


@require_safe
@never_cache
def show_health(request: HttpRequest) -> JsonResponse:
    """Answer 200 when the database answers, else 503; for load balancers and for the supervisor."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"status": "down", "database": "unreachable"}, status=503)
    return JsonResponse({"status": "ok", "database": "ok"})


@csrf_exempt
def show_no_api(request: HttpRequest, rest: str) -> HttpResponse:
    """Answer a program that asks for what the API has not."""
    return JsonResponse({"error": NOT_HERE}, status=404)


def answer_absent(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what is not here: programs in JSON, people with a page."""
    if request.path.startswith("/api/") or request.content_type in SENT_BY_PROGRAMS:
        return JsonResponse({"error": NOT_HERE}, status=404)
    return page_not_found(request, exception)

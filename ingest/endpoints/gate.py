"""What every endpoint of programs has: its key, its caps, one sentence for every refusal."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

import msgspec
from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation, TooManyFilesSent
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from ingest import rejecting
from ingest.crumbs import refuse_crumbs
from ingest.limits import BUSY_SECONDS, EVENTS_DECODED_BYTES, EVENTS_ENCODED_BYTES, RETRY_AFTER_SECONDS
from ingest.outage import DatabaseAway, outage
from ingest.streams import Refused, read_body
from teams.access import key_from_request, project_for_key, why_refused
from teams.addresses import address_of
from teams.models import ApiKey, Project

log = logging.getLogger(__name__)

Endpoint = Callable[[HttpRequest, Project], HttpResponse]

BUSY = "The server has more to do than it can; nothing was stored, try again."
DATABASE_AWAY = "The database cannot be reached; nothing was stored, try again."
OURS = "This is a fault of ours, and the server's log says more; nothing was stored, keep it and tell us."
CUT_OFF = "The body ended before it was complete; nothing was stored."
EMPTY = "The body is empty; send the events or files to store."


def for_programs(endpoint: Endpoint) -> Callable[[HttpRequest], HttpResponse]:
    """Gate an endpoint that takes what is posted; GET says whether the key is fine."""

    @wraps(endpoint)
    def answer(request: HttpRequest, project: Project) -> HttpResponse:
        if request.method == "GET":
            told = {"key": "ok", "project": project.slug, "team": project.team.slug}
            return as_json({**told, "time": timezone.now().isoformat()})  # doctor compares the clocks
        return endpoint(request, project)

    return gated(answer, methods=("POST", "GET"))


def for_questions(endpoint: Endpoint) -> Callable[[HttpRequest], HttpResponse]:
    """Gate an endpoint that SDKs ask before they send."""
    return gated(endpoint, methods=("GET",))


def gated(endpoint: Callable[..., HttpResponse], *, methods: tuple[str, ...]) -> Callable[..., HttpResponse]:
    """Gate an endpoint by its key; what is refused is one sentence of JSON, and noted for the team."""

    @csrf_exempt
    @wraps(endpoint)
    def answer(request: HttpRequest, **parameters: str) -> HttpResponse:
        if request.method not in methods:
            return refuse(f"Use {methods[0]}.", status=405, headers={"Allow": ", ".join(methods)})
        visit = Visit(key_from_request(request))
        is_too_much = getattr(request, "is_too_much", False)  # see `ingest.asgi`
        response = busy() if is_too_much else answered(endpoint, request, visit, parameters)
        if response.status_code >= 400:
            note_refusal(request, visit, response)
        return response

    return answer


class Visit:
    """Who asks: the key as it came, and what it was found to be."""

    def __init__(self, raw_key: str) -> None:
        self.raw_key = raw_key
        self.key: ApiKey | None = None

    def enter(self, request: HttpRequest) -> Project:
        """Let a key in. Raises Refused (401)."""
        found = project_for_key(self.raw_key, scope="ingest", address=address_of(request))
        if found is None:
            why, self.key = why_refused(self.raw_key, scope="ingest")
            raise Refused(why, status=401)
        self.key = found
        return found.project


def answered(
    endpoint: Callable[..., HttpResponse], request: HttpRequest, visit: Visit, parameters: dict[str, str]
) -> HttpResponse:
    """Answer a request, whatever happens."""
    try:
        with outage.watched():
            return endpoint(request, visit.enter(request), **parameters)
    except Refused as refused:
        headers = {"WWW-Authenticate": "Bearer"} if refused.status == 401 else None
        return refuse(str(refused), status=refused.status, headers=headers)
    except (OperationalError, InterfaceError) as error:
        if not may_come_back(error):
            log.exception("A request to %s cannot be stored", request.path)
            return refuse(OURS, status=500)
        return away()
    except DatabaseAway:
        return away()
    except UnreadablePostError:
        return refuse(CUT_OFF, status=400)
    except (TooManyFilesSent, RequestDataTooBig):
        return refuse("The form has too many files or fields; send fewer at a time.", status=413)
    except (MultiPartParserError, BadRequest, SuspiciousOperation):
        return refuse("The multipart form is damaged; nothing was stored.", status=400)
    except Exception:
        log.exception("A request to %s failed", request.path)
        return refuse(OURS, status=500)


def busy() -> HttpResponse:
    """Answer that there is no time: every SDK tries again after a 503 with a small `Retry-After`."""
    return refuse(BUSY, status=503, headers={"Retry-After": str(BUSY_SECONDS)})


def away() -> HttpResponse:
    """Answer that nothing can be stored for now."""
    return refuse(DATABASE_AWAY, status=503, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})


def note_refusal(request: HttpRequest, visit: Visit, response: HttpResponse) -> None:
    """Note what was refused, unless the server itself tries once more (`ingest.asgi.serve`)."""
    if response.status_code == 503 and getattr(request, "is_tried_again", False) and not outage.is_on:
        return
    reason = str(msgspec.json.decode(response.content)["error"])
    rejecting.note(request, status=response.status_code, reason=reason, raw_key=visit.raw_key, key=visit.key)


def may_come_back(error: Exception) -> bool:
    """Say whether trying again can help: not where the database works and refuses what it was given."""
    code = getattr(error.__cause__, "sqlstate", None) or ""
    return not code.startswith("54")  # a limit of PostgreSQL itself, such as the size of an index entry


def body_of(request: HttpRequest, *, encoded_cap: int, decoded_cap: int) -> bytes:
    """Read the body within the caps. Raises Refused."""
    refuse_by_length(request, encoded_cap)
    encoding = request.headers.get("content-encoding", "")
    body = read_body(request, encoding, encoded_cap=encoded_cap, decoded_cap=decoded_cap)
    if not body.strip():
        raise Refused(EMPTY, status=422)
    return body


def json_body(request: HttpRequest) -> bytes:
    """Read what a program posts as JSON, or as a form of it. Raises Refused."""
    body = body_of(request, encoded_cap=EVENTS_ENCODED_BYTES, decoded_cap=EVENTS_DECODED_BYTES)
    refuse_crumbs(body)
    return body


def refuse_by_length(request: HttpRequest, cap: int) -> None:
    """Refuse a body by the length it claims, before it is read. Raises Refused."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isascii() and length.isdigit() and int(length[:18]) > cap:
        raise Refused(f"The body is larger than {cap // 2**20} MiB; send it in smaller pieces.", status=413)


def refuse(
    sentence: str, *, status: int, headers: dict[str, str] | None = None, more: dict[str, Any] | None = None
) -> HttpResponse:
    """Answer one sentence."""
    return as_json({"error": sentence, **(more or {})}, status=status, headers=headers)


def as_json(
    value: dict[str, Any], *, status: int = 200, headers: dict[str, str] | None = None
) -> HttpResponse:
    """Answer JSON."""
    return HttpResponse(
        msgspec.json.encode(value), content_type="application/json", status=status, headers=headers
    )

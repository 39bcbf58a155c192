"""The endpoints of programs: authenticate, cap, answer. Answered only after the transaction has committed."""

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

from ingest import pipeline
from ingest.answers import events_answer, import_answer
from ingest.limits import (
    EVENTS_DECODED_BYTES,
    EVENTS_ENCODED_BYTES,
    IMPORT_DECODED_BYTES,
    RETRY_AFTER_SECONDS,
    UPLOAD_BYTES,
)
from ingest.sources import SourceFile
from ingest.streams import Refused, read_body
from ingest.uploads import CappedUploads, uploaded_files
from teams.access import key_from_request, project_for_key
from teams.models import Project

log = logging.getLogger(__name__)

Endpoint = Callable[[HttpRequest, Project], HttpResponse]

NO_KEY = "Send an API key with the scope `ingest`: `Authorization: Bearer as_…` or `x-api-key: as_…`."
DATABASE_AWAY = "The database cannot be reached; nothing was stored, try again."
OURS = "This is a fault of ours, and the server's log says more; nothing was stored, keep it and tell us."
CUT_OFF = "The body ended before it was complete; nothing was stored."
EMPTY = "The body is empty; send the events or files to store."


def for_programs(endpoint: Endpoint) -> Callable[[HttpRequest], HttpResponse]:
    """Gate an endpoint by its key, and answer every refusal as one sentence of JSON."""

    @csrf_exempt
    @wraps(endpoint)
    def answer(request: HttpRequest) -> HttpResponse:
        try:
            if request.method != "POST":
                return refuse("Use POST.", status=405, headers={"Allow": "POST"})
            key = project_for_key(key_from_request(request), scope="ingest")
            if key is None:
                return refuse(NO_KEY, status=401, headers={"WWW-Authenticate": "Bearer"})
            return endpoint(request, key.project)
        except Refused as refused:
            return refuse(str(refused), status=refused.status)
        except (OperationalError, InterfaceError) as error:
            if not may_come_back(error):
                log.exception("A request to %s cannot be stored", request.path)
                return refuse(OURS, status=500)
            return refuse(DATABASE_AWAY, status=503, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})
        except UnreadablePostError:
            return refuse(CUT_OFF, status=400)
        except (TooManyFilesSent, RequestDataTooBig):
            return refuse("The form has too many files or fields; send fewer at a time.", status=413)
        except (MultiPartParserError, BadRequest, SuspiciousOperation):
            return refuse("The multipart form is damaged; nothing was stored.", status=400)
        except Exception:
            log.exception("A request to %s failed", request.path)
            return refuse(OURS, status=500)

    return answer


def may_come_back(error: Exception) -> bool:
    """Say whether trying again can help: not where the database works and refuses what it was given."""
    code = getattr(error.__cause__, "sqlstate", None) or ""
    return not code.startswith("54")  # a limit of PostgreSQL itself, such as the size of an index entry


@for_programs
def post_events(request: HttpRequest, project: Project) -> HttpResponse:
    """Store native events: NDJSON or a JSON array (docs/reference/events.md)."""
    body = body_of(request, encoded_cap=EVENTS_ENCODED_BYTES, decoded_cap=EVENTS_DECODED_BYTES)
    run = request.headers.get("x-agentscope-run") or request.GET.get("run")
    outcome = pipeline.take_events(project, body, run=run, now=timezone.now())
    answer = events_answer(project, outcome)
    if not outcome.accepted and outcome.batch.quarantined:
        return refuse("No event could be read; see `quarantined`.", status=422, more=answer)
    return as_json(answer)


@for_programs
def post_import(request: HttpRequest, project: Project) -> HttpResponse:
    """Import files of any known format, now: a form, or one file as the body (docs/reference/import.md)."""
    outcome = pipeline.take_files(project, files_of_request(request), now=timezone.now())
    answer = import_answer(project, outcome)
    if not outcome.saved and outcome.batch.quarantined:
        return refuse("Nothing in the files could be read; see `quarantined`.", status=422, more=answer)
    return as_json(answer)


def files_of_request(request: HttpRequest) -> list[SourceFile]:
    """Read the files of an import: a multipart form, or the body as one file. Raises Refused."""
    if (request.content_type or "").startswith("multipart/"):
        refuse_by_length(request, UPLOAD_BYTES)
        request.upload_handlers.insert(0, CappedUploads(request))
        files = [SourceFile(path, b"".join(chunks)) for path, chunks in uploaded_files(request)]
        if not files:
            raise Refused("The form has no files; name the field `files`.", status=422)
        return files
    body = body_of(request, encoded_cap=UPLOAD_BYTES, decoded_cap=IMPORT_DECODED_BYTES)
    return [SourceFile(request.GET.get("filename") or "body", body)]


def body_of(request: HttpRequest, *, encoded_cap: int, decoded_cap: int) -> bytes:
    """Read the body within the caps. Raises Refused."""
    refuse_by_length(request, encoded_cap)
    encoding = request.headers.get("content-encoding", "")
    body = read_body(request, encoding, encoded_cap=encoded_cap, decoded_cap=decoded_cap)
    if not body.strip():
        raise Refused(EMPTY, status=422)
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

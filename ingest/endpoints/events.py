"""Native events and files. Answered only after the transaction has committed."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from ingest import pipeline
from ingest.answers import events_answer, import_answer
from ingest.endpoints.gate import as_json, body_of, for_programs, json_body, refuse, refuse_by_length
from ingest.limits import IMPORT_DECODED_BYTES, UPLOAD_BYTES
from ingest.sources import SourceFile
from ingest.streams import Refused
from ingest.uploads import CappedUploads, uploaded_files
from teams.models import Project


@for_programs
def post_events(request: HttpRequest, project: Project) -> HttpResponse:
    """Store native events: NDJSON or a JSON array (docs/reference/events.md)."""
    body = json_body(request)
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

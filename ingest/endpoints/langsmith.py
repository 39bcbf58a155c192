"""LangSmith's API, as far as its SDKs send to it (docs/reference/sdks.md). Answers exactly as they expect."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from ingest import pipeline
from ingest.endpoints.gate import as_json, for_programs, for_questions, gated, json_body
from ingest.formats.sdks import langsmith
from ingest.formats.sdks.told import Told
from ingest.limits import LANGSMITH_BATCH_BYTES, LANGSMITH_BATCH_RUNS
from teams.models import Project

SOURCE = "langsmith"
#: What the SDKs read before the first batch: how large batches may be, and which encodings we read.
INFO = {
    "version": "0.12.0",
    "batch_ingest_config": {
        "use_multipart_endpoint": True,
        "size_limit": LANGSMITH_BATCH_RUNS,
        "size_limit_bytes": LANGSMITH_BATCH_BYTES,
        "scale_up_qsize_trigger": 1000,
        "scale_up_nthreads_limit": 16,
        "scale_down_nempty_trigger": 4,
    },
    "instance_flags": {"gzip_body_enabled": True, "zstd_compression_enabled": True},
}


@for_questions
def show_info(request: HttpRequest, project: Project) -> HttpResponse:
    """Say how to send."""
    return as_json(INFO)


@for_programs
def post_multipart(request: HttpRequest, project: Project) -> HttpResponse:
    """Store a form of runs that begin and end."""
    content_type = request.headers.get("content-type", "")
    told, masked = langsmith.read_multipart(json_body(request), content_type, redacts=project.redacts)
    return store(project, told, masked)


@for_programs
def post_batch(request: HttpRequest, project: Project) -> HttpResponse:
    """Store a batch of runs that begin and end."""
    return store(project, *pipeline.read_body(project, json_body(request), langsmith.read_batch))


@for_programs
def post_run(request: HttpRequest, project: Project) -> HttpResponse:
    """Store one run that begins."""
    return store(project, *pipeline.read_body(project, json_body(request), langsmith.read_post))


def take_patch(request: HttpRequest, project: Project, *, run: str) -> HttpResponse:
    """Store what is new of one run."""
    told, masked = pipeline.read_body(
        project, json_body(request), lambda data: langsmith.read_patch(run, data)
    )
    return store(project, told, masked)


patch_run = gated(take_patch, methods=("PATCH",))


@for_programs
def post_feedback(request: HttpRequest, project: Project) -> HttpResponse:
    """Store feedback on a run."""
    told, masked = pipeline.read_body(project, json_body(request), langsmith.read_feedback)
    pipeline.take_told(project, told, source=SOURCE, now=timezone.now(), masked=masked)
    return as_json({})


def store(project: Project, told: Told, masked: int) -> HttpResponse:
    """Store runs; what could not be read is kept among the problems, for the SDK would drop the batch."""
    pipeline.take_told(project, told, source=SOURCE, now=timezone.now(), masked=masked)
    return as_json({}, status=202)

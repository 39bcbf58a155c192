"""The endpoint of the read API that gives the files at a step."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.decorators import api_view, authentication_classes, permission_classes
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from runs.api.auth import HasKey, ReadKey
from runs.api.replays import AT, json_answer, step_at
from runs.models import Run
from runs.queries.replay_files import FilesAt, files_at
from runs.queries.runs import run_of
from runs.replay.files import FileAt, Holds
from runs.views.replay_files import script_file, zip_file

FORMATS = ("json", "zip", "patch")
FILE = inline_serializer(
    "FileAt",
    {
        "path": serializers.CharField(),
        "old_path": serializers.CharField(allow_null=True),
        "state": serializers.ChoiceField([str(holds) for holds in Holds]),
        "size": serializers.IntegerField(allow_null=True),
        "additions": serializers.IntegerField(),
        "deletions": serializers.IntegerField(),
        "note": serializers.CharField(allow_null=True),
    },
    many=True,
)
FILES = inline_serializer(
    "FilesAt",
    {
        "run": serializers.UUIDField(),
        "at": serializers.IntegerField(),
        "repo": serializers.CharField(),
        "commit": serializers.CharField(allow_null=True),
        "cut": serializers.BooleanField(),
        "files": FILE,
    },
)


ANSWERS = {
    (200, "application/json"): FILES,
    (200, "application/zip"): OpenApiTypes.BINARY,
    (200, "text/x-shellscript"): OpenApiTypes.STR,
}


@extend_schema(responses=ANSWERS, parameters=[AT, OpenApiParameter("format", str, enum=FORMATS)])
@api_view(["GET"])
@authentication_classes([ReadKey])
@permission_classes([HasKey])
def show_files(request: Request, run_id: UUID) -> HttpResponse:
    """Read what is known of the files when a step was through; also as a zip, or a script of `git apply`."""
    run = run_of(request.auth.project, run_id)
    step = step_at(request, run)
    format = request.query_params.get("format", "json")
    if format not in FORMATS:
        raise ValidationError({"error": f"format is one of {', '.join(FORMATS)}."})
    found = files_at(run, step)
    if format == "json":
        return json_answer(envelope(run, found))
    return zip_file(found) if format == "zip" else script_file(found)


def envelope(run: Run, found: FilesAt) -> dict[str, Any]:
    """Give the list."""
    return {
        "run": str(run.id),
        "at": found.head.step,
        "repo": run.repo,
        "commit": run.commit or None,
        "cut": found.head.cut,
        "files": [_file(file) for file in found.files],
    }


def _file(file: FileAt) -> dict[str, Any]:
    return {
        "path": file.path,
        "old_path": file.old_path or None,
        "state": file.holds,
        "size": len(file.text.encode("utf-8", "replace")) if file.text is not None else None,
        "additions": file.net.additions if file.net else 0,
        "deletions": file.net.deletions if file.net else 0,
        "note": file.why or None,
    }

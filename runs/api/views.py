"""Endpoints of the read API: gate, read, render."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view, authentication_classes, permission_classes
from rest_framework.request import Request
from rest_framework.response import Response

from runs.api.auth import HasKey, ReadKey
from runs.api.filters import PARAMETERS, runs_asked_for
from runs.api.pages import next_url, page_by_number, page_by_time, size_of_page
from runs.api.schema import page_of, paging
from runs.api.serializers import ChangeSerializer, JudgementSerializer, RunSerializer, StepSerializer
from runs.queries.api import changes_of, patches_of, seqs_of_steps, steps_of
from runs.queries.findings import findings_of, judgement_of
from runs.queries.runs import run_of


@extend_schema(responses=page_of("Runs", RunSerializer(many=True)), parameters=[*PARAMETERS, *paging(200)])
@api_view(["GET"])
@authentication_classes([ReadKey])
@permission_classes([HasKey])
def list_runs(request: Request) -> Response:
    """List the runs of the key's project, newest first."""
    project = request.auth.project
    size = size_of_page(request, usual=50, most=200)
    runs, place = page_by_time(request, runs_asked_for(request, project), size)
    shown = RunSerializer(runs, many=True, context={"request": request, "project": project})
    return Response({"results": shown.data, "next": next_url(request, place)})


@extend_schema(responses=RunSerializer)
@api_view(["GET"])
@authentication_classes([ReadKey])
@permission_classes([HasKey])
def show_run(request: Request, run_id: UUID) -> Response:
    """Read one run."""
    project = request.auth.project
    run = run_of(project, run_id)
    return Response(RunSerializer(run, context={"request": request, "project": project}).data)


@extend_schema(responses=page_of("Steps", StepSerializer(many=True)), parameters=paging(2000))
@api_view(["GET"])
@authentication_classes([ReadKey])
@permission_classes([HasKey])
def list_steps(request: Request, run_id: UUID) -> Response:
    """List the steps of a run in order of arrival."""
    run = run_of(request.auth.project, run_id)
    size = size_of_page(request, usual=500, most=2000)
    steps, place = page_by_number(request, steps_of(run), "seq", size)
    shown = StepSerializer(steps, many=True)
    return Response({"results": shown.data, "next": next_url(request, place)})


@extend_schema(responses=page_of("Changes", ChangeSerializer(many=True)), parameters=paging(500))
@api_view(["GET"])
@authentication_classes([ReadKey])
@permission_classes([HasKey])
def list_changes(request: Request, run_id: UUID) -> Response:
    """List the file changes of a run in order of arrival, each with its patch."""
    run = run_of(request.auth.project, run_id)
    size = size_of_page(request, usual=100, most=500)
    changes, place = page_by_number(request, changes_of(run), "n", size)
    context = {"patches": patches_of(run, changes), "seqs": seqs_of_steps(run, changes)}
    shown = ChangeSerializer(changes, many=True, context=context)
    return Response({"results": shown.data, "next": next_url(request, place)})


@extend_schema(responses=JudgementSerializer)
@api_view(["GET"])
@authentication_classes([ReadKey])
@permission_classes([HasKey])
def show_findings(request: Request, run_id: UUID) -> Response:
    """Read what rules say of a run: its account, the moment it went sideways, and all findings in order."""
    run = run_of(request.auth.project, run_id)
    judgement = judgement_of(run)
    findings = findings_of(run) if judgement else []
    return Response(JudgementSerializer({"judgement": judgement, "findings": findings}).data)

"""Endpoints of the read API that replay: the messages up to a step."""

from typing import Any
from uuid import UUID

import msgspec
from django.http import HttpResponse
from drf_spectacular.utils import (
    OpenApiParameter,
    PolymorphicProxySerializer,
    extend_schema,
    inline_serializer,
)
from rest_framework import serializers
from rest_framework.decorators import api_view, authentication_classes, permission_classes
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from runs.api.auth import HasKey, ReadKey
from runs.models import Run, Step
from runs.queries.runs import run_of
from runs.queries.steps import step_of
from runs.replay.lists import Format
from runs.replay.requests import request_of
from runs.shown.replays import Replay, read_replay

AT = OpenApiParameter("at", int, required=True, description="Number of a step (`seq`).")
TOKENS = inline_serializer(
    "CountedTokens", {"input": serializers.IntegerField(), "counted_by": serializers.CharField()}
)
MESSAGES = inline_serializer(
    "Messages",
    {
        "run": serializers.UUIDField(),
        "at": serializers.IntegerField(),
        "format": serializers.ChoiceField([str(name) for name in Format]),
        "source": serializers.CharField(),
        "note": serializers.CharField(),
        "call": serializers.IntegerField(allow_null=True),
        "model": serializers.CharField(),
        "size": serializers.IntegerField(),
        "tokens": TOKENS,
        "cut": serializers.ListField(child=serializers.CharField()),
        "made_up": serializers.ListField(child=serializers.CharField()),
        "system": serializers.CharField(allow_null=True),
        "messages": serializers.ListField(),
    },
)
REQUEST = inline_serializer("ModelRequest", {"model": serializers.CharField()})


@extend_schema(
    responses=PolymorphicProxySerializer(
        "MessagesOrRequest", serializers=[MESSAGES, REQUEST], resource_type_field_name=None
    ),
    parameters=[
        AT,
        OpenApiParameter("format", str, enum=[str(name) for name in Format]),
        OpenApiParameter("as", str, enum=["messages", "request"]),
    ],
)
@api_view(["GET"])
@authentication_classes([ReadKey])
@permission_classes([HasKey])
def show_messages(request: Request, run_id: UUID) -> HttpResponse:
    """Read the messages up to a step in the shape of an API; `as=request` gives the body of a request."""
    run = run_of(request.auth.project, run_id)
    step = step_at(request, run)
    replay = read_replay(run, step, format_in(request))
    if request.query_params.get("as") != "request":
        return json_answer(envelope(run, replay))
    if replay.made.format is Format.NATIVE:
        raise ValidationError({"error": "A request is written for format=anthropic, openai or responses."})
    body, _ = request_of(replay.made, model=replay.replayed.model, params=replay.replayed.params)
    return json_answer(body)


def step_at(request: Request, run: Run) -> Step:
    """Read the step that `at` names. Raises ValidationError, Http404."""
    given = request.query_params.get("at", "")
    if not given.isdecimal() or len(given) > 9:
        raise ValidationError({"error": "at is the number of a step (its seq)."})
    return step_of(run, int(given))


def format_in(request: Request) -> Format:
    """Read `format`."""
    given = request.query_params.get("format", Format.NATIVE)
    if given not in list(Format):
        raise ValidationError({"error": f"format is one of {', '.join(Format)}."})
    return Format(given)


def envelope(run: Run, replay: Replay) -> dict[str, Any]:
    """Say what a list is, and give it: recorded messages with the bytes that they came with."""
    made, call = replay.made, replay.replayed.call
    return {
        "run": str(run.id),
        "at": replay.seq,
        "format": made.format,
        "source": made.source,
        "note": replay.source,
        "call": call.seq if call is not None else None,
        "model": replay.replayed.model,
        "size": len(made.messages),
        "tokens": {"input": replay.counted.tokens, "counted_by": replay.counted.by},
        "cut": made.cut,
        "made_up": made.made_up,
        "system": made.system or None,
        "messages": [msgspec.Raw(message) for message in made.messages],
    }


def json_answer(value: Any) -> HttpResponse:
    """Answer with JSON whose raw parts stay as they are."""
    return HttpResponse(msgspec.json.encode(value), content_type="application/json")

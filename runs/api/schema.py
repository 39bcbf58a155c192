"""How the OpenAPI document is written from our docstrings."""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, inline_serializer
from rest_framework import serializers

#: Answers that every operation may give beside its own.
REFUSALS = {
    "400": "A parameter cannot be what it is.",
    "401": "No key, or none with the scope `read`.",
    "404": "Not here, or not yours.",
}
ERROR = {"type": "object", "properties": {"error": {"type": "string"}}, "required": ["error"]}


def refusal(sentence: str) -> dict[str, Any]:
    """Describe an answer of one sentence."""
    return {"description": sentence, "content": {"application/json": {"schema": ERROR}}}


def page_of(name: str, item: Any) -> Any:
    """Describe a page of a list."""
    return inline_serializer(name, {"results": item, "next": serializers.CharField(allow_null=True)})


def paging(most: int) -> list[OpenApiParameter]:
    """Describe how a list is read page by page."""
    limit = {"type": "integer", "minimum": 1, "maximum": most}
    place = "Where to go on; `next` of the page before has it."
    return [OpenApiParameter("cursor", str, description=place), OpenApiParameter("limit", limit)]


def allow_any(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Let an answer that may be of two shapes be of both: a request to a model looks like its messages."""
    for component in result["components"]["schemas"].values():
        if "oneOf" in component:
            component["anyOf"] = component.pop("oneOf")
    return result


class FromDocstrings(AutoSchema):
    """Take the first sentence of a view's docstring as the summary of its operation."""

    def get_summary(self) -> str:
        return str(self.get_description()).partition("\n")[0].rstrip(".").replace("`", "")

    def get_operation(self, *given: Any, **named: Any) -> Any:
        """Add the refusals, and that a run may have moved into another one."""
        operation = super().get_operation(*given, **named)
        if operation is not None:
            told = {code: refusal(sentence) for code, sentence in REFUSALS.items()}
            if "{run_id}" in self.path:
                told["302"] = {"description": "The run is part of another one now; `Location` names it."}
            operation["responses"] |= told
        return operation

    def get_tags(self) -> list[str]:
        """Group by what is read: runs, with all that a run has, or comparisons."""
        return [self.path.removeprefix("/api/v1/").partition("/")[0]]

    def get_operation_id(self) -> str:
        """Name an operation after its view: list_runs."""
        return str(self.view.__class__.__name__)

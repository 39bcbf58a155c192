"""Errors of the read API: `{"error": "one sentence"}`, like those of ingest."""

from typing import Any

from rest_framework.response import Response
from rest_framework.views import exception_handler

from runs.queries.runs import RunMoved

NOT_HERE = "Not here, or not yours."


def answer_error(error: Exception, context: dict[str, Any]) -> Response | None:
    """Answer what DRF knows to answer, in our words; anything else is a defect and is raised."""
    if isinstance(error, RunMoved) and context["request"].method == "GET":
        path = context["request"].get_full_path().replace(str(error.run_id), str(error.into))
        return Response({"moved": path}, status=302, headers={"Location": path})
    response = exception_handler(error, context)
    if response is None:
        return None
    data = response.data
    if response.status_code == 404:
        response.data = {"error": NOT_HERE}
    elif isinstance(data, dict) and "detail" in data:
        response.data = {"error": str(data["detail"])}
    return response

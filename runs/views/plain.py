"""Recorded bytes as plain text: never as a page of this site."""

import re
from typing import TypeVar

from django.http import HttpResponse, StreamingHttpResponse

Answer = TypeVar("Answer", HttpResponse, StreamingHttpResponse)

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "private, max-age=0",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def plain_text(data: bytes | str, *, filename: str) -> HttpResponse:
    """Answer with text that a browser shows and never runs."""
    response = HttpResponse(data, content_type="text/plain; charset=utf-8", headers=_HEADERS)
    response["Content-Disposition"] = f'inline; filename="{filename}"'
    response._csp_replace = {}  # django-csp keeps its hands off a header that is already there
    return response


def attached(response: Answer, *, filename: str) -> Answer:
    """Make an answer one that the browser saves."""
    for name, value in _HEADERS.items():
        response[name] = value
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    response._csp_replace = {}
    return response


def file_name(title: str, ending: str) -> str:
    """Name a file after a title: letters, digits and dashes of any system."""
    words = re.findall(r"[a-z0-9]+", title.lower()[:200])
    return f"{'-'.join(words)[:60].strip('-') or 'run'}.{ending}"

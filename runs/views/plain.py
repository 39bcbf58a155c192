"""Recorded bytes as plain text: never as a page of this site."""

from django.http import HttpResponse

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

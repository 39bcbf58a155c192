"""Where a request comes from."""

from allauth.core.internal.httpkit import get_client_ip
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest


def address_of(request: HttpRequest) -> str:
    """Give the client's address, past the proxy when there is a trusted one; empty when it is not known."""
    try:
        return get_client_ip(request) or ""
    except ImproperlyConfigured:  # a request that did not come through the proxy
        return request.META.get("REMOTE_ADDR", "")

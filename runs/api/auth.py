"""API keys for the read API. A key reads the project it belongs to, and nothing else."""

from django.contrib.auth.models import AnonymousUser
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from teams.access import key_from_request, project_for_key
from teams.models import ApiKey

NO_KEY = "Send an API key with the scope “read”: Authorization: Bearer as_…"
BAD_KEY = "This key is not valid here: unknown, revoked, expired, or without the scope “read”."


class ReadKey(BaseAuthentication):
    """Authenticate by an API key with the scope `read`; `request.auth` is the key."""

    def authenticate(self, request: Request) -> tuple[AnonymousUser, ApiKey]:
        raw = key_from_request(request)
        key = project_for_key(raw, scope="read") if raw else None
        if key is None:
            raise AuthenticationFailed(BAD_KEY if raw else NO_KEY)
        return AnonymousUser(), key

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class HasKey(BasePermission):
    """Let a request pass that came with a key."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return isinstance(request.auth, ApiKey)


class ReadKeyScheme(OpenApiAuthenticationExtension):
    """How the OpenAPI document names the key."""

    target_class = ReadKey
    name = "ApiKey"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}

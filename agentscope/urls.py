"""Every URL of the product, in order; the tenant's own paths come last."""

from importlib.util import find_spec

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from agentscope.views import show_health


def include_app(prefix: str, module: str) -> list[URLPattern | URLResolver]:
    """Include a URL module that may not be there yet."""
    return [path(prefix, include(module))] if find_spec(module) else []


urlpatterns = [
    path("healthz", show_health, name="health"),
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
    *include_app("api/", "ingest.api_urls"),
    *include_app("api/", "runs.api_urls"),
    *include_app("", "teams.urls"),
    *include_app("", "ingest.urls"),
    *include_app("", "runs.urls"),
]

"""Every URL of the product, in order; the tenant's own paths come last."""

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from agentscope.views import show_health, show_no_api

# One login for all: the admin's own would pass by the rate limits and the second factor.
admin.site.login = secure_admin_login(admin.site.login)

urlpatterns = [
    path("healthz", show_health, name="health"),
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
    path("", include("ingest.otlp_urls")),
    path("", include("ingest.sdk_urls")),
    path("api/", include("ingest.api_urls")),
    path("api/", include("runs.api_urls")),
    path("api/<path:rest>", show_no_api, name="no_api"),  # else a team called api, which asks to log in
    *([path("", include("agentscope.demo.urls"))] if settings.DEMO else []),
    path("", include("teams.urls")),
    path("", include("ingest.urls")),
    path("", include("alerts.urls")),
    path("", include("runs.urls")),
]

handler404 = "agentscope.views.answer_absent"

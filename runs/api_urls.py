"""URLs of the read API, below /api/."""

from django.urls import path
from django.views.generic import TemplateView
from drf_spectacular.views import SpectacularAPIView

from runs.api import comparisons, replay_files, replays, views

app_name = "api"

urlpatterns = [
    path("", TemplateView.as_view(template_name="api/try.html"), name="try"),
    path("v1/runs", views.list_runs, name="runs"),
    path("v1/runs/<uuid:run_id>", views.show_run, name="run"),
    path("v1/runs/<uuid:run_id>/steps", views.list_steps, name="steps"),
    path("v1/runs/<uuid:run_id>/changes", views.list_changes, name="changes"),
    path("v1/runs/<uuid:run_id>/findings", views.show_findings, name="findings"),
    path("v1/runs/<uuid:run_id>/messages", replays.show_messages, name="messages"),
    path("v1/runs/<uuid:run_id>/files", replay_files.show_files, name="files"),
    path("v1/comparisons", comparisons.list_comparisons, name="comparisons"),
    path("v1/comparisons/of", comparisons.compare_sides, name="compared"),
    path("v1/comparisons/<uuid:comparison_id>", comparisons.show_comparison, name="comparison"),
    path(
        "schema", SpectacularAPIView.as_view(authentication_classes=[], permission_classes=[]), name="schema"
    ),
]

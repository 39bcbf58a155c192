"""Where SDKs with an API of their own post to. A closing slash is welcome, not needed; nothing redirects."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import re_path

from ingest.endpoints import langfuse, langsmith, logfire, openai_agents, opik
from ingest.views.links import follow_opik

#: path -> (name, view)
PATHS: dict[str, tuple[str, Callable[[HttpRequest], HttpResponse]]] = {
    "info": ("langsmith-info", langsmith.show_info),
    "runs/multipart": ("langsmith-multipart", langsmith.post_multipart),
    "runs/batch": ("langsmith-batch", langsmith.post_batch),
    "runs": ("langsmith-run", langsmith.post_run),
    "feedback": ("langsmith-feedback", langsmith.post_feedback),
    "v1/traces/ingest": ("openai-agents", openai_agents.post_traces),
    "v1/info": ("logfire-info", logfire.show_info),
    "api/public/ingestion": ("langfuse-ingestion", langfuse.post_ingestion),
    "api/public/scores": ("langfuse-scores", langfuse.post_scores),
    "api/public/projects": ("langfuse-projects", langfuse.show_projects),
    "api/is-alive/ping": ("opik-ping", opik.show_ping),
    "api/v1/private/spans/batch": ("opik-spans", opik.post_spans),
    "api/v1/private/traces/batch": ("opik-traces", opik.post_traces),
    "api/v1/private/spans": ("opik-span", opik.post_span),
    "api/v1/private/traces": ("opik-trace", opik.post_trace),
}

ID = "[0-9a-fA-F-]{32,36}"
OPIK = "api/v1/private"

app_name = "sdk"
urlpatterns = [
    *(re_path(rf"^{path}/?$", view, name=name) for path, (name, view) in PATHS.items()),
    re_path(rf"^runs/(?P<run>{ID})/?$", langsmith.patch_run, name="langsmith-patch"),
    re_path(rf"^{OPIK}/(?P<what>spans|traces)/(?P<id>{ID})/?$", opik.patch_one, name="opik-patch"),
    re_path(rf"^{OPIK}/traces/feedback-scores/?$", opik.put_scores, name="opik-scores"),
    re_path(r"^api/v1/session/redirect/projects/?$", follow_opik, name="opik-link"),
    re_path(rf"^{OPIK}/traces/(?P<trace>{ID})/feedback-scores/?$", opik.put_score, name="opik-score"),
    re_path(rf"^{OPIK}/spans/feedback-scores/?$", opik.put_scores_of_spans, name="opik-span-scores"),
    re_path(
        rf"^{OPIK}/spans/(?P<span>{ID})/feedback-scores/?$", opik.put_score_of_span, name="opik-span-score"
    ),
]

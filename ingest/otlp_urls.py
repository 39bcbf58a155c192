"""Where OTLP exporters post to: at the root, and under the prefixes that SDKs put before it."""

from django.urls import re_path

from ingest.endpoints import otlp

#: What SDKs put before /v1/traces, without slashes: nothing, LangSmith's, ours, Langfuse's.
PREFIXES = ("", "otel/", "otlp/", "api/public/otel/")
VIEWS = {"traces": otlp.post_traces, "logs": otlp.post_logs, "metrics": otlp.post_metrics}

app_name = "otlp"
urlpatterns = [
    re_path(rf"^{prefix}v1/{signal}/?$", view, name=f"{prefix.replace('/', '-')}{signal}")
    for prefix in PREFIXES
    for signal, view in VIEWS.items()
]

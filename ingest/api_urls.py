"""The way in for programs, under /api/. A closing slash is welcome, not needed."""

from django.urls import re_path

from ingest.endpoints import events, hooks

app_name = "ingest-api"
urlpatterns = [
    re_path(r"^v1/events/?$", events.post_events, name="events"),
    re_path(r"^v1/import/?$", events.post_import, name="import"),
    re_path(r"^v1/hooks/claude-code/?$", hooks.post_claude_code, name="claude-code-hooks"),
    re_path(r"^v1/hooks/codex/?$", hooks.post_codex, name="codex-notices"),
]

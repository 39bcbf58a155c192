"""The operator's view: problems and uploads can be looked at, not changed."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from ingest.models import Problem, Upload


class ReadOnlyAdmin(admin.ModelAdmin):
    """Shows rows; recorded content is never edited by hand."""

    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False


@admin.register(Problem)
class ProblemAdmin(ReadOnlyAdmin):
    """Quarantined records."""

    list_display = ("where", "why", "project", "source", "size", "count", "seen_at")
    list_filter = ("source",)
    search_fields = ("where", "why", "project__slug")
    list_select_related = ("project",)
    exclude = ("data", "digest")


@admin.register(Upload)
class UploadAdmin(ReadOnlyAdmin):
    """Uploads and how they stand."""

    list_display = ("name", "project", "created_by", "state", "progress", "files", "size", "created_at")
    list_filter = ("state",)
    search_fields = ("name", "project__slug", "created_by__email")
    list_select_related = ("project", "created_by")

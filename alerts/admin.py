"""The operator's view: rules, channels, alerts and deliveries can be looked at, not changed."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from alerts.models import Alert, AlertRule, Channel, Delivery


class ReadOnlyAdmin(admin.ModelAdmin):
    """Shows rows; people change them on their own pages."""

    list_per_page = 50
    show_full_result_count = False
    list_select_related = ("project",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False


@admin.register(AlertRule)
class AlertRuleAdmin(ReadOnlyAdmin):
    """Rules of all projects."""

    list_display = ("name", "project", "kind", "enabled", "muted_until", "told_at", "held")
    list_filter = ("kind", "enabled")
    search_fields = ("name", "project__slug")


@admin.register(Channel)
class ChannelAdmin(ReadOnlyAdmin):
    """Channels; where they send to stays sealed."""

    list_display = ("name", "project", "kind", "shown", "enabled", "state", "failing_since", "error")
    list_filter = ("kind", "state")
    search_fields = ("name", "project__slug")
    exclude = ("sealed",)


@admin.register(Alert)
class AlertAdmin(ReadOnlyAdmin):
    """Alerts, newest first."""

    list_display = ("sentence", "project", "rule", "run_name", "state", "quiet", "opened_at", "last_at")
    list_filter = ("state", "quiet")
    list_select_related = ("project", "rule")
    search_fields = ("run_name", "project__slug")
    ordering = ("-id",)


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    """What was sent, newest first."""

    list_display = (
        "uid",
        "project",
        "channel",
        "event",
        "state",
        "attempts",
        "status",
        "error",
        "created_at",
    )
    list_filter = ("state", "event")
    list_select_related = ("project", "channel")
    search_fields = ("error", "project__slug")
    ordering = ("-id",)

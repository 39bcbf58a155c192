"""Recordings in the admin: to look at, never to change. What is recorded is evidence."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from runs.limits import ADMIN_LISTED
from runs.models import FileChange, Run, Step
from runs.shown.runs import status_of, title_of
from runs.words import duration, money, tokens


@admin.register(Run)
class RunAdmin(admin.ModelAdmin):
    """Runs of all teams, newest first."""

    list_display = (
        "title",
        "project",
        "standing",
        "agent",
        "model",
        "turns",
        "tool_calls",
        "failures",
        "tokens",
        "cost",
        "sort_at",
    )
    list_filter = ("status", "agent", "project__team", "sort_at")
    search_fields = ("=external_id", "name", "repo", "branch")
    list_select_related = ("project__team",)
    list_per_page = 50
    show_full_result_count = False
    date_hierarchy = None
    ordering = ("-sort_at", "-id")
    readonly_fields = ("step_table", "change_table")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Recordings come in by ingest only."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Run | None = None) -> bool:
        """Recorded content is never edited."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Run | None = None) -> bool:
        """Retention deletes whole runs with their content; the admin would leave the content behind."""
        return False

    @admin.display(description="Run", ordering="name")
    def title(self, run: Run) -> str:
        """Name the run."""
        return title_of(run)

    @admin.display(description="Status", ordering="status")
    def standing(self, run: Run) -> str:
        """Say how it stands."""
        return status_of(run).word

    @admin.display(description="Tokens")
    def tokens(self, run: Run) -> str:
        """Sum the buckets."""
        cached = run.cache_read_tokens + run.cache_write_5m_tokens + run.cache_write_1h_tokens
        return tokens(run.input_tokens + cached + run.output_tokens)

    @admin.display(description="Cost", ordering="cost_usd")
    def cost(self, run: Run) -> str:
        """Write the cost of the priced calls."""
        return money(run.cost_usd)

    @admin.display(description=f"First {ADMIN_LISTED} steps")
    def step_table(self, run: Run) -> SafeString:
        """List the first steps."""
        steps = Step.objects.filter(run_id=run.id).order_by("seq")[:ADMIN_LISTED]
        rows = (
            (s.seq, s.kind, s.tool or s.name, s.status, duration(s.duration_ms), s.error[:120]) for s in steps
        )
        return _table(("#", "Kind", "Name", "Status", "Took", "Error"), rows)

    @admin.display(description=f"First {ADMIN_LISTED} file changes")
    def change_table(self, run: Run) -> SafeString:
        """List the first file changes."""
        changes = FileChange.objects.filter(run_id=run.id).order_by("n")[:ADMIN_LISTED]
        rows = ((c.n, c.path, c.op, c.origin, f"+{c.additions}", f"−{c.deletions}") for c in changes)
        return _table(("#", "Path", "What", "Who says so", "Added", "Removed"), rows)


def _table(heads: tuple[str, ...], rows) -> SafeString:
    body = format_html_join(
        "", "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>", rows
    )
    head = format_html_join("", "<th>{}</th>", ((word,) for word in heads))
    return format_html("<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>", head, body)

"""The admin of people, teams, projects and keys, for the operators of an installation."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from teams.access import forget_all_keys
from teams.models import ApiKey, Invitation, Membership, Project, Rejection, Team, User


class UserForm(AdminUserCreationForm):
    """A new user by address and password."""

    class Meta:
        model = User
        fields = ("email", "name")


@admin.register(User)
class UserAdmin(DjangoUserAdmin):
    """People; deactivated ones cannot log in."""

    add_form = UserForm
    list_display = ("email", "name", "team_count", "is_active", "is_staff", "last_login", "date_joined")
    list_filter = ("is_active", "is_staff", "is_superuser", "date_joined")
    search_fields = ("email", "name")
    ordering = ("email",)
    date_hierarchy = "date_joined"
    actions = ("deactivate_users", "activate_users")
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("email", "name", "password")}),
        ("May", {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")}),
        ("When", {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "name", "usable_password", "password1", "password2")}),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).annotate(team_count=Count("memberships"))

    @admin.display(description="teams", ordering="team_count")
    def team_count(self, user: Any) -> int:
        return user.team_count

    @admin.action(description="Deactivate selected users", permissions=["change"])
    def deactivate_users(self, request: HttpRequest, users: QuerySet[User]) -> None:
        """Lock people out at once; never oneself."""
        count = (
            User.objects.filter(pk__in=users.values("pk")).exclude(pk=request.user.pk).update(is_active=False)
        )
        self.message_user(request, f"{count} deactivated. You yourself stay active.")

    @admin.action(description="Activate selected users", permissions=["change"])
    def activate_users(self, request: HttpRequest, users: QuerySet[User]) -> None:
        count = User.objects.filter(pk__in=users.values("pk")).update(is_active=True)
        self.message_user(request, f"{count} activated.")


class MembershipInline(admin.TabularInline):
    """The members, on the page of the team."""

    model = Membership
    autocomplete_fields = ("user",)
    readonly_fields = ("created_at",)
    extra = 0


@admin.register(Team)
class TeamAdmin(admin.ModelAdmin):
    """Tenants."""

    list_display = ("name", "slug", "member_count", "project_count", "created_at")
    list_filter = ("created_at",)
    search_fields = ("name", "slug")
    ordering = ("name",)
    readonly_fields = ("created_at",)
    inlines = (MembershipInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Team]:
        counts = {
            "member_count": Count("memberships", distinct=True),
            "project_count": Count("projects", distinct=True),
        }
        return super().get_queryset(request).annotate(**counts)

    @admin.display(description="members", ordering="member_count")
    def member_count(self, team: Any) -> int:
        return team.member_count

    @admin.display(description="projects", ordering="project_count")
    def project_count(self, team: Any) -> int:
        return team.project_count


@admin.register(Membership)
class MembershipAdmin(admin.ModelAdmin):
    """Who is in which team."""

    list_display = ("user", "team", "role", "created_at")
    list_filter = ("role", "created_at")
    list_select_related = ("user", "team")
    search_fields = ("user__email", "user__name", "team__name", "team__slug")
    autocomplete_fields = ("user", "team")
    readonly_fields = ("created_at",)
    ordering = ("-id",)


@admin.register(Invitation)
class InvitationAdmin(admin.ModelAdmin):
    """Invitations; made on the team page only, because the link exists only there."""

    list_display = ("email", "team", "role", "created_by", "created_at", "expires_at", "accepted_at")
    list_filter = ("role", ("accepted_at", admin.EmptyFieldListFilter), "expires_at")
    list_select_related = ("team", "created_by")
    search_fields = ("email", "team__name", "team__slug")
    exclude = ("token_hmac",)
    readonly_fields = ("team", "email", "created_by", "created_at", "accepted_at")
    ordering = ("-id",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(Project)
class ProjectAdmin(admin.ModelAdmin):
    """Projects with their retention."""

    list_display = ("name", "slug", "team", "retention_days", "key_count", "created_at")
    list_filter = ("retention_days", "created_at")
    list_select_related = ("team",)
    search_fields = ("name", "slug", "team__name", "team__slug")
    autocomplete_fields = ("team",)
    readonly_fields = ("created_at",)
    ordering = ("team__name", "name")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Project]:
        usable = Q(keys__isnull=False, keys__revoked_at__isnull=True)
        return super().get_queryset(request).annotate(key_count=Count("keys", filter=usable))

    @admin.display(description="keys", ordering="key_count")
    def key_count(self, project: Any) -> int:
        return project.key_count


@admin.register(ApiKey)
class ApiKeyAdmin(admin.ModelAdmin):
    """Keys; made on the keys page only, because the raw key exists only there. Digests are never shown."""

    list_display = (
        "name",
        "prefix",
        "project",
        "team",
        "scopes",
        "created_by",
        "last_used_at",
        "expires_at",
        "revoked_at",
    )
    list_filter = (("revoked_at", admin.EmptyFieldListFilter), "expires_at", "last_used_at", "created_at")
    list_select_related = ("project__team", "created_by")
    search_fields = ("name", "prefix", "project__name", "project__slug", "project__team__name")
    fields = (
        "name",
        "prefix",
        "project",
        "scopes",
        "expires_at",
        "created_by",
        "created_at",
        "last_used_at",
        "revoked_at",
    )
    readonly_fields = (
        "prefix",
        "project",
        "scopes",
        "created_by",
        "created_at",
        "last_used_at",
        "revoked_at",
    )
    ordering = ("-id",)
    actions = ("revoke_keys",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        forget_all_keys()

    @admin.display(description="team", ordering="project__team__name")
    def team(self, key: ApiKey) -> str:
        return key.project.team.name

    @admin.action(description="Revoke selected keys", permissions=["change"])
    def revoke_keys(self, request: HttpRequest, keys: QuerySet[ApiKey]) -> None:
        """Stop keys for good, in every process within 5 s."""
        live = ApiKey.objects.filter(pk__in=keys.values("pk"), revoked_at__isnull=True)
        count = live.update(revoked_at=timezone.now())
        forget_all_keys()
        self.message_user(request, f"{count} revoked.")


@admin.register(Rejection)
class RejectionAdmin(admin.ModelAdmin):
    """Refused requests of programs, also those that no team is shown."""

    list_display = ("last_at", "count", "status", "reason", "path", "client", "address", "key", "team")
    list_filter = ("status", ("team", admin.EmptyFieldListFilter), "last_at")
    search_fields = ("address", "path", "client", "key", "team__slug")
    date_hierarchy = "last_at"
    list_select_related = ("team",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

"""People, teams, projects and keys.

Slugs, e-mail addresses and digests are unique in the database, not only in the forms.
Foreign keys carry no automatic index: each index below is named and says which query it serves.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone

from teams.limits import NAME_LENGTH, RETENTION_DAYS, SLUG_LENGTH


class LowerEmailField(models.EmailField):
    """An e-mail address, kept and looked up in lower case."""

    def to_python(self, value: Any) -> Any:
        """Read a value from a form or fixture."""
        value = super().to_python(value)
        return value.lower() if isinstance(value, str) else value

    def get_prep_value(self, value: Any) -> Any:
        """Write a value, also one that is looked for."""
        value = super().get_prep_value(value)
        return value.lower() if isinstance(value, str) else value


class UserManager(BaseUserManager["User"]):
    """Makes users, whose name at login is their e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Make a user; without a password the user must reset it first. Raises ValueError."""
        if not email:
            raise ValueError("A user needs an e-mail address.")
        user = self.model(email=email.lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Make a user who may enter the admin and do everything there."""
        return self.create_user(email, password, **{**fields, "is_staff": True, "is_superuser": True})


class User(AbstractBaseUser, PermissionsMixin):
    """A person. What a person may see hangs on memberships only, also for superusers."""

    email = LowerEmailField("e-mail", max_length=254)
    name = models.CharField(max_length=NAME_LENGTH, blank=True)
    is_staff = models.BooleanField("may enter the admin", default=False)
    is_active = models.BooleanField("may log in", default=True)
    date_joined = models.DateTimeField(default=timezone.now)

    objects = UserManager()

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []

    class Meta:
        constraints = [
            # Rule: one account per address; serves the login.
            models.UniqueConstraint(fields=["email"], name="user_email_unique"),
            # Rule: addresses that differ only in case are one address.
            models.CheckConstraint(condition=Q(email=Lower("email")), name="user_email_lower"),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        """Give the name for a greeting."""
        return self.name or self.email

    def get_short_name(self) -> str:
        """Give the shortest name that still says who it is."""
        return self.name.split(" ")[0] or self.email.split("@")[0]


class Role(models.TextChoices):
    """What a member may do; see `teams/roles.py`."""

    OWNER = "owner", "Owner"
    ADMIN = "admin", "Admin"
    MEMBER = "member", "Member"
    VIEWER = "viewer", "Viewer"


class Team(models.Model):
    """The tenant: everything belongs to exactly one team."""

    name = models.CharField(max_length=NAME_LENGTH)
    slug = models.SlugField(max_length=SLUG_LENGTH, db_index=False)
    created_at = models.DateTimeField(default=timezone.now)
    members = models.ManyToManyField(User, through="Membership", related_name="teams")

    class Meta:
        constraints = [
            # Rule: one team per address; serves the gate.
            models.UniqueConstraint(fields=["slug"], name="team_slug_unique"),
        ]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """One person in one team, with one role."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="memberships", db_index=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships", db_index=False)
    role = models.CharField(max_length=10, choices=Role.choices)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            # Rule: one role per person and team; serves the members page.
            models.UniqueConstraint(fields=["team", "user"], name="membership_team_user_unique"),
            # Rule: no role that the gate does not know.
            models.CheckConstraint(condition=Q(role__in=Role.values), name="membership_role_known"),
        ]
        indexes = [
            # Serves the gate and "my teams": from the person to the teams.
            models.Index(fields=["user", "team"], name="membership_user_team"),
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.team} ({self.role})"


class Invitation(models.Model):
    """A link that lets one address join one team, once. Revoking deletes the row."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="invitations", db_index=False)
    email = LowerEmailField("e-mail", max_length=254)
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.MEMBER)
    token_hmac = models.CharField(max_length=64)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", db_index=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            # Rule: a link means one invitation; serves the link.
            models.UniqueConstraint(fields=["token_hmac"], name="invitation_token_unique"),
            # Rule: one open invitation per address; serves the list of open ones on the team page.
            models.UniqueConstraint(
                fields=["team", "email"],
                condition=Q(accepted_at__isnull=True),
                name="invitation_open_unique",
            ),
            # Rule: no role that the gate does not know.
            models.CheckConstraint(condition=Q(role__in=Role.values), name="invitation_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.email} to {self.team} ({self.role})"

    def is_open(self, now: datetime) -> bool:
        """Say whether the link still works at `now`."""
        return self.accepted_at is None and now < self.expires_at


class Project(models.Model):
    """What runs belong to: a repository, a service, a benchmark."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="projects", db_index=False)
    name = models.CharField(max_length=NAME_LENGTH)
    slug = models.SlugField(max_length=SLUG_LENGTH, db_index=False)
    retention_days = models.PositiveIntegerField(default=RETENTION_DAYS)
    #: Switches of the project; `redact` (bool, default true) masks secrets before anything is stored.
    settings = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            # Rule: one project per address; serves the gate and the project lists.
            models.UniqueConstraint(fields=["team", "slug"], name="project_team_slug_unique"),
            # Rule: nothing is kept for 0 days by mistake.
            models.CheckConstraint(condition=Q(retention_days__gte=1), name="project_retention_positive"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def redacts(self) -> bool:
        """Say whether secrets are masked before anything is stored."""
        return self.settings.get("redact", True) is not False


class Scope(models.TextChoices):
    """What a key may be used for."""

    INGEST = "ingest", "Send runs"
    READ = "read", "Read runs"


class ApiKey(models.Model):
    """A key of a program. The key itself is not kept, only its prefix and its HMAC."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="keys", db_index=False)
    name = models.CharField(max_length=NAME_LENGTH)
    prefix = models.CharField(max_length=12, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    scopes = ArrayField(models.CharField(max_length=10, choices=Scope.choices))
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    last_used_from = models.TextField(default="", db_default="", editable=False)  # address of the client
    revoked_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", db_index=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "API key"
        constraints = [
            # Rule: a digest means one key; serves every request that brings a key.
            models.UniqueConstraint(fields=["digest"], name="apikey_digest_unique"),
            # Rule: a key has a scope, and only scopes the gate knows.
            models.CheckConstraint(
                condition=Q(scopes__len__gte=1) & Q(scopes__contained_by=Scope.values),
                name="apikey_scopes_known",
            ),
        ]
        indexes = [
            # Serves the keys page, newest first.
            models.Index(F("project"), F("id").desc(), name="apikey_project_newest"),
            # Serves finding whose key was mistyped, by its visible beginning.
            models.Index(fields=["prefix"], name="apikey_prefix"),
            # Serves finding whose programs run at an address.
            models.Index(fields=["last_used_from"], name="apikey_used_from", condition=~Q(last_used_from="")),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    def is_usable(self, now: datetime) -> bool:
        """Say whether the key opens anything at `now`."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


class Rejection(models.Model):
    """Requests of programs that were refused alike; the same again only counts. It holds no secret."""

    #: NULL: nothing in the request told whose it was.
    team = models.ForeignKey(Team, models.CASCADE, null=True, related_name="rejections", db_index=False)
    project = models.ForeignKey(Project, models.CASCADE, null=True, related_name="+", db_index=False)
    digest = models.BinaryField(max_length=16)  # of everything below but numbers and times
    status = models.SmallIntegerField()
    reason = models.TextField()  # the sentence that was answered
    method = models.TextField()
    path = models.TextField()
    client = models.TextField()  # its User-Agent
    address = models.TextField()
    key = models.TextField()  # the visible beginning of one of our keys, or nothing
    count = models.IntegerField(default=1)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        constraints = [
            # Rule: what is refused again is counted, not kept again; also where no team is known.
            models.UniqueConstraint(
                fields=["team", "digest"], name="rejection_team_digest", nulls_distinct=False
            ),
        ]
        indexes = [
            # Serves the panels, newest first, and the trimming of the oldest.
            models.Index(F("team"), F("last_at").desc(), F("id").desc(), name="rejection_newest"),
            # Serves forgetting old ones.
            models.Index(fields=["last_at"], name="rejection_old"),
        ]

    def __str__(self) -> str:
        return f"{self.status} {self.method} {self.path}: {self.reason}"

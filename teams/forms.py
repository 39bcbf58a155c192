"""The forms of the teams pages. They check what was typed; `teams/actions.py` does the work."""

from datetime import datetime, timedelta
from typing import Any, ClassVar

from allauth.account.forms import SignupForm as AllauthSignupForm
from allauth.core import context
from allauth.socialaccount.forms import SignupForm as AllauthSocialSignupForm
from django import forms
from django.http import HttpRequest
from django.utils import timezone

from teams.invited import invitation_in_session
from teams.limits import NAME_LENGTH, RETENTION_DAYS, RETENTION_DAYS_MAX
from teams.models import Project, Role, Scope, User
from teams.refusals import ReservedName
from teams.roles import roles_granted_by
from teams.slugs import slug_of


class NameForm(forms.Form):
    """The name of something, and nothing else."""

    name = forms.CharField(max_length=NAME_LENGTH)


class SluggedNameForm(NameForm):
    """The name of something that gets an address."""

    def clean_name(self) -> str:
        """Refuse names whose address the site itself uses."""
        name = self.cleaned_data["name"]
        try:
            slug_of(name, fallback="x")
        except ReservedName as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        return name


class TeamForm(SluggedNameForm):
    """A new team."""

    name = forms.CharField(
        label="Name of the team",
        max_length=NAME_LENGTH,
        help_text="Your company, group or yourself. It becomes part of addresses.",
        widget=forms.TextInput(
            attrs={"placeholder": "Acme", "autocomplete": "organization", "autofocus": True}
        ),
    )


class ProjectForm(SluggedNameForm):
    """A new project."""

    name = forms.CharField(
        label="Name of the project",
        max_length=NAME_LENGTH,
        help_text="A repository, a service or a benchmark: what belongs together in one list of runs.",
        widget=forms.TextInput(
            attrs={"placeholder": "checkout-service", "autocomplete": "off", "autofocus": True}
        ),
    )


class ProjectSettingsForm(forms.Form):
    """What a project keeps, and for how long."""

    name = forms.CharField(
        label="Name", max_length=NAME_LENGTH, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    retention_days = forms.IntegerField(
        label="Keep runs for (days)",
        min_value=1,
        max_value=RETENTION_DAYS_MAX,
        initial=RETENTION_DAYS,
        help_text="Older runs are deleted with everything in them.",
    )
    redact = forms.BooleanField(
        label="Mask secrets before storing",
        required=False,
        help_text=(
            "API keys, tokens and passwords in prompts, output and files are replaced. "
            "Turn it off only for data without secrets."
        ),
    )

    @classmethod
    def of(cls, project: Project) -> "ProjectSettingsForm":
        """Make the form with what the project has now."""
        initial = {"name": project.name, "retention_days": project.retention_days, "redact": project.redacts}
        return cls(initial=initial)


class ConfirmForm(forms.Form):
    """Deleting: the slug must be typed. Takes `word`."""

    confirm = forms.CharField(
        label="Type the address to confirm",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, word: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.word = word
        self.fields["confirm"].label = f"Type {word} to confirm"

    def clean_confirm(self) -> str:
        """Compare with the word."""
        typed = self.cleaned_data["confirm"]
        if typed != self.word:
            raise forms.ValidationError(f"This does not match. Type {self.word} exactly.")
        return typed


class InviteForm(forms.Form):
    """An address and a role. Takes `granted_by`, the role of who invites."""

    email = forms.EmailField(
        label="E-mail",
        widget=forms.EmailInput(attrs={"placeholder": "sam@example.com", "autocomplete": "off"}),
    )
    role = forms.ChoiceField(label="Role", initial=Role.MEMBER)

    def __init__(self, *args: Any, granted_by: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [(r, Role(r).label) for r in roles_granted_by(granted_by)]


class RoleForm(forms.Form):
    """Another role for a member."""

    role = forms.ChoiceField(choices=Role.choices)


class KeyForm(forms.Form):
    """A new API key."""

    LIFETIMES: ClassVar = [("", "Never"), ("30", "In 30 days"), ("90", "In 90 days"), ("365", "In a year")]

    name = forms.CharField(
        label="Name",
        max_length=NAME_LENGTH,
        help_text="Where it will live, so that you know later what stops when you revoke it.",
        widget=forms.TextInput(attrs={"placeholder": "ci-runner", "autocomplete": "off"}),
    )
    scopes = forms.MultipleChoiceField(
        label="May",
        choices=Scope.choices,
        initial=[Scope.INGEST],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one thing that the key may do."},
    )
    expires = forms.ChoiceField(label="Expires", choices=LIFETIMES, required=False)

    def expires_at(self, now: datetime | None = None) -> datetime | None:
        """Give the moment of expiry that was chosen; None for never."""
        days = self.cleaned_data["expires"]
        return (now or timezone.now()) + timedelta(days=int(days)) if days else None


class AccountForm(forms.ModelForm):
    """The name others see."""

    class Meta:
        model = User
        fields = ("name",)
        labels: ClassVar = {"name": "Your name"}
        help_texts: ClassVar = {"name": "Shown to your teams. Empty: your e-mail address is shown."}


class SignupForm(AllauthSignupForm):
    """Sign-up with a name; the address is fixed when an invitation brought the visitor here."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _add_name(self)
        invitation = invitation_in_session(context.request)
        if invitation is not None:
            _fix_email(self, invitation.email)

    def save(self, request: HttpRequest) -> User:
        """Make the account."""
        user = super().save(request)
        User.objects.filter(pk=user.pk).update(name=self.cleaned_data["name"])
        return user


class SocialSignupForm(AllauthSocialSignupForm):
    """What is left to ask after OIDC; an address the provider vouches for cannot be changed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.sociallogin.user.email:
            _fix_email(self, self.sociallogin.user.email)


def _add_name(form: forms.Form) -> None:
    widget = forms.TextInput(attrs={"autocomplete": "name"})
    form.fields["name"] = forms.CharField(
        label="Your name", max_length=NAME_LENGTH, required=False, widget=widget
    )
    form.order_fields(["email", "name", "password1", "password2"])


def _fix_email(form: forms.Form, email: str) -> None:
    form.initial["email"] = email
    form.fields["email"].disabled = True
    form.fields["email"].help_text = "Fixed: the invitation is for this address."

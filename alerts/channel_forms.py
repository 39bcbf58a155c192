"""The forms of channels, one a kind. What they give is sealed; `shown` is what may be seen of it."""

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings

from alerts.kinds import ChannelKind
from alerts.limits import NAME_CHARS
from alerts.outbound import Refused, Unreachable, check_url, resolve
from alerts.senders.failures import NotDelivered
from alerts.senders.services import name_of, open_service
from runs.words import plural
from teams.models import User

_PORTS = {"http": 80, "https": 443}


class ChannelForm(forms.Form):
    """What all channels have. Takes `people`, and `is_new`: an address that is there may stay."""

    name = forms.CharField(
        max_length=NAME_CHARS, widget=forms.TextInput(attrs={"placeholder": "on-call", "autocomplete": "off"})
    )

    def __init__(self, *args: Any, people: list[User], is_new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people, self.is_new = people, is_new

    def config(self) -> dict[str, Any] | None:
        """Give what is sealed; None: it stays as it is."""
        url = self.cleaned_data.get("url", "")
        return {"url": url} if url else None

    def shown(self) -> str:
        """Give what may be seen of it."""
        raise NotImplementedError


class EmailForm(ChannelForm):
    """Members of the team."""

    users = forms.TypedMultipleChoiceField(
        label="Mail to", coerce=int, widget=forms.CheckboxSelectMultiple,
        help_text="Members of the team. Whoever leaves it gets no mail any more.",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["users"].choices = [(user.pk, user.email) for user in self.people]

    def config(self) -> dict[str, Any]:
        """Give what is sealed."""
        return {"users": self.cleaned_data["users"]}

    def shown(self) -> str:
        """Name the first, and count the others."""
        chosen = set(self.cleaned_data["users"])
        emails = [user.email for user in self.people if user.pk in chosen]
        others = len(emails) - 1
        return emails[0] + (f" and {plural(others, 'other')}" if others else "")


class UrlForm(ChannelForm):
    """What has an address, which is a secret once it is saved."""

    url = forms.CharField(label="Address", max_length=1_000)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_new:
            self.fields["url"].required = False
            self.fields["url"].help_text = "Empty: it stays as it is."
        self.fields["url"].widget.attrs.update(autocomplete="off", spellcheck="false")

    def clean_url(self) -> str:
        """Refuse what could never be reached."""
        url: str = self.cleaned_data["url"].strip()
        if url:
            try:
                self.check(url)
            except (Refused, Unreachable, NotDelivered) as refused:
                raise forms.ValidationError(str(refused)) from refused
        return url


class WebhookForm(UrlForm):
    """A receiver of signed posts."""

    def check(self, url: str) -> None:
        """Look the host up once, so that a typing error shows here."""
        split = check_url(url)
        port = split.port or _PORTS[split.scheme]
        resolve(str(split.hostname), port, allow_private=settings.ALERTS_ALLOW_PRIVATE)

    def shown(self) -> str:
        """Show the host; the path may hold a token."""
        split = urlsplit(self.cleaned_data["url"])
        return f"{split.scheme}://{split.hostname}{f':{split.port}' if split.port else ''}/…"


class ServiceForm(UrlForm):
    """A service that Apprise speaks to."""

    def check(self, url: str) -> None:
        """Let Apprise read it."""
        open_service(url)

    def shown(self) -> str:
        """Show the service and no token."""
        return name_of(open_service(self.cleaned_data["url"]))


CHANNEL_FORMS: dict[str, type[ChannelForm]] = {
    ChannelKind.EMAIL: EmailForm,
    ChannelKind.WEBHOOK: WebhookForm,
    ChannelKind.APPRISE: ServiceForm,
}

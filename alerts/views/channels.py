"""Channels: the list, the form, test, switch, a new secret, delete."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from alerts.actions import channels as actions
from alerts.actions.deliveries import send_test
from alerts.channel_forms import CHANNEL_FORMS, ChannelForm
from alerts.limits import CHANNELS_MOST
from alerts.models import Channel
from alerts.queries.channels import channels_of, people_of
from alerts.sealing import Unreadable
from alerts.shown import show_channel
from alerts.views.pages import UNPROCESSABLE, channel_to_change, done, render_page
from teams.access import NOT_HERE, project_for
from teams.models import Project


@require_GET
@login_required
def show_channels(request: HttpRequest, team: str, project: str) -> HttpResponse:
    """List the channels of a project."""
    return _show_list(request, project_for(request.user, team, project))


def _show_list(
    request: HttpRequest, project: Project, *, secret: str = "", status: int = 200
) -> HttpResponse:
    """Show the list; a fresh secret is in this one answer and nowhere else."""
    rows = [show_channel(channel) for channel in channels_of(project)]
    context = {"rows": rows, "secret": secret}
    answer = render_page(request, project, "alerts/channels.html", tab="channels", status=status, **context)
    answer["Cache-Control"] = "no-store"
    return answer


@sensitive_variables("secret")
@require_http_methods(["GET", "POST"])
@login_required
def new_channel(request: HttpRequest, team: str, project: str) -> HttpResponse:
    """Make a channel of the kind in the address."""
    found = project_for(request.user, team, project, needs="change")
    kind = request.GET.get("kind", "email")
    if kind not in CHANNEL_FORMS:
        raise Http404(NOT_HERE)
    form = CHANNEL_FORMS[kind](request.POST or None, people=people_of(found), is_new=True)
    if request.method == "POST" and channels_of(found).count() >= CHANNELS_MOST:
        form.add_error(None, f"A project has at most {CHANNELS_MOST} channels. Delete one first.")
    if request.method != "POST" or not form.is_valid():
        return _show_form(request, found, form, kind=kind)
    given = {"config": form.config(), "shown": form.shown(), "by": request.user, "now": timezone.now()}
    channel, secret = actions.create_channel(found, form.cleaned_data["name"], kind=kind, **given)
    if secret:
        return _show_list(request, found, secret=secret, status=201)
    said = f"The channel {channel.name} is there. Send it a test, and choose it in a rule."
    return done(request, found, "alerts:channels", said)


@sensitive_variables("secret")
@require_http_methods(["GET", "POST"])
@login_required
def change_channel(request: HttpRequest, team: str, project: str, channel_id: int) -> HttpResponse:
    """Rename a channel, or send it somewhere else."""
    found, channel = channel_to_change(request, team, project, channel_id)
    initial = {"name": channel.name}
    form = CHANNEL_FORMS[channel.kind](
        request.POST or None, people=people_of(found), is_new=False, initial=initial
    )
    if request.method != "POST" or not form.is_valid():
        return _show_form(request, found, form, kind=channel.kind, channel=channel)
    config = form.config()
    shown = form.shown() if config is not None else channel.shown
    secret = actions.change_channel(channel, form.cleaned_data["name"], config=config, shown=shown)
    if secret:
        return _show_list(request, found, secret=secret, status=201)
    return done(request, found, "alerts:channels", f"The channel {form.cleaned_data['name']} is saved.")


def _show_form(
    request: HttpRequest, project: Project, form: ChannelForm, *, kind: str, channel: Channel | None = None
) -> HttpResponse:
    status = UNPROCESSABLE if form.errors else 200
    context = {"form": form, "kind": kind, "channel": channel}
    return render_page(request, project, "alerts/channel.html", tab="channels", status=status, **context)


@require_POST
@login_required
def test(request: HttpRequest, team: str, project: str, channel_id: int) -> HttpResponse:
    """Send a test message; its history says how it went."""
    _, channel = channel_to_change(request, team, project, channel_id)
    send_test(channel, now=timezone.now())
    answer = redirect("alerts:deliveries", team, project)
    answer["Location"] += f"?channel={channel.pk}"
    return answer


@require_POST
@login_required
def switch(request: HttpRequest, team: str, project: str, channel_id: int) -> HttpResponse:
    """Turn a channel on or off."""
    found, channel = channel_to_change(request, team, project, channel_id)
    actions.switch_channel(channel, enabled=not channel.enabled)
    word = "off" if channel.enabled else "on"
    return done(request, found, "alerts:channels", f"The channel {channel.name} is {word}.")


@sensitive_variables("secret")
@require_POST
@login_required
def change_secret(request: HttpRequest, team: str, project: str, channel_id: int) -> HttpResponse:
    """Give a webhook a new secret, shown once."""
    found, channel = channel_to_change(request, team, project, channel_id)
    if channel.kind != "webhook":
        raise Http404(NOT_HERE)
    try:
        secret = actions.change_secret(channel)
    except Unreadable as error:
        return done(request, found, "alerts:channels", str(error))
    return _show_list(request, found, secret=secret, status=201)


@require_POST
@login_required
def delete(request: HttpRequest, team: str, project: str, channel_id: int) -> HttpResponse:
    """Delete a channel with its history."""
    found, channel = channel_to_change(request, team, project, channel_id)
    actions.delete_channel(channel)
    return done(request, found, "alerts:channels", f"The channel {channel.name} is deleted.")

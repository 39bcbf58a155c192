"""Alerts, rules, channels and deliveries as pages show them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.urls import reverse

from alerts.kinds import AlertState, ChannelKind, ChannelState, DeliveryState, Quiet
from alerts.limits import PREVIEW_COUNTED
from alerts.models import Alert, AlertRule, Channel, Delivery
from alerts.naming import name_of
from alerts.notices import SEVERITIES
from alerts.queries.previews import Preview
from runs.models import Run
from runs.shown.runs import cost_words, title_of
from runs.words import plural
from teams.models import Project

_QUIET = {
    Quiet.OLD: "not sent: the run was over long before it came",
    Quiet.MUTED: "not sent: the rule is muted",
    Quiet.COOLING: "not sent by itself: the rule cooled down",
    Quiet.NO_CHANNEL: "not sent: the rule has no channel",
    Quiet.SEEN: "not sent: somebody took it up while the rule cooled down",
}
_CHANNELS = {ChannelKind.EMAIL: "E-mail", ChannelKind.WEBHOOK: "Webhook", ChannelKind.APPRISE: "Service"}
_STATES = {
    ChannelState.NEW: ("Nothing sent yet", "is-run"),
    ChannelState.WORKING: ("Works", "is-ok"),
    ChannelState.FAILING: ("Failing", "is-fail"),
}
_DELIVERIES = {
    DeliveryState.WAITING: ("Waiting", "is-run"),
    DeliveryState.SENT: ("Sent", "is-ok"),
    DeliveryState.FAILED: ("Failed, tried again", "is-warn"),
    DeliveryState.GIVEN_UP: ("Given up", "is-fail"),
}
_KINDS = {"finding": "a finding", "fact": "a number of one run", "stuck": "silence", "rate": "a rate"}


@dataclass(frozen=True, kw_only=True, slots=True)
class StepLink:
    """A step that proves an alert."""

    seq: int
    url: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AlertRow:
    """One alert of the inbox."""

    alert: Alert
    project: Project
    rule: str
    severity: str
    sentence: str
    run: str
    run_url: str  #: empty: the run is gone, or there is none
    steps: list[StepLink]
    times: str  #: `×3`, empty for once
    quiet: str
    is_open: bool
    is_resolved: bool
    settled: str  #: who acknowledged or resolved it


def show_alert(alert: Alert, project: Project, there: Collection[UUID]) -> AlertRow:
    """Write one alert. `there`: the runs that still are."""
    names = [project.team.slug, project.slug]
    run_url = (
        reverse("runs:run", args=[*names, alert.run_id]) if alert.run_id and alert.run_id in there else ""
    )
    return AlertRow(
        alert=alert,
        project=project,
        rule=alert.rule.name,
        severity=SEVERITIES[alert.severity],
        sentence=alert.sentence,
        run=alert.run_name,
        run_url=f"{run_url}?step={alert.step}" if run_url and alert.step is not None else run_url,
        steps=[StepLink(seq=seq, url=f"{run_url}?step={seq}") for seq in alert.steps] if run_url else [],
        times=f"×{alert.occurrences}" if alert.occurrences > 1 else "",
        quiet=_quiet(alert),
        is_open=alert.state == AlertState.OPEN,
        is_resolved=alert.state == AlertState.RESOLVED,
        settled=_settled(alert),
    )


def _quiet(alert: Alert) -> str:
    is_held = alert.quiet == Quiet.COOLING and alert.round == alert.rule.round
    if is_held and alert.state == AlertState.OPEN and (until := alert.rule.cool_at):
        return f"held back: the rule cools down until {until:%H:%M} UTC"
    return _QUIET.get(Quiet(alert.quiet), "")


def _settled(alert: Alert) -> str:
    if alert.state == AlertState.OPEN:
        return ""
    word = "Acknowledged" if alert.state == AlertState.ACKNOWLEDGED else "Resolved"
    return f"{word} by {alert.by}" if alert.by else f"{word} by itself"


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleRow:
    """One rule of the list."""

    rule: AlertRule
    about: str
    kind: str
    severity: str
    tells: list[str]
    muted_until: datetime | None
    held: str  #: what its cool-down holds back, and until when


def show_rule(rule: AlertRule, *, now: datetime) -> RuleRow:
    """Write one rule, its channels read before."""
    is_muted = rule.muted_until is not None and rule.muted_until > now
    is_warm = rule.cool_at is not None and rule.cool_at > now
    return RuleRow(
        rule=rule,
        about=name_of(rule.parsed),
        kind=_KINDS[rule.kind],
        severity="" if rule.kind == "finding" else SEVERITIES[rule.severity],
        tells=[channel.name for channel in rule.channels.all()],
        muted_until=rule.muted_until if is_muted else None,
        held=f"{rule.held} held back until {rule.cool_at:%H:%M}" if is_warm and rule.held else "",
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class ChannelRow:
    """One channel of the list."""

    channel: Channel
    kind: str
    state: str
    tone: str


def show_channel(channel: Channel) -> ChannelRow:
    """Write one channel."""
    state, tone = _STATES[ChannelState(channel.state)] if channel.enabled else ("Switched off", "")
    return ChannelRow(channel=channel, kind=_CHANNELS[ChannelKind(channel.kind)], state=state, tone=tone)


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliveryRow:
    """One delivery of the history."""

    delivery: Delivery
    what: str
    state: str
    tone: str


def show_delivery(delivery: Delivery) -> DeliveryRow:
    """Write one delivery."""
    state, tone = _DELIVERIES[DeliveryState(delivery.state)]
    return DeliveryRow(
        delivery=delivery,
        what=delivery.alert.rule.name if delivery.alert else "Test message",
        state=state,
        tone=tone,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class PreviewRun:
    """A past run about which a rule would have called."""

    title: str
    url: str
    at: datetime
    facts: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PreviewShown:
    """What a preview says."""

    head: str
    runs: list[PreviewRun]
    lines: list[str]
    note: str


def _facts(run: Run) -> str:
    cost, _ = cost_words(
        run.cost_usd, calls=run.llm_calls, unpriced=run.unpriced_calls, lower_bound=run.lower_bound_calls
    )
    told = [plural(run.turns, "turn"), plural(run.failures, "failure")]
    return " · ".join([*told, cost if cost != "unknown" else "cost unknown"])


def show_preview(project: Project, preview: Preview) -> PreviewShown:
    """Write a preview: how many, and the newest of them."""
    number = f"{PREVIEW_COUNTED:,} {preview.unit}s or more"
    head = number if preview.is_more else plural(preview.count, preview.unit)
    names = [project.team.slug, project.slug]
    runs = [
        PreviewRun(
            title=title_of(run),
            url=reverse("runs:run", args=[*names, run.id]),
            at=run.sort_at,
            facts=_facts(run),
        )
        for run in preview.runs
    ]
    return PreviewShown(head=head, runs=runs, lines=preview.lines, note=preview.note)

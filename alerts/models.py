"""Rules, channels, alerts, deliveries. `alerts.actions` is their only writer; runs are only named."""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from alerts.kinds import AlertState, ChannelKind, ChannelState, DeliveryState, Event, Quiet, RuleKind
from alerts.limits import NAME_CHARS
from alerts.params import Params, read_params
from teams.models import Project


def choices(words):
    return [(word.value, word.value) for word in words]


class Channel(models.Model):
    """One way to tell people."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="channels", db_index=False)
    name = models.CharField(max_length=NAME_CHARS)
    kind = models.TextField(choices=choices(ChannelKind))
    sealed = models.TextField()  # where to send and with which secret, see alerts.sealing
    shown = models.TextField()  # what of it may be seen
    enabled = models.BooleanField(default=True)
    state = models.TextField(choices=choices(ChannelState), default=ChannelState.NEW)
    error = models.TextField(default="", blank=True)  # of the last delivery that was given up
    failing_since = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    created_at = models.DateTimeField()

    class Meta:
        indexes = [
            # The channels page, and the boxes of a rule's form.
            models.Index(fields=["project", "name"], name="channel_project_name"),
        ]

    def __str__(self):
        return self.name


class AlertRule(models.Model):
    """What to look for, and whom to tell."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="alert_rules", db_index=False)
    name = models.CharField(max_length=NAME_CHARS)
    kind = models.TextField(choices=choices(RuleKind))
    params = models.JSONField(default=dict)  # see alerts.params
    severity = models.SmallIntegerField(default=2)  # runs.findings.found.Severity, where the finding has none
    cooldown_minutes = models.IntegerField(default=10)
    enabled = models.BooleanField(default=True)
    muted_until = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(
        null=True, blank=True
    )  # when channels were last told: begins the cool-down
    held = models.IntegerField(default=0)  # how often the cool-down held something back since then
    round = models.IntegerField(default=0)  # messages so far: what is held back bears the number
    channels = models.ManyToManyField(Channel, blank=True, related_name="rules")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    created_at = models.DateTimeField()

    class Meta:
        indexes = [
            # The rules of a project: with every judgement of a run, and on their page.
            models.Index(fields=["project", "id"], name="alert_rule_project"),
            # The sweeps over rules of a kind.
            models.Index(fields=["kind", "project"], name="alert_rule_kind", condition=Q(enabled=True)),
            # The sweep over cool-downs that are over.
            models.Index(fields=["id"], name="alert_rule_held", condition=Q(held__gt=0)),
        ]

    def __str__(self):
        return self.name

    @property
    def parsed(self) -> Params:
        """The parameters as their type."""
        return read_params(self.kind, self.params)

    @property
    def cool_at(self) -> datetime | None:
        """When the cool-down after its last message is over."""
        return self.told_at and self.told_at + timedelta(minutes=self.cooldown_minutes)


class Alert(models.Model):
    """A rule that fired: one a rule and run, or one a rule over a while. It may close and open again."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="alerts", db_index=False)
    rule = models.ForeignKey(AlertRule, models.CASCADE, related_name="alerts", db_index=False)
    run_id = models.UUIDField(null=True)  # the run may be gone: retention does not look here
    run_name = models.TextField(default="")
    severity = models.SmallIntegerField()
    state = models.TextField(choices=choices(AlertState), default=AlertState.OPEN)
    sentence = models.TextField()
    steps = ArrayField(models.IntegerField(), default=list)
    step = models.IntegerField(null=True)  # to look at first
    occurrences = models.IntegerField(default=1)
    settled = models.IntegerField(default=0)  # occurrences when it was resolved: more of them open it again
    episode = models.IntegerField(default=1)  # how often it opened
    mark = models.BigIntegerField(default=0)  # STUCK: the run's revision then; RATE: 1 while it is above
    is_old = models.BooleanField(default=False)  # of a run that was over long before
    quiet = models.TextField(choices=choices(Quiet), default=Quiet.NO, blank=True)
    round = models.IntegerField(null=True)  # COOLING: of the rule when it was held back
    opened_at = models.DateTimeField()
    last_at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False
    )  # who acknowledged or resolved it; nobody: it resolved by itself
    state_at = models.DateTimeField()

    class Meta:
        constraints = [
            # Rule: one alert a rule and run, however many workers; serves the judgement of a run.
            models.UniqueConstraint(
                fields=["project", "run_id", "rule"], name="alert_of_rule_and_run", nulls_distinct=False
            ),
        ]
        indexes = [
            # The inbox of a project, newest first.
            models.Index(F("project"), F("last_at").desc(), F("id").desc(), name="alert_inbox"),
            # The number beside the bell.
            models.Index(fields=["project"], name="alert_open", condition=Q(state="open", is_old=False)),
            # What the cool-down of a rule holds back.
            models.Index(fields=["rule", "round"], name="alert_held", condition=Q(quiet="cooling")),
            # The alerts of a rule go with it.
            models.Index(fields=["rule"], name="alert_rule"),
        ]

    def __str__(self):
        return self.sentence


class Delivery(models.Model):
    """One message to one channel. What is recorded as sent is never sent again."""

    uid = models.UUIDField()  # the receiver may tell doubles by it
    project = models.ForeignKey(Project, models.CASCADE, related_name="+", db_index=False)
    channel = models.ForeignKey(Channel, models.CASCADE, related_name="deliveries", db_index=False)
    alert = models.ForeignKey(Alert, models.CASCADE, null=True, related_name="deliveries", db_index=False)
    event = models.TextField(choices=choices(Event))
    episode = models.IntegerField(default=0)
    held = models.IntegerField(default=0)  # other alerts that the rule's cool-down held back before it
    since = models.DateTimeField(null=True)  # when the rule told something before them
    others = ArrayField(models.BigIntegerField(), default=list)  # the newest of them: ids
    state = models.TextField(choices=choices(DeliveryState), default=DeliveryState.WAITING)
    attempts = models.IntegerField(default=0)
    status = models.IntegerField(null=True)  # HTTP status of the last answer
    error = models.TextField(default="")
    created_at = models.DateTimeField()
    tried_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            # Rule: an alert is told once a channel, event and time it opened.
            models.UniqueConstraint(
                fields=["alert", "channel", "event", "episode"],
                name="delivery_once",
                condition=Q(alert__isnull=False),
            ),
        ]
        indexes = [
            # The delivery history of a project, newest first.
            models.Index(F("project"), F("id").desc(), name="delivery_history"),
            # That of a channel, and what goes with it.
            models.Index(F("channel"), F("id").desc(), name="delivery_of_channel"),
        ]

    def __str__(self):
        return f"{self.event} to {self.channel_id}: {self.state}"

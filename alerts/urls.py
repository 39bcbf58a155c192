"""Addresses of alerts. Actions are POST to a leaf."""

from django.urls import path

from alerts.views import channels, deliveries, inbox, rules

app_name = "alerts"

_ALERTS = "<slug:team>/<slug:project>/alerts/"
_ALERT = f"{_ALERTS}<int:alert_id>/"
_RULE = f"{_ALERTS}rules/<int:rule_id>/"
_CHANNEL = f"{_ALERTS}channels/<int:channel_id>/"

urlpatterns = [
    path("alerts/", inbox.show_mine, name="mine"),
    path("alerts/count/", inbox.count_mine, name="count_mine"),
    path(_ALERTS, inbox.show_inbox, name="inbox"),
    path(f"{_ALERTS}rows/", inbox.show_rows, name="rows"),
    path(f"{_ALERTS}count/", inbox.count_open, name="count"),
    path(f"{_ALERTS}resolve/", inbox.resolve_all, name="resolve_all"),
    path(_ALERT, inbox.show_alert, name="alert"),
    path(f"{_ALERT}acknowledge/", inbox.acknowledge, name="acknowledge"),
    path(f"{_ALERT}resolve/", inbox.resolve, name="resolve"),
    path(f"{_ALERT}reopen/", inbox.reopen, name="reopen"),
    path(f"{_ALERTS}rules/", rules.show_rules, name="rules"),
    path(f"{_ALERTS}rules/new/", rules.new_rule, name="rule_new"),
    path(f"{_ALERTS}rules/preview/", rules.preview, name="rule_preview"),
    path(_RULE, rules.change_rule, name="rule"),
    path(f"{_RULE}mute/", rules.mute, name="rule_mute"),
    path(f"{_RULE}switch/", rules.switch, name="rule_switch"),
    path(f"{_RULE}delete/", rules.delete, name="rule_delete"),
    path(f"{_ALERTS}channels/", channels.show_channels, name="channels"),
    path(f"{_ALERTS}channels/new/", channels.new_channel, name="channel_new"),
    path(_CHANNEL, channels.change_channel, name="channel"),
    path(f"{_CHANNEL}test/", channels.test, name="channel_test"),
    path(f"{_CHANNEL}switch/", channels.switch, name="channel_switch"),
    path(f"{_CHANNEL}secret/", channels.change_secret, name="channel_secret"),
    path(f"{_CHANNEL}delete/", channels.delete, name="channel_delete"),
    path(f"{_ALERTS}deliveries/", deliveries.show_deliveries, name="deliveries"),
]

"""What the cool-down of rules holds back."""

from datetime import datetime

from django.db import connection
from django.db.models import F, QuerySet

from alerts.kinds import AlertState, Quiet
from alerts.limits import HELD_AT_ONCE
from alerts.models import Alert, AlertRule

#: Rules whose cool-down is over while something that it held back is still open. By the index of rules that
#: hold anything back, of which there are few.
COOLED_RULES = """
    SELECT rule.id FROM alerts_alertrule AS rule
    WHERE rule.held > 0 AND rule.enabled AND (rule.muted_until IS NULL OR rule.muted_until <= %(now)s)
        AND rule.told_at <= %(now)s - rule.cooldown_minutes * interval '1 minute'
        AND EXISTS (
            SELECT FROM alerts_alert AS alert WHERE alert.rule_id = rule.id AND alert.round = rule.round
                AND alert.quiet = 'cooling' AND alert.state = 'open'
        ) AND EXISTS (
            SELECT FROM alerts_alertrule_channels AS told JOIN alerts_channel AS channel
                ON channel.id = told.channel_id AND channel.enabled WHERE told.alertrule_id = rule.id
        )
    ORDER BY rule.id LIMIT %(most)s
"""


def cooled_rules_all_projects(now: datetime) -> list[int]:
    """Find the rules that may tell of what they held back."""
    with connection.cursor() as cursor:
        cursor.execute(COOLED_RULES, {"now": now, "most": HELD_AT_ONCE})
        return [rule_id for (rule_id,) in cursor.fetchall()]


def next_held(rule_id: int) -> Alert | None:
    """Read and lock the worst of the open alerts that a rule holds back, the newest of those."""
    held = Alert.objects.filter(rule_id=rule_id, quiet=Quiet.COOLING, round=F("rule__round"))
    locked = held.filter(state=AlertState.OPEN).select_for_update(of=("self",), no_key=True)
    return locked.select_related("project").order_by("-severity", "-last_at", "-id").first()


def held_by(rule: AlertRule) -> QuerySet[Alert]:
    """List what a rule holds back since its last message, the newest first; also what is settled by now."""
    held = Alert.objects.filter(rule=rule, quiet=Quiet.COOLING, round=rule.round)
    return held.order_by("-last_at", "-id")

"""The closed vocabularies of alerts. Pure."""

from enum import StrEnum


class RuleKind(StrEnum):
    """What a rule looks at."""

    FINDING = "finding"  #: a signature that the findings of a run have
    FACT = "fact"  #: a number of a run, or the files it changed
    STUCK = "stuck"  #: an open run from which nothing comes any more
    RATE = "rate"  #: runs or calls of a while, taken together


class Fact(StrEnum):
    """What a rule compares of one run."""

    TURNS = "turns"
    ERRORS = "errors"
    COST = "cost"  #: US dollars
    TOKENS = "tokens"
    MINUTES = "minutes"
    FILES = "files"  #: changed files that match a pattern


class Rate(StrEnum):
    """What a rule compares over a while."""

    FAILURES = "failures"  #: percent of the runs that failed
    COST = "cost"  #: US dollars of all runs
    TOOL = "tool"  #: 95th percentile of a tool's calls, milliseconds


class ChannelKind(StrEnum):
    """How people are told."""

    EMAIL = "email"
    WEBHOOK = "webhook"
    APPRISE = "apprise"  #: Slack, Discord, Teams and others, see alerts.services


class ChannelState(StrEnum):
    """Whether a channel gets through."""

    NEW = "new"  #: nothing was sent yet
    WORKING = "working"
    FAILING = "failing"


class AlertState(StrEnum):
    """How an alert stands."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


class Event(StrEnum):
    """What a delivery tells."""

    FIRED = "fired"
    RESOLVED = "resolved"
    TEST = "test"


class DeliveryState(StrEnum):
    """How far a delivery came."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"  #: it is tried again
    GIVEN_UP = "given up"


class Quiet(StrEnum):
    """Why nobody was told of an alert."""

    NO = ""
    OLD = "old"  #: the run was over long before it was judged: imported
    MUTED = "muted"
    COOLING = "cooling"
    NO_CHANNEL = "no channel"
    SEEN = "seen"  #: it was held back, and somebody took it up before the cool-down was over

"""The rules a new project has. Pure. Nobody is told before a channel is chosen: they fill the inbox."""

from msgspec import Struct

from alerts.kinds import Fact, RuleKind
from alerts.params import FactParams, FindingParams, Params, StuckParams


class Default(Struct, frozen=True, kw_only=True):
    """One rule as it is installed."""

    name: str
    kind: RuleKind
    params: Params
    severity: int = 2


DEFAULTS = (
    Default(name="More than 20 turns", kind=RuleKind.FACT, params=FactParams(fact=Fact.TURNS, over=20.0)),
    Default(name="Tool loop", kind=RuleKind.FINDING, params=FindingParams(signature="tool-loop")),
    Default(name="Run stuck for 10 minutes", kind=RuleKind.STUCK, params=StuckParams(minutes=10), severity=3),
    Default(
        name="Run costs more than $5",
        kind=RuleKind.FACT,
        params=FactParams(fact=Fact.COST, over=5.0),
        severity=3,
    ),
)

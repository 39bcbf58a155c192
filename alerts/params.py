"""What each kind of rule is set to. Pure; kept as JSON beside the rule."""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from alerts.kinds import Fact, Rate, RuleKind


class FindingParams(Struct, frozen=True, kw_only=True):
    """Findings that call."""

    signature: str = ""  #: empty: any
    severity: int = 1  #: at least so severe


class FactParams(Struct, frozen=True, kw_only=True):
    """A number of a run that goes above a limit."""

    fact: Fact
    over: float = 0.0
    pattern: str = ""  #: of FILES, see runs.globs


class StuckParams(Struct, frozen=True, kw_only=True):
    """How long an open run may be silent."""

    minutes: int = 10


class RateParams(Struct, frozen=True, kw_only=True):
    """A number over the last hours that goes above a limit."""

    rate: Rate
    over: float
    hours: int = 24
    tool: str = ""  #: of TOOL
    least: int = 5  #: runs, or calls, below which nothing is said


Params = FindingParams | FactParams | StuckParams | RateParams

TYPES: Mapping[RuleKind, type[Params]] = {
    RuleKind.FINDING: FindingParams,
    RuleKind.FACT: FactParams,
    RuleKind.STUCK: StuckParams,
    RuleKind.RATE: RateParams,
}


def read_params(kind: str, kept: Mapping[str, Any]) -> Params:
    """Read the parameters of a rule. Raises msgspec.ValidationError."""
    return msgspec.convert(kept, TYPES[RuleKind(kind)], strict=False)


def keep_params(params: Params) -> dict[str, Any]:
    """Write parameters as JSON keeps them."""
    kept: dict[str, Any] = msgspec.to_builtins(params)
    return kept

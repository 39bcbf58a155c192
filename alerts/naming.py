"""What rules are called, and what they watch, in words. Pure."""

from alerts.kinds import Fact, Rate
from alerts.params import FactParams, FindingParams, Params, RateParams, StuckParams
from alerts.rates import written
from alerts.rules import limit_of
from runs.findings.signatures import SIGNATURES
from runs.words import plural

_AT_LEAST = {1: "", 2: ", a warning or worse", 3: ", an error"}
_MORE = {
    Fact.TURNS: "More than {} turns",
    Fact.ERRORS: "More than {} failed steps",
    Fact.COST: "Run costs more than {}",
    Fact.TOKENS: "More than {} tokens",
    Fact.MINUTES: "Run takes more than {} minutes",
}
_RATES = {
    Rate.FAILURES: "More than {} of runs failed",
    Rate.COST: "More than {} spent",
    Rate.TOOL: "p95 of {tool} above {}",
}


def name_of(params: Params) -> str:
    """Name a rule by what it watches."""
    if isinstance(params, FindingParams):
        signature = SIGNATURES.get(params.signature)
        return (signature.name if signature else params.signature or "Any finding") + _AT_LEAST[
            params.severity
        ]
    if isinstance(params, StuckParams):
        return f"No event for {plural(params.minutes, 'minute')}"
    if isinstance(params, RateParams):
        what = _RATES[params.rate].format(written(params, params.over), tool=params.tool)
        return f"{what} in {plural(params.hours, 'hour')}"
    return _name_of_fact(params)


def _name_of_fact(params: FactParams) -> str:
    if params.fact != Fact.FILES:
        return _MORE[params.fact].format(limit_of(params))
    more = f"More than {plural(int(params.over), 'file')}" if params.over >= 1 else "A file"
    return f"{more} matching {params.pattern} changed"

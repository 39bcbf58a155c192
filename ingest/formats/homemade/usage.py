"""Token counts and cost beside the other fields of a record, in their many spellings."""

from typing import Any

from ingest import wild
from ingest.formats.events.answers import cost_of
from ingest.formats.events.usage import tokens_of
from ingest.formats.homemade.fields import Fields, plain
from runs.records import Tokens

#: Plain spelling → the spelling that the reader of usage knows.
SPELLINGS = {
    **dict.fromkeys(("inputtokens", "tokensin", "tokensinput", "intokens", "intok"), "input_tokens"),
    **dict.fromkeys(("outputtokens", "tokensout", "tokensoutput", "outtokens", "outtok"), "output_tokens"),
    **dict.fromkeys(("prompttokens", "tokensprompt", "promptcount"), "prompt_tokens"),
    **dict.fromkeys(("completiontokens", "tokenscompletion", "completioncount"), "completion_tokens"),
    **dict.fromkeys(("cachereadtokens", "cachereadinputtokens", "cacheread"), "cache_read_input_tokens"),
    **dict.fromkeys(
        ("cachewritetokens", "cachecreationinputtokens", "cachecreationtokens"), "cache_creation_input_tokens"
    ),
    **dict.fromkeys(("cachedtokens", "cachedinputtokens"), "cached_input_tokens"),
    **dict.fromkeys(("reasoningtokens", "thinkingtokens", "reasoningoutputtokens"), "reasoning_tokens"),
    "prompttokensdetails": "prompt_tokens_details",
    "completiontokensdetails": "completion_tokens_details",
    "inputtokensdetails": "input_tokens_details",
    "outputtokensdetails": "output_tokens_details",
}
BOXES = ("usage", "tokenusage", "tokens", "tokencounts", "llmusage")
SHORT = {"input": "input_tokens", "output": "output_tokens", "in": "input_tokens", "out": "output_tokens"}
SHORT |= {"prompt": "prompt_tokens", "completion": "completion_tokens"}
COSTS = ("costusd", "cost", "totalcostusd", "totalcost", "usd", "price", "priceusd")


def usage_of(fields: Fields) -> dict[str, Any]:
    """Gather the counts of a call under names that are known."""
    found: dict[str, Any] = {}
    for values in (fields.bag, fields.own):
        found |= {SPELLINGS[name]: value for name, value in values.items() if name in SPELLINGS}
    for name, value in wild.mapping(fields.any(*BOXES)).items():
        spelled = SPELLINGS.get(plain(name)) or SHORT.get(plain(name))
        if spelled:
            found[spelled] = value
    return found


def tokens_in(fields: Fields) -> Tokens | None:
    return tokens_of(usage_of(fields))


def cost_in(fields: Fields) -> float | None:
    return cost_of(fields.number(*COSTS))

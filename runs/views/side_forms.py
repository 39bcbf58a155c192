"""The form that asks for two sides: its fields, what they suggest, and pairs worth comparing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from runs.queries.saved import Usual
from runs.views.filters import PRESETS
from runs.views.sides import Asked, Names, words_of

#: Fields in their order: name of the filter, its label.
FIELDS = {
    "variant": "Variant or prompt",
    "model": "Model",
    "agent": "Agent",
    "version": "Agent version",
    "branch": "Branch",
    "repo": "Repository",
    "when": "Period",
    "since": "Since",
    "until": "Until",
    "tag": "Tag",
    "person": "Person",
    "q": "Text",
}
#: Those that are open at first: what sides differ in, and what they have in common.
_FIRST = {
    "a": ("variant", "model", "agent"),
    "b": ("variant", "model", "agent"),
    "": ("repo", "when", "agent"),
}
#: Filters of which the two most used values are offered as a comparison.
_SUGGESTED = ("variant", "model", "agent")


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """One filter of one side, or of both."""

    name: str
    label: str
    value: str
    options: Sequence[tuple[str, str]]  #: offered beside what may be typed
    is_menu: bool
    is_date: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Fieldset:
    """One column of the form."""

    side: str  #: "a", "b" or empty for both
    legend: str
    first: list[Field]
    more: list[Field]
    more_open: bool
    kept: list[tuple[str, str]]  #: filters without a field, as they stand in the URL
    kept_words: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Suggestion:
    """Two values worth comparing."""

    what: str
    a: Usual
    b: Usual
    query: str


def fields_of(asked: Asked, usual: Mapping[str, Sequence[Usual]], names: Names) -> list[Fieldset]:
    """Build the form, filled with what is asked for."""
    return [
        _fieldset("a", "A", asked.a, usual, names),
        _fieldset("b", "B", asked.b, usual, names),
        _fieldset("", "Both sides", asked.both, usual, names),
    ]


def _fieldset(
    side: str,
    legend: str,
    chosen: Mapping[str, str],
    usual: Mapping[str, Sequence[Usual]],
    names: Names,
) -> Fieldset:
    fields = {name: _field(side, name, chosen.get(name, ""), usual) for name in FIELDS}
    kept = {name: value for name, value in chosen.items() if name not in FIELDS}
    more = [field for name, field in fields.items() if name not in _FIRST[side]]
    return Fieldset(
        side=side,
        legend=legend,
        first=[fields[name] for name in _FIRST[side]],
        more=more,
        more_open=any(field.value for field in more),
        kept=[(f"{side}.{name}" if side else name, value) for name, value in kept.items()],
        kept_words=words_of(kept, names) if kept else "",
    )


def _field(side: str, name: str, value: str, usual: Mapping[str, Sequence[Usual]]) -> Field:
    if name == "when":
        options = [(key, words) for key, (words, _) in PRESETS.items()]
    else:
        options = [(each.value, f"{each.runs:,} runs") for each in usual.get(name, ())]
    return Field(
        name=f"{side}.{name}" if side else name,
        label=FIELDS[name],
        value=value,
        options=options,
        is_menu=name == "when",
        is_date=name in ("since", "until"),
    )


def suggestions_of(usual: Mapping[str, Sequence[Usual]]) -> list[Suggestion]:
    """Offer the two most used values of what sides are usually told apart by."""
    return [
        Suggestion(
            what=FIELDS[name].lower(), a=one, b=two,
            query=urlencode({f"a.{name}": one.value, f"b.{name}": two.value}),
        )
        for name in _SUGGESTED
        if len(usual.get(name, ())) > 1
        for one, two in [usual[name][:2]]
    ]  # fmt: skip

"""What a rule is and what it says. Pure."""

from collections.abc import Callable, Sequence
from enum import IntEnum
from types import MappingProxyType

from msgspec import Struct, field

from runs.findings.case import Case


class Severity(IntEnum):
    """How much a finding should worry: a hint may be how agents work, an error broke something."""

    HINT = 1
    WARNING = 2
    ERROR = 3


class Found(Struct, frozen=True, kw_only=True):
    """One finding as a rule gives it. The same finding has the same key, however much of the run is known."""

    key: str  #: unique among the findings of this signature in this run
    sentence: str  #: what happened, with its figures; plain text
    steps: Sequence[int]  #: numbers of the steps that prove it, in their order, the first cause first
    at: int  #: the step with which it came true
    numbers: dict[str, float | int | str] = field(default_factory=dict)
    used: dict[str, float] = field(default_factory=dict)  #: thresholds that it rests on
    severity: Severity | None = None  #: where it differs from the signature's
    changes: Sequence[int] = ()  #: numbers of file changes that belong to it: suspects


Rule = Callable[[Case], list[Found]]


class Signature(Struct, frozen=True, kw_only=True):
    """A rule with its words. Raise `version` when it judges otherwise: runs are then judged anew."""

    slug: str
    name: str
    severity: Severity
    about: str  #: what it looks for, one sentence
    helps: str  #: what usually helps, one or two sentences
    rule: Rule
    version: int = 1
    thresholds: tuple[str, ...] = ()  #: names in `runs.findings.thresholds`


Registry = MappingProxyType[str, Signature]

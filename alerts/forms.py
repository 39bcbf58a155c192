"""The forms of rules, one a kind. They check what was typed; `alerts.actions` does the work."""

from typing import Any

from django import forms

from alerts.kinds import Fact, Rate, RuleKind
from alerts.limits import NAME_CHARS, RATE_HOURS, STUCK_MINUTES
from alerts.models import AlertRule, Channel
from alerts.params import FactParams, FindingParams, Params, RateParams, StuckParams, keep_params
from runs.findings.found import Severity
from runs.findings.signatures import SIGNATURES

SEVERITIES = [(1, "Hint"), (2, "Warning"), (3, "Error")]
_AT_LEAST = [(1, "Any"), (2, "Warning or error"), (3, "Error")]
_FACTS = [
    (Fact.TURNS, "Turns"), (Fact.ERRORS, "Failed steps"), (Fact.COST, "Cost in $"), (Fact.TOKENS, "Tokens"),
    (Fact.MINUTES, "Minutes"), (Fact.FILES, "Changed files that match a pattern"),
]  # fmt: skip
_RATES = [
    (Rate.FAILURES, "Failed runs, in %"), (Rate.COST, "Cost of all runs, in $"),
    (Rate.TOOL, "p95 of a tool, in ms"),
]  # fmt: skip


class RuleForm(forms.Form):
    """What all rules have. Takes the project's `channels`."""

    name = forms.CharField(
        max_length=NAME_CHARS, required=False, help_text="Empty: named by what it watches."
    )
    severity = forms.TypedChoiceField(
        label="Counts as", choices=SEVERITIES, coerce=int, initial=int(Severity.WARNING)
    )
    cooldown_minutes = forms.IntegerField(
        label="Cool-down, in minutes", min_value=0, max_value=1440, initial=10,
        help_text="After a message nobody is told again for so long; the inbox still shows all.",
    )  # fmt: skip
    channels = forms.ModelMultipleChoiceField(
        label="Tell", queryset=Channel.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )
    OWN: tuple[str, ...] = ()  #: fields of the kind, before the others

    def __init__(self, *args: Any, channels: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["channels"].queryset = channels
        self.order_fields([*self.OWN, "severity", "channels", "cooldown_minutes", "name"])

    def params(self) -> Params:
        """Give what was typed as parameters of the rule."""
        raise NotImplementedError


class FindingForm(RuleForm):
    """A signature."""

    signature = forms.ChoiceField(label="Finding", required=False)
    least = forms.TypedChoiceField(label="At least", choices=_AT_LEAST, coerce=int, initial=1)
    OWN = ("signature", "least")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["severity"]  # the finding has its own
        named = [(slug, signature.name) for slug, signature in SIGNATURES.items()]
        self.fields["signature"].choices = [("", "Any finding"), *named]

    def params(self) -> FindingParams:
        """Give what was typed as parameters of the rule."""
        return FindingParams(signature=self.cleaned_data["signature"], severity=self.cleaned_data["least"])


class FactForm(RuleForm):
    """A number of one run."""

    fact = forms.ChoiceField(label="What", choices=_FACTS)
    over = forms.FloatField(label="More than", min_value=0, max_value=1e9, initial=20)
    pattern = forms.CharField(
        label="Files", max_length=200, required=False,
        help_text="For changed files: a piece of the path, or a pattern like <code>migrations/**</code>. "
        "Then the number above is how many may change; 0 tells of the first.",
        widget=forms.TextInput(attrs={"placeholder": "migrations/**", "autocomplete": "off"}),
    )  # fmt: skip
    OWN = ("fact", "over", "pattern")

    def clean(self) -> None:
        """Ask for the pattern where the rule needs one."""
        if self.cleaned_data.get("fact") == Fact.FILES and not self.cleaned_data.get("pattern", "").strip():
            self.add_error("pattern", "Say which files, for example migrations/**.")

    def params(self) -> FactParams:
        """Give what was typed as parameters of the rule."""
        data = self.cleaned_data
        fact = Fact(data["fact"])
        return FactParams(fact=fact, over=data["over"], pattern=data["pattern"] if fact == Fact.FILES else "")


class StuckForm(RuleForm):
    """Silence."""

    minutes = forms.IntegerField(
        label="Minutes without an event", min_value=1, max_value=STUCK_MINUTES, initial=10,
        help_text="Only while the run is open and the agent has not answered. After 15 minutes a silent run "
        "is closed as unfinished.",
    )  # fmt: skip
    OWN = ("minutes",)

    def params(self) -> StuckParams:
        """Give what was typed as parameters of the rule."""
        return StuckParams(minutes=self.cleaned_data["minutes"])


class RateForm(RuleForm):
    """A number over the last hours."""

    rate = forms.ChoiceField(label="What", choices=_RATES)
    over = forms.FloatField(label="More than", min_value=0, max_value=1e9, initial=30)
    hours = forms.IntegerField(label="In the last hours", min_value=1, max_value=RATE_HOURS, initial=24)
    tool = forms.CharField(
        max_length=200, required=False, help_text="For p95: the tool's name, as runs show it.",
        widget=forms.TextInput(attrs={"placeholder": "Bash", "autocomplete": "off"}),
    )  # fmt: skip
    least = forms.IntegerField(
        label="At least so many runs or calls", min_value=1, max_value=100_000, initial=5,
        help_text="Below that it says nothing.",
    )  # fmt: skip
    OWN = ("rate", "over", "hours", "tool", "least")

    def clean(self) -> None:
        """Ask for the tool where the rule needs one."""
        if self.cleaned_data.get("rate") == Rate.TOOL and not self.cleaned_data.get("tool", "").strip():
            self.add_error("tool", "Say which tool, for example Bash.")

    def params(self) -> RateParams:
        """Give what was typed as parameters of the rule."""
        data = self.cleaned_data
        names = ("over", "hours", "tool", "least")
        return RateParams(rate=Rate(data["rate"]), **{name: data[name] for name in names})


FORMS: dict[str, type[RuleForm]] = {
    RuleKind.FINDING: FindingForm,
    RuleKind.FACT: FactForm,
    RuleKind.STUCK: StuckForm,
    RuleKind.RATE: RateForm,
}


def initial_of(rule: AlertRule) -> dict[str, Any]:
    """Give what a rule is set to, as its form names it."""
    typed = keep_params(rule.parsed)
    if rule.kind == RuleKind.FINDING:
        typed["least"] = typed.pop("severity")
    if "over" in typed and float(typed["over"]).is_integer():
        typed["over"] = int(typed["over"])  # 20, not 20.0
    common = {"name": rule.name, "severity": rule.severity, "cooldown_minutes": rule.cooldown_minutes}
    return {**common, **typed, "channels": [channel.pk for channel in rule.channels.all()]}

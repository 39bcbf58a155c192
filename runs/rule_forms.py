"""The form of a project's rules: thresholds, mutes, sensitive files."""

from typing import Any

from django import forms

from runs.findings.limits import SENSITIVE_MOST
from runs.findings.sensitive import DEFAULTS
from runs.findings.signatures import SIGNATURES
from runs.findings.thresholds import THRESHOLDS, Threshold
from runs.limits import FILTER_CHARS


class RulesForm(forms.Form):
    """An empty threshold is the default; so are patterns that nobody gave."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)  #: the stamp of what the page showed
    muted = forms.MultipleChoiceField(
        choices=[(slug, signature.name) for slug, signature in SIGNATURES.items()], required=False
    )
    sensitive = forms.CharField(
        label="Sensitive files",
        required=False,
        widget=forms.Textarea(attrs={"rows": 5, "placeholder": "\n".join(DEFAULTS[:5])}),
        help_text="One pattern a line, instead of ours: a name, or a path with a slash; * is anything.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, threshold in THRESHOLDS.items():
            self.fields[field_name(name)] = _field_of(name, threshold)

    def clean_sensitive(self) -> list[str]:
        """Read one pattern a line."""
        lines = (line.strip().replace("\0", "") for line in self.cleaned_data["sensitive"].splitlines())
        patterns = list(dict.fromkeys(line for line in lines if line))
        if len(patterns) > SENSITIVE_MOST or any(len(each) > FILTER_CHARS for each in patterns):
            raise forms.ValidationError(f"At most {SENSITIVE_MOST} patterns of {FILTER_CHARS} characters.")
        return patterns

    def told(self) -> dict[str, Any]:
        """Give what differs from the defaults, as `rule_settings.save_rules` takes it."""
        data = self.cleaned_data
        read = {name: data[field_name(name)] for name in THRESHOLDS}
        given = {name: value for name, value in read.items() if value is not None}
        own = {name: value for name, value in given.items() if value != THRESHOLDS[name].value}
        return {"thresholds": own} | {name: data[name] for name in ("muted", "sensitive", "seen")}


def field_name(threshold: str) -> str:
    """Name the field of a threshold; one is called `errors`, which a form has already."""
    return f"limit_{threshold}"


def _field_of(name: str, threshold: Threshold) -> forms.FloatField:
    widget = forms.NumberInput(attrs={"placeholder": f"{threshold.value:g}", "step": "any"})
    label = name.replace("_", " ").capitalize()
    return forms.FloatField(
        label=label, required=False, min_value=threshold.least, max_value=threshold.most, widget=widget
    )

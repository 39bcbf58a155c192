"""How severities look and read."""

from runs.findings.found import Severity

#: The class of a finding's dot, and the word for it.
TONES = {Severity.ERROR: "fail", Severity.WARNING: "warn", Severity.HINT: "hint"}
WORDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.HINT: "hint"}

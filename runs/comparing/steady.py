"""Texts without what changes from one time to the next: times, durations, ids, the folder. Pure."""

import re

#: Longest patterns first; what is left of a text says what happened.
_PASSING = (
    re.compile(r"\x1b\[[0-9;]*[A-Za-z]"),
    re.compile(r"\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?"),
    re.compile(r"\b\d{1,2}:\d\d(?::\d\d(?:[.,]\d+)?)?(?: ?[AP]M)?\b"),
    re.compile(r"\b\d+(?:[.,]\d+)? ?(?:ms|µs|us|ns|s|sec|secs|seconds?|m|min|minutes?)\b"),
    re.compile(r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b|\b0x[0-9a-f]{4,}\b", re.IGNORECASE),
    re.compile(r"\b(?=[0-9a-f]*[0-9])(?=[0-9a-f]*[a-f])[0-9a-f]{7,64}\b"),
    re.compile(r"/(?:private/)?(?:tmp|var/folders)/[\w./+-]+"),
    re.compile(r"\b(?:toolu|call|msg|req|chatcmpl|resp)_[A-Za-z0-9]{6,}\b"),
)


def steady(text: str, *, cwd: str = "") -> str:
    """Leave out what two runs that do the same cannot have alike."""
    if len(cwd) > 1:
        text = text.replace(cwd, ".")
    for pattern in _PASSING:
        text = pattern.sub("·", text)
    return text.strip()

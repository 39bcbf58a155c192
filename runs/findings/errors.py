"""What an error says without what changes from one time to the next. Pure."""

import re

ERROR_CHARS = 120

_PARTS = (
    (re.compile(r"\x1b\[[0-9;]*[A-Za-z]"), ""),
    (re.compile(r"0x[0-9a-f]+|\b[0-9a-f]{8,}\b", re.IGNORECASE), "#"),
    (re.compile(r"\d+"), "#"),
    (re.compile(r"\s+"), " "),
)
_SAYS = re.compile(
    r"error|fail|not found|no such|denied|exception|cannot|invalid|unknown|timed out", re.IGNORECASE
)


def sign_of(text: str) -> str:
    """Reduce an error to what makes it the same error: its telling line, numbers and addresses as `#`."""
    lines = [line.strip() for line in text[:4_000].splitlines() if line.strip()]
    if not lines:
        return ""
    told = next((line for line in lines if _SAYS.search(line)), lines[0])
    for pattern, put in _PARTS:
        told = pattern.sub(put, told)
    return told[:ERROR_CHARS].strip().lower()


def rough_of(text: str) -> str:
    """Reduce arguments to what near-identical calls share: no case, no numbers, no spaces."""
    return re.sub(r"\s+", " ", re.sub(r"\d+", "0", text.lower())).strip()

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


def rough_of(text: str) -> bytes:
    """Reduce arguments or a result to what near-identical ones share: no case, no numbers, no spaces."""
    return text.lower().encode("utf-8", "replace").translate(None, b"0123456789 \t\r\n")

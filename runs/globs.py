"""Filters by path: a piece of the path, or a pattern with `*`. Pure."""

import re

_PARTS = re.compile(r"\*\*/|\*+|\?")


def pattern_of(words: str) -> str:
    """Write a filter as a regular expression for PostgreSQL, without regard to case.

    Without `*` and `?` it is a piece of the path. `*` stays inside a folder, `**` does not; a pattern without
    `/` may match in any folder, one that ends in `/` all in it.
    """
    if not _PARTS.search(words):
        return re.escape(words)
    pattern, at = "", 0
    text = f"{words}**" if words.endswith("/") else words
    for found in _PARTS.finditer(text):
        pattern += re.escape(text[at : found.start()]) + _meaning(found[0])
        at = found.end()
    pattern += re.escape(text[at:])
    return f"^{pattern}$" if "/" in words else f"(^|/){pattern}$"


def _meaning(wild: str) -> str:
    if wild == "**/":
        return "(.*/)?"
    return {"?": "[^/]", "*": "[^/]*"}.get(wild, ".*")

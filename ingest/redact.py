"""Masks well-known secrets in raw bytes, before anything is parsed or stored.

The patterns are anchored to prefixes that no id of a run, step or message has, and every replacement is plain
ASCII without quotes or backslashes, so JSON stays JSON and ids stay ids.
"""

import re
from collections.abc import Callable

import numpy as np

#: A secret starts after no word character, or after an escaped line break of JSON ("\nsk-…").
START = rb"(?:(?<![A-Za-z0-9_-])|(?<=\\[nrt]))"

Rule = tuple[bytes, bytes, "re.Pattern[bytes]"]

#: (cheap substring that must occur, name, pattern whose group `secret` is masked)
RULES: list[Rule] = [
    (b"sk-ant-", b"anthropic-key", re.compile(START + rb"(?P<secret>sk-ant-[A-Za-z0-9_-]{20,})")),
    (
        b"sk-",
        b"api-key",
        re.compile(
            START
            + rb"(?P<secret>sk-(?!ant-)(?:proj-|svcacct-|admin-|or-v1-|lf-)?"
            + rb"(?=[A-Za-z_-]*[0-9])[A-Za-z0-9_-]{20,})"
        ),
    ),
    (b"AKIA", b"aws-key", re.compile(START + rb"(?P<secret>AKIA[0-9A-Z]{16})(?![0-9A-Za-z])")),
    (b"ASIA", b"aws-key", re.compile(START + rb"(?P<secret>ASIA[0-9A-Z]{16})(?![0-9A-Za-z])")),
    (b"gh", b"github-token", re.compile(START + rb"(?P<secret>gh[pousr]_[A-Za-z0-9]{36,})")),
    (b"github_pat_", b"github-token", re.compile(START + rb"(?P<secret>github_pat_[A-Za-z0-9_]{22,})")),
    (b"glpat-", b"gitlab-token", re.compile(START + rb"(?P<secret>glpat-[A-Za-z0-9_-]{20,})")),
    (b"xox", b"slack-token", re.compile(START + rb"(?P<secret>xox[abeoprs]-[A-Za-z0-9-]{10,})")),
    (b"AIza", b"google-key", re.compile(START + rb"(?P<secret>AIza[0-9A-Za-z_-]{35})(?![0-9A-Za-z_-])")),
    (b"as_", b"agentscope-key", re.compile(START + rb"(?P<secret>as_[0-9A-Za-z]{40})(?![0-9A-Za-z])")),
    (
        b"PRIVATE KEY-----",
        b"private-key",
        re.compile(
            rb"(?P<secret>-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----"
            rb"(?:[A-Za-z0-9+/= :,.\r\n]|\\{1,4}[nrt]|-(?!-))*(?:-----END [A-Z ]{0,40}PRIVATE KEY-----)?)"
        ),
    ),
    (
        b"uthorization",
        b"credential",
        re.compile(
            rb"(?i:authorization)[\"'\\]{0,6}\s?[:=]\s?[\"'\\]{0,6}\s?(?i:bearer|basic|token)\s"
            rb"(?P<secret>[A-Za-z0-9._~+/=-]{8,})"
        ),
    ),
    (
        b"://",
        b"password",
        re.compile(rb"://[A-Za-z0-9._~%+-]{0,100}:(?P<secret>[^\s/@:\"'\\<>{}\[\]$*]{3,200})@[A-Za-z0-9\[]"),
    ),
]


#: Bytes above which one look for two bytes of every hint is faster than looking for each hint.
LARGE = 4_096
#: Two bytes in each hint that few texts have beside each other, in the order of the rules.
RARE = (b"k-", b"k-", b"KI", b"SI", b"gh", b"b_", b"lp", b"xo", b"Iz", b"s_", b"Y-", b"iz", b"//")
#: By two bytes as a number: a bit for each rule whose hint has them.
_MARKS = np.zeros(2**16, dtype=np.uint16)
for _place, _rule in enumerate(RULES):
    _MARKS[int.from_bytes(RARE[_place], "little")] |= 1 << _place


def rules_for(data: bytes) -> list[Rule]:
    """List the rules that may apply to a body, and so to any part of it."""
    rules = RULES if len(data) < LARGE else _rules_by_marks(data)
    return [rule for rule in rules if rule[0] in data]


def _rules_by_marks(data: bytes) -> list[Rule]:
    """Leave out the rules whose hint has two bytes that are nowhere beside each other."""
    found = 0
    for start in (0, 1):
        pairs = np.frombuffer(data, dtype="<u2", count=(len(data) - start) // 2, offset=start)
        found |= int(np.bitwise_or.reduce(_MARKS.take(pairs, mode="clip")))  # "clip" looks at no bounds
    return [rule for place, rule in enumerate(RULES) if found >> place & 1]


def redact(data: bytes, rules: list[Rule] | None = None) -> tuple[bytes, int]:
    """Mask the secrets of one body, file or part: (bytes, how many were masked)."""
    total = 0
    for hint, name, pattern in rules_for(data) if rules is None else rules:
        if hint in data:
            data, count = pattern.subn(_mask(b"[redacted:" + name + b"]"), data)
            total += count
    return data, total


def _mask(word: bytes) -> "Callable[[re.Match[bytes]], bytes]":
    def replace(match: "re.Match[bytes]") -> bytes:
        whole, begin = match.group(), match.start()
        start, end = match.span("secret")
        return whole[: start - begin] + word + whole[end - begin :]

    return replace

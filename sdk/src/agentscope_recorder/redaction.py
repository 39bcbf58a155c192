"""Masks secrets in a line before it is written: well-known keys, the values of `.env`, and what you name."""

from __future__ import annotations

import functools
import json
import os
import re
from collections.abc import Iterable
from pathlib import Path
from re import Pattern
from typing import Callable, Union

from agentscope_recorder.limits import ENV_FILE_BYTES, SECRET_CHARS
from agentscope_recorder.quiet import warn_once

Rule = Union[str, Pattern[str], Callable[[str], str]]

#: A secret starts after no word character, or after an escaped line break of JSON.
START = r"(?:(?<![A-Za-z0-9_-])|(?<=\\[nrt]))"
#: (a substring that must occur, name, pattern whose group `secret` is masked)
KNOWN: list[tuple[str, str, Pattern[str]]] = [
    ("sk-ant-", "anthropic-key", re.compile(START + r"(?P<secret>sk-ant-[A-Za-z0-9_-]{20,})")),
    (
        "sk-",
        "api-key",
        re.compile(START + r"(?P<secret>sk-(?!ant-)(?=[A-Za-z_-]*[0-9])[A-Za-z0-9_-]{20,})"),
    ),
    ("AKIA", "aws-key", re.compile(START + r"(?P<secret>AKIA[0-9A-Z]{16})(?![0-9A-Za-z])")),
    ("ASIA", "aws-key", re.compile(START + r"(?P<secret>ASIA[0-9A-Z]{16})(?![0-9A-Za-z])")),
    ("gh", "github-token", re.compile(START + r"(?P<secret>gh[pousr]_[A-Za-z0-9]{36,})")),
    ("github_pat_", "github-token", re.compile(START + r"(?P<secret>github_pat_[A-Za-z0-9_]{22,})")),
    ("glpat-", "gitlab-token", re.compile(START + r"(?P<secret>glpat-[A-Za-z0-9_-]{20,})")),
    ("xox", "slack-token", re.compile(START + r"(?P<secret>xox[abeoprs]-[A-Za-z0-9-]{10,})")),
    ("AIza", "google-key", re.compile(START + r"(?P<secret>AIza[0-9A-Za-z_-]{35})(?![0-9A-Za-z_-])")),
    ("as_", "agentscope-key", re.compile(START + r"(?P<secret>as_[0-9A-Za-z]{40})(?![0-9A-Za-z])")),
    (
        "eyJ",
        "jwt",
        re.compile(START + r"(?P<secret>eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,})"),
    ),
    (
        "PRIVATE KEY-----",
        "private-key",
        re.compile(
            r"(?P<secret>-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----"
            r"(?:[A-Za-z0-9+/= :,.]|\\{1,4}[nrt]|-(?!-))*(?:-----END [A-Z ]{0,40}PRIVATE KEY-----)?)"
        ),
    ),
    (
        "uthorization",
        "credential",
        re.compile(
            r"(?i:authorization)[\"'\\]{0,6}\s?[:=]\s?[\"'\\]{0,6}\s?(?i:bearer|basic|token)\s"
            r"(?P<secret>[A-Za-z0-9._~+/=-]{8,})"
        ),
    ),
    (
        "://",
        "password",
        re.compile(r"://[A-Za-z0-9._~%+-]{0,100}:(?P<secret>[^\s/@:\"'\\<>{}\[\]$*]{3,200})@[A-Za-z0-9\[]"),
    ),
]
#: Names in a `.env` file, or of environment variables, whose values are secrets.
SECRET_NAME = re.compile(r"(?i)(key|token|secret|passw|pwd|credential|private|dsn|database_url|auth)")


class Redactor:
    """Masks secrets in lines of JSON."""

    def __init__(self, rules: Iterable[Rule] = (), secrets: Iterable[str] = ()) -> None:
        self._rules = [as_function(rule) for rule in rules]
        forms = {form for secret in secrets if len(secret) >= SECRET_CHARS for form in forms_of(secret)}
        longest_first = sorted(forms, key=len, reverse=True)
        self._values = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    def mask(self, line: bytes) -> bytes:
        """Mask one line."""
        text = line.decode()
        if self._values is not None:
            text = self._values.sub("[redacted:env]", text)
        for hint, name, pattern in KNOWN:
            if hint in text:
                text = pattern.sub(functools.partial(masked, name=name), text)
        for rule in self._rules:
            text = still_json(text, given_by(rule, text))
        return text.encode()


def masked(found: re.Match[str], name: str) -> str:
    """Put a word where a secret was, and keep what stands around it."""
    start, end = (place - found.start() for place in found.span("secret"))
    return f"{found.group()[:start]}[redacted:{name}]{found.group()[end:]}"


def as_function(rule: Rule) -> Callable[[str], str]:
    """Make a function of a rule: a pattern masks what it finds, or its group `secret`."""
    if callable(rule):
        return rule
    pattern = re.compile(rule) if isinstance(rule, str) else rule
    if "secret" in pattern.groupindex:
        return lambda text: pattern.sub(lambda found: masked(found, "own"), text)
    return lambda text: pattern.sub("[redacted:own]", text)


def given_by(rule: Callable[[str], str], text: str) -> str:
    """Apply a rule; one that fails gives nothing, so that the line is withheld."""
    try:
        return str(rule(text))
    except Exception as error:
        warn_once("rule", f"A redaction rule failed ({error!r}); such events are withheld.")
        return ""


def still_json(before: str, after: str) -> str:
    """Take what a rule gives only if it is JSON yet; else withhold the line rather than leak it."""
    if after == before:
        return before
    try:
        json.loads(after)
        return after
    except ValueError:
        event = json.loads(before)
        kept = {name: event[name] for name in ("v", "run", "ts", "n", "id", "kind") if name in event}
        return json.dumps({**kept, "withheld": "a redaction rule left no JSON"})


def forms_of(secret: str) -> list[str]:
    """List how a value may be spelled inside JSON: with and without escapes."""
    return [secret, json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]]


def secrets_in(folder: Path | None, environment: os._Environ[str] | dict[str, str]) -> list[str]:
    """List the values of `.env` files of a folder, and those of secret names in the environment."""
    found = [value for name, value in environment.items() if SECRET_NAME.search(name) and not is_path(value)]
    for path in sorted(folder.glob(".env*")) if folder is not None else ():
        if path.is_file() and not path.name.endswith((".example", ".sample", ".template")):
            found += values_of(path)
    return found


def is_path(value: str) -> bool:
    """Say whether a value is a folder or a socket rather than a secret: PWD, SSH_AUTH_SOCK."""
    return value.startswith(("/", "~", ".")) or value[1:3] == ":\\"


def values_of(path: Path) -> list[str]:
    """Read the values of a `.env` file whose names are those of secrets."""
    try:
        with path.open("rb") as file:
            text = file.read(ENV_FILE_BYTES).decode("utf-8", "replace")
    except OSError:
        return []
    pairs = (line.strip().partition("=") for line in text.splitlines() if not line.lstrip().startswith("#"))
    return [value.strip().strip("\"'") for name, _, value in pairs if SECRET_NAME.search(name)]

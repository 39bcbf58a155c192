"""Files that hold secrets, and what commands do with them. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import translate

from runs.findings.commands import simple_commands

#: Names and paths; a project has its own list in settings["findings"]["sensitive"].
DEFAULTS = (
    ".env", ".env.*", ".envrc", "*.pem", "*.key", "*.p12", "*.pfx", "id_rsa", "id_ed25519", "id_ecdsa",
    "credentials", "credentials.json", ".npmrc", ".pypirc", ".netrc", ".pgpass", ".aws/*", "secrets.*",
)  # fmt: skip
#: Templates, public halves, code and prose have such names, too, and hold no secret.
_HARMLESS = re.compile(
    r"(?:[._-](?:example|sample|template|tmpl|dist|defaults?)(?:\.\w+)?|\.pub|cacert\.pem|ca-bundle\.pem"
    r"|\.(?:py|pyi|ts|tsx|js|jsx|mjs|go|rs|java|kt|rb|php|cs|c|h|md|mdx|rst|html|css|svg|snap))$"
)
_WORD = re.compile(r"[\w.~/*@+-]+")

_READERS = frozenset(
    {
        "cat",
        "bat",
        "head",
        "tail",
        "less",
        "more",
        "cut",
        "strings",
        "xxd",
        "od",
        "base64",
        "nl",
        "diff",
        "sort",
    }
)
#: Their first word is what they look for, or a program of their own.
_SEARCHERS = frozenset({"grep", "egrep", "fgrep", "rg", "ag", "sed", "awk", "jq", "yq"})
_SENDERS = frozenset({"curl", "scp", "rsync", "nc", "wget", "http"})
_WRITERS = frozenset({"rm", "mv", "tee", "truncate", "touch", "shred"})


class Patterns:
    """The sensitive names of one project, ready to be asked about many texts."""

    def __init__(self, patterns: Sequence[str]) -> None:
        lowered = [pattern.lower() for pattern in patterns]
        self._names = _any_of(each for each in lowered if "/" not in each)
        self._paths = _any_of("*/" + each for each in lowered if "/" in each)
        cores = {max(re.split(r"[*?\[\]]", each), key=len) for each in lowered}
        #: Each pattern's longest plain part: a text without any of them needs no closer look.
        self.cores = tuple(
            sorted(each for each in cores if not any(each != core and core in each for core in cores))
        )

    def matches(self, path: str) -> bool:
        """Say whether a path is that of a sensitive file."""
        lowered = path.replace("\\", "/").lower()
        name = lowered.rsplit("/", 1)[-1]
        found = self._names.match(name) or self._paths.match("/" + lowered)
        return bool(found) and not _HARMLESS.search(name)


def _contains(core: str, other: str) -> bool:
    return core != other and other in core


def _any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(map(translate, patterns)) or "(?!)")


def acts_of(command: str, patterns: Patterns) -> Iterator[tuple[str, str]]:
    """Yield what a command does to sensitive files: ("reads" | "changes" | "sends", path)."""
    for words in simple_commands(command):
        program, rest = words[0], [word for word in words[1:] if not word.startswith("-")]
        for path in _written(words):
            if patterns.matches(path):
                yield "changes", path
        act = _act_of(program, words)
        if not act:
            continue
        named = rest[1:] if program in _SEARCHERS else rest
        for place, word in enumerate(named):
            path = word.rsplit("@", 1)[-1] if act == "sends" else word
            if patterns.matches(path) and (program != "cp" or place == len(named) - 1):
                yield act, path


def _act_of(program: str, words: Sequence[str]) -> str:
    if program in ("sed", "perl") and any(word.startswith(("-i", "--in-place", "-pi")) for word in words):
        return "changes"
    if program in _READERS or program in _SEARCHERS:
        return "reads"
    if program in _SENDERS:
        return "sends"
    return "changes" if program in _WRITERS or program == "cp" else ""


def _written(words: Sequence[str]) -> Iterator[str]:
    """Yield the files that output is sent to: `> .env`, `>>.env`."""
    for word, after in zip(words, [*words[1:], ""], strict=True):
        if word in (">", ">>", ">|"):
            yield after
        elif word.startswith(">"):
            yield word.lstrip(">|")

"""One client on the Connect page: what to paste, where, and how to tell that it works. Pure data."""

from dataclasses import dataclass

#: What stands in a text for the address of this installation, and for the key.
URL, KEY = "__URL__", "__KEY__"
#: A text of environment variables, NAME=value a line: shown for each shell.
ENV = "env"


@dataclass(frozen=True, kw_only=True)
class Lines:
    """One thing to paste."""

    label: str  #: where it goes: "Shell", "~/.codex/config.toml"
    language: str  #: ENV, "shell", "python", "json", "toml", "typescript"
    text: str


@dataclass(frozen=True, kw_only=True)
class Client:
    """An agent or SDK that people already run."""

    slug: str
    name: str
    group: str  #: heading in the list
    says: str  #: what arrives and when, one sentence
    lines: tuple[Lines, ...]
    contents_say: str = ""  #: whether prompts and answers are sent without being told to, one sentence
    contents: tuple[Lines, ...] = ()  #: what switches them on
    notes: tuple[str, ...] = ()  #: traps, one sentence each
    sources: tuple[str, ...]  #: how the sources of its runs begin
    checks: str = "v1/traces"  #: path whose GET says whether the key is fine


def env(text: str) -> Lines:
    """Write environment variables."""
    return Lines(label="Environment", language=ENV, text=text)


def shell(text: str) -> Lines:
    """Write commands."""
    return Lines(label="Shell", language="shell", text=text)


def python(text: str) -> Lines:
    """Write Python."""
    return Lines(label="Python", language="python", text=text)

"""What a shell command is about: its programs, the check that it runs, what in it destroys. Pure."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from runs.findings.limits import COMMAND_CHARS

#: Words in front of a command that say nothing of what it does.
_BEFORE = frozenset(
    {"sudo", "env", "time", "nohup", "exec", "command", "npx", "bunx", "xvfb-run", "then", "do"}
)
_WITH_NUMBER = frozenset({"timeout", "nice", "gtimeout"})
_RUNNERS = {
    "uv": {"run"}, "poetry": {"run"}, "pipenv": {"run"}, "hatch": {"run"}, "pdm": {"run"}, "rye": {"run"},
    "bundle": {"exec"}, "pnpm": {"exec", "dlx"}, "yarn": {"exec", "dlx"}, "npm": {"exec"}, "conda": {"run"},
}  # fmt: skip
_ENDS = frozenset({"&&", "||", ";", "|", "&", "\n", "|&", ";;", "(", ")"})
_ASSIGNMENT = re.compile(r"^[A-Za-z_]\w*=")


@lru_cache(maxsize=256)  # each command is asked about several times in a row
def simple_commands(command: str) -> tuple[Sequence[str], ...]:
    """Split a command line into its simple commands, each as words; what follows a heredoc is left out."""
    found: list[list[str]] = [[]]
    for word in _words_of(command[:COMMAND_CHARS].split("<<", 1)[0]):
        if word in _ENDS:
            found.append([])
        else:
            found[-1].append(word)
    return tuple(bare for words in found if (bare := _bare(words)))


#: Blanks, an operator, or a word: bare pieces, redirections, quoted texts. `shlex` takes far longer.
_TOKEN = re.compile(
    r"""[ \t\r]+|(&&|\|\|?&?|;;?|&(?!>)|[()\n])"""
    r"""|((?:[^\s"'\\;&|()<>]+|&?[<>]+(?:&[\d-]*)?|"(?:[^"\\]|\\.)*"|'[^']*'|\\.)+)""",
    re.DOTALL,
)
_QUOTED = re.compile(r"""'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)""", re.DOTALL)
_ESCAPED = re.compile(r"""\\(["\\$`\n])""")


def _words_of(command: str) -> Iterator[str]:
    at = 0
    while match := _TOKEN.match(command, at):  # an open quote matches nothing: what comes after is not known
        at = match.end()
        if match[1]:
            yield match[1]
        elif match[2]:
            yield _QUOTED.sub(_bared, match[2])


def _bared(match: re.Match[str]) -> str:
    """Take the text out of its quotes, as a shell does."""
    single, double, escaped = match.groups()
    if single is not None:
        return single
    return _ESCAPED.sub(r"\1", double) if double is not None else escaped


def _bare(words: list[str]) -> list[str]:
    """Drop assignments, `sudo`, `timeout 60`, `uv run` and the like in front of a command."""
    words = list(words)
    while words:
        head = words[0].rsplit("/", 1)[-1]
        if _ASSIGNMENT.match(words[0]) or head in _BEFORE:
            del words[0]
        elif head in _WITH_NUMBER:
            words = words[1:]
            while words and (words[0].startswith("-") or words[0][:1].isdigit()):
                del words[0]
        elif head in _RUNNERS and len(words) > 2 and words[1] in _RUNNERS[head]:
            words = words[2:]
        else:
            return [head, *words[1:]]
    return []


def verb_of(command: str) -> str:
    """Name what a command line does first, but for changing the folder: `git push`, `npm run`, `grep`."""
    words = next((words for words in simple_commands(command) if words[0] not in ("cd", "echo")), [])
    plain = [word for word in words[1:] if word[:1].isalpha() and not _PATHLIKE.search(word)]
    return " ".join([*words[:1], *plain[:1]])


_PATHLIKE = re.compile(r"[/.\\=]")


def programs_of(command: str) -> Sequence[str]:
    """List the programs that a command line starts."""
    return [words[0] for words in simple_commands(command)]

"""Commands that only look: agents without a tool for it read and search by the shell. Pure."""

from collections.abc import Sequence

from runs.findings.commands import simple_commands
from runs.findings.deeds import Deed, deed_of
from runs.tools import Family

_PRINT = frozenset({"cat", "bat", "batcat", "nl", "head", "tail", "less", "more", "sed"})
_SEARCH = frozenset({"grep", "egrep", "fgrep", "rg", "ag"})
_LIST = frozenset({"ls", "find", "fd", "tree"})
#: What follows a look in a pipe or stands around it, and looks at nothing itself.
_ASIDE = frozenset({"cd", "pwd", "echo", "true", "sort", "uniq", "wc", "cut", "tr", "column"})
_ACTS = frozenset({"-delete", "-exec", "-execdir", "-ok"})
#: Programs for which exit code 1 is an answer: nothing found, different, not there.
_ASKING = _SEARCH | {"diff", "cmp", "test", "[", "which", "pgrep", "type"}


def look_of(command: str) -> tuple[str, str]:
    """Say what a command looks at: (family of such tools, the one file that it prints); empty if it acts."""
    if deed_of(command) != Deed.NOTHING:
        return "", ""
    looks = [words for words in simple_commands(command) if words[0] not in _ASIDE]
    families = [_family_of(words) for words in looks]
    if not families or not all(families):
        return "", ""
    return families[0], _printed(looks[0]) if len(looks) == 1 and families[0] == Family.READ else ""


def is_no_match(command: str, exit_code: int | None) -> bool:
    """Say whether a command failed only because it found nothing: `rg x` and `diff` end with 1 then."""
    if exit_code != 1:
        return False
    last = next((words for words in reversed(simple_commands(command)) if words[0] not in _ASIDE), None)
    return last is not None and last[0] in _ASKING


def _family_of(words: Sequence[str]) -> str:
    if words[0] in _SEARCH or list(words[:2]) == ["git", "grep"]:
        return Family.GREP
    if words[0] in _LIST:
        return "" if _ACTS.intersection(words) else Family.GLOB
    return Family.READ if words[0] in _PRINT else ""


def _printed(words: Sequence[str]) -> str:
    last = words[-1] if len(words) > 1 and not words[-1].startswith("-") else ""
    return last.removeprefix("./") if "." in last or "/" in last else ""

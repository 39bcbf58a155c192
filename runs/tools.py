"""The tools we know by name, whatever the agent calls them: one family has one sentence and one template."""

import json
import re
from enum import StrEnum
from functools import lru_cache


class Family(StrEnum):
    """What a tool does. `OTHER` is every tool we do not know, MCP tools included."""

    READ = "read"
    WRITE = "write"
    EDIT = "edit"
    SHELL = "shell"
    GREP = "grep"
    GLOB = "glob"
    TODO = "todo"
    AGENT = "agent"
    FETCH = "fetch"
    SEARCH = "search"
    SKILL = "skill"
    ASK = "ask"
    OTHER = "other"


_NAMES: dict[Family, str] = {
    Family.READ: "read readfile view viewfile openfile cat notebookread readmanyfiles",
    Family.WRITE: "write writefile createfile create writetofile",
    Family.EDIT: "edit multiedit editfile strreplace strreplaceeditor strreplacebasededittool notebookedit "
    "applypatch replace replaceinfile searchreplace applydiff",
    Family.SHELL: "bash shell exec execcommand executecommand runshellcommand runcommand terminal "
    "runinterminal localshell powershell executebash",
    Family.GREP: "grep greptool searchfilecontent searchfiles ripgrep grepsearch codesearch searchcode",
    Family.GLOB: "glob ls listdirectory listdir listfiles findfiles filesearch find",
    Family.TODO: "todowrite todoread updateplan writetodos taskcreate taskupdate tasklist managetodolist",
    Family.AGENT: "task agent delegate spawnagent runsubagent dispatchagent",
    Family.FETCH: "webfetch fetch fetchurl fetchwebpage browse openurl",
    Family.SEARCH: "websearch googlewebsearch search searchweb",
    Family.SKILL: "skill slashcommand",
    Family.ASK: "askuserquestion askuser askquestions",
}
_FAMILIES = {name: family for family, names in _NAMES.items() for name in names.split()}


@lru_cache(maxsize=1024)
def family_of(tool: str) -> Family:
    """Find the family of a tool by its name, without regard to case, `_`, `-` or `.`."""
    if tool.startswith("mcp__"):
        return Family.OTHER
    return _FAMILIES.get(re.sub(r"[\W_]+", "", tool).lower(), Family.OTHER)


def arguments_of(text: str) -> dict[str, object]:
    """Read a tool's arguments from JSON text. A text cut short gives the strings that are whole in it."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return _strings_in(text)
    return value if isinstance(value, dict) else {}


_PAIR = re.compile(r'"(\w{1,40})"\s*:\s*("(?:[^"\\]|\\.)*("|$))')


def _strings_in(text: str) -> dict[str, object]:
    found: dict[str, object] = {}
    if not text.lstrip().startswith("{"):
        return found
    for match in _PAIR.finditer(text[:20_000]):
        literal = match[2] if match[3] else match[2].rstrip("\\") + '"'
        try:
            found.setdefault(match[1], json.loads(literal, strict=False))
        except ValueError:
            continue
    return found


def text_in(arguments: dict[str, object], *names: str) -> str:
    """Give the first of these arguments that is a text (or a list of words), else an empty text."""
    for name in names:
        value = arguments.get(name)
        if isinstance(value, str) and value:
            return value
        if isinstance(value, list) and value and all(isinstance(word, str) for word in value):
            return " ".join(value)
    return ""


PATH_NAMES = (
    "file_path",
    "path",
    "filePath",
    "absolute_path",
    "notebook_path",
    "filename",
    "file",
)
COMMAND_NAMES = ("command", "cmd", "script", "input")

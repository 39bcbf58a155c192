"""The tools we know by name, whatever the agent calls them: one family has one sentence and one template."""

import json
import re
from enum import StrEnum
from functools import lru_cache


class Family(StrEnum):
    """What a tool does. `OTHER` is every tool we do not know."""

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
    PATCH = "patch"
    NOTEBOOK = "notebook"
    PLAN = "plan"
    CONSOLE = "console"  #: looks at, types into or ends a command that is already running
    MCP = "mcp"
    OTHER = "other"


_NAMES: dict[Family, str] = {
    Family.READ: "read readfile readfiles view viewfile viewimage openfile open cat notebookread "
    "readmanyfiles goto scrollup scrolldown",
    Family.WRITE: "write writefile createfile create writetofile",
    Family.EDIT: "edit multiedit editfile strreplace strreplaceeditor strreplacebasededittool "
    "fileeditor editor replace replaceinfile searchreplace searchandreplace applydiff insert insertcontent",
    Family.PATCH: "applypatch patch",
    Family.NOTEBOOK: "notebookedit editnotebook",
    Family.PLAN: "exitplanmode enterplanmode presentplan planexit",
    Family.CONSOLE: "bashoutput killshell killbash writestdin taskoutput taskstop readbash writebash "
    "stopbash readpowershell writepowershell stoppowershell",
    Family.SHELL: "bash shell exec command execcommand executecommand runshellcommand runcommand terminal "
    "runcommands runinterminal localshell localshellcall powershell executebash shellcommand",
    Family.GREP: "grep greptool searchfilecontent searchfiles ripgrep grepsearch codesearch searchcode "
    "searchfile searchdir rg codebasesearch searchcodebase",
    Family.GLOB: "glob ls list listdirectory listdir listfiles findfiles findfile filesearch find "
    "listcodedefinitionnames",
    Family.TODO: "todowrite todoread updateplan writetodos taskcreate taskupdate tasklist taskget "
    "managetodolist tasktracker updatetodo updatetodolist",
    Family.AGENT: "task agent delegate spawnagent runsubagent dispatchagent invokeagent delegatetoagent "
    "codebaseinvestigator newtask usesubagents",
    Family.FETCH: "webfetch fetch fetchurl fetchwebpage browse openurl fetchwebcontent",
    Family.SEARCH: "websearch websearchcall googlewebsearch search searchweb",
    Family.SKILL: "skill slashcommand activateskill useskill",
    Family.ASK: "askuserquestion askuser askquestions askfollowupquestion askquestion question",
}
#: Names as they are written, of the families that are looked up by name.
_SPELLINGS = {Family.TODO: ("TodoWrite", "update_plan", "write_todos", "manage_todo_list")}

#: Calls that only say something: that the work is done, or a thought.
SAYING = {
    "submit": ("Handed in", "the work"),
    "finish": ("Finished", "the task"),
    "task_complete": ("Finished", "the task"),
    "attempt_completion": ("Finished", "the task"),
    "submit_and_exit": ("Finished", "the task"),
    "think": ("Thought", ""),
    "report_intent": ("Intends", ""),
    "plan_mode_respond": ("Answered", ""),
}

#: Families whose calls say themselves which files they change.
EDITING = frozenset({Family.EDIT, Family.WRITE, Family.PATCH, Family.NOTEBOOK})

_FAMILIES = {name: family for family, names in _NAMES.items() for name in names.split()}


def tools_of(family: Family) -> tuple[str, ...]:
    """List the names of a family's tools as agents write them: `TodoWrite`, `update_plan`, …"""
    return _SPELLINGS[family] + tuple(_NAMES[family].split())


@lru_cache(maxsize=1024)
def family_of(tool: str) -> Family:
    """Find the family of a tool by its name, without regard to case, `_`, `-` or `.`."""
    if tool.startswith("mcp__"):
        return Family.MCP
    return _FAMILIES.get(re.sub(r"[\W_]+", "", tool).lower(), Family.OTHER)


#: Editors with one name for many deeds: the argument `command` says which.
_COMMANDS = {
    "view": Family.READ,
    "create": Family.WRITE,
    "str_replace": Family.EDIT,
    "insert": Family.EDIT,
    "undo_edit": Family.EDIT,
}


def family_of_call(tool: str, arguments: dict[str, object]) -> Family:
    """Find the family of one call: an editor that views is a reader, a search of one page a fetch."""
    family = family_of(tool)
    command = arguments.get("command")
    if family is Family.EDIT and isinstance(command, str):
        return _COMMANDS.get(command, family)
    if family is Family.SEARCH and text_in(arguments, "url") and not text_in(arguments, "query"):
        return Family.FETCH
    if family is Family.SHELL and is_patch(text_in(arguments, *COMMAND_NAMES)):
        return Family.PATCH
    return family


def is_patch(command: str) -> bool:
    """Say whether a shell's command hands a patch to `apply_patch`."""
    return "apply_patch" in command[:200] and "*** Begin Patch" in command


def arguments_of(text: str) -> dict[str, object]:
    """Read a tool's arguments from JSON text. A text cut short gives the strings that are whole in it.

    A tool that takes one text and no names (a custom tool of Codex) has it as `input`.
    """
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {"input": text} if text.startswith("*** Begin Patch") else _strings_in(text)
    if isinstance(value, str) and value:
        return {"input": value}
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
    "dir_path",
    "filename",
    "file",
)
COMMAND_NAMES = ("command", "cmd", "script", "input")

"""Which builder shows which family of tools."""

from collections.abc import Callable
from dataclasses import dataclass

from runs.ansi import strip_ansi
from runs.shown.results import ResultShown, result_shown
from runs.shown.tools.arguments import Argument, arguments_shown
from runs.shown.tools.calls import Call
from runs.shown.tools.files import edit_shown, read_shown
from runs.shown.tools.searches import fetch_shown, glob_shown, grep_shown, search_shown
from runs.shown.tools.shells import console_shown, shell_shown
from runs.shown.tools.talks import agent_shown, ask_shown, plan_shown, skill_shown, todo_shown
from runs.tools import Family


@dataclass(frozen=True, kw_only=True, slots=True)
class OtherShown:
    """A call of any tool: arguments, and the result by what it is. `server` names that of an MCP tool."""

    server: str
    name: str
    arguments: list[Argument]
    result: ResultShown


def other_shown(call: Call) -> OtherShown:
    """Show a tool that we do not know."""
    server, name = server_of(call.tool, dict(call.detail))
    return OtherShown(
        server=strip_ansi(server),
        name=strip_ansi(name),
        arguments=arguments_shown(call.arguments),
        result=result_shown(call.output, whole=call.whole, more_url=call.output_url, absent=call.absent),
    )


def server_of(tool: str, detail: dict[str, object]) -> tuple[str, str]:
    """Split the name of an MCP tool into (server, tool); the server is empty for every other tool."""
    if tool.startswith("mcp__"):
        server, _, name = tool.removeprefix("mcp__").partition("__")
        return server, name or tool
    told = detail.get("server")
    return (told if isinstance(told, str) else ""), tool


_BUILDERS: dict[Family, Callable[[Call], object]] = {
    Family.READ: read_shown,
    Family.WRITE: edit_shown,
    Family.EDIT: edit_shown,
    Family.PATCH: edit_shown,
    Family.NOTEBOOK: edit_shown,
    Family.SHELL: shell_shown,
    Family.CONSOLE: console_shown,
    Family.GREP: grep_shown,
    Family.GLOB: glob_shown,
    Family.TODO: todo_shown,
    Family.AGENT: agent_shown,
    Family.FETCH: fetch_shown,
    Family.SEARCH: search_shown,
    Family.SKILL: skill_shown,
    Family.ASK: ask_shown,
    Family.PLAN: plan_shown,
    Family.MCP: other_shown,
    Family.OTHER: other_shown,
}


def call_shown(call: Call) -> object:
    """Build what the template of the call's family shows."""
    return _BUILDERS[call.family](call)


def template_of(family: Family) -> str:
    """Name the template of a family."""
    return f"runs/tools/_{family}.html"

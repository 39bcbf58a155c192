"""Tool calls that are written as tags in an answer: `<read_file><path>a.py</path></read_file>`."""

import re
from typing import Any

from ingest import wild

TOOLS = (
    {"execute_command", "read_file", "write_to_file", "replace_in_file", "apply_diff", "insert_content"}
    | {"search_and_replace", "search_files", "list_files", "list_code_definition_names", "browser_action"}
    | {"use_mcp_tool", "access_mcp_resource", "ask_followup_question", "attempt_completion", "new_task"}
    | {"plan_mode_respond", "plan_mode_response", "act_mode_respond", "condense", "summarize_task"}
    | {"switch_mode", "fetch_instructions", "codebase_search", "update_todo_list", "load_mcp_documentation"}
    | {"use_subagents", "web_fetch", "web_search", "use_skill", "new_rule", "report_bug", "edit_file"}
    | {"generate_explanation", "search_replace", "run_slash_command", "apply_patch"}
)
OPENING = re.compile(rf"<({'|'.join(sorted(TOOLS))})>")
PARAMETER = re.compile(r"<([a-z_]{1,40})>")
#: Parameters that hold whatever a model may write, so that only their last ending counts.
FREE = frozenset({"content", "diff", "arguments", "result", "response", "context", "args", "patch"})
THOUGHT = re.compile(r"<thinking>(.*?)(?:</thinking>|\Z)", re.DOTALL)
#: Calls in one answer.
MOST_CALLS = 50


def blocks_of_text(text: str) -> list[dict[str, Any]]:
    """Write the text of an answer as blocks: thinking, text, calls, in their order."""
    blocks: list[dict[str, Any]] = []
    position = 0
    for _ in range(MOST_CALLS):
        opening = OPENING.search(text, position)
        if opening is None:
            break
        blocks += said_in(text[position : opening.start()])
        name = opening[1]
        closing = f"</{name}>"
        following = OPENING.search(text, opening.end())
        end = text.rfind(closing, opening.end(), _end_of(text, closing, following))
        end = len(text) if end < 0 else end
        given = parameters_of(text[opening.end() : end])
        blocks.append({"type": "tool_use", "id": "", "name": name, "input": given})
        position = end + len(closing)
    return [*blocks, *said_in(text[position:])]


def _end_of(text: str, closing: str, following: re.Match[str] | None) -> int:
    """Say up to where a call may reach: to the next one, unless that lies inside what it writes."""
    if following is None:
        return len(text)
    return following.start() if text.rfind(closing, 0, following.start()) >= 0 else len(text)


def said_in(text: str) -> list[dict[str, Any]]:
    """Take thinking and words out of the text between calls."""
    thoughts = [thought.strip() for thought in THOUGHT.findall(text)]
    words = THOUGHT.sub("", text).strip()
    blocks = [{"type": "thinking", "thinking": thought} for thought in thoughts if thought]
    return [*blocks, *([{"type": "text", "text": words}] if words else [])]


def parameters_of(text: str) -> dict[str, Any]:
    """Read the parameters of one call."""
    found: dict[str, Any] = {}
    position = 0
    while (opening := PARAMETER.search(text, position)) is not None:
        name = opening[1]
        closing = f"</{name}>"
        find = text.rfind if name in FREE else text.find
        end = find(closing, opening.end())
        value = text[opening.end() : end] if end >= 0 else text[opening.end() :]
        found.setdefault(name, wild.clean(_trimmed(name, value)))
        position = end + len(closing) if end >= 0 else len(text)
    return found


def _trimmed(name: str, value: str) -> str:
    """Take off the line breaks that stand between a tag and what a file shall hold."""
    return value.removeprefix("\n").removesuffix("\n") if name in FREE else value.strip()

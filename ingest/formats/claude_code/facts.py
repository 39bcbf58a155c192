"""Small facts of tool calls, for the sentence of a step and its panel: from the input and from the result."""

import re
from collections.abc import Callable
from typing import Any

from ingest import wild
from ingest.formats.claude_code.blocks import size_in_words
from ingest.formats.claude_code.paths import Roots

Facts = dict[str, object]
#: Characters of one fact.
LONG = 500
COMMIT = re.compile(
    r"^\[(?P<branch>[^\]\n]{1,200}?)(?: \(root-commit\))? (?P<sha>[0-9a-f]{7,40})\] ?(?P<subject>.*)$",
    re.MULTILINE,
)

#: Input fields that say what a call is about, by tool; they keep their names unless given another.
INPUT_FIELDS: dict[str, dict[str, str]] = {
    "Bash": {"command": "command", "description": "description", "run_in_background": "background"},
    "PowerShell": {"command": "command", "description": "description", "run_in_background": "background"},
    "Read": {"offset": "offset", "limit": "limit"},
    "Grep": {"pattern": "pattern", "glob": "glob", "type": "type", "output_mode": "mode"},
    "Glob": {"pattern": "pattern"},
    "WebFetch": {"url": "url"},
    "WebSearch": {"query": "query"},
    "web_search": {"query": "query"},
    "Task": {"description": "description", "subagent_type": "agent_type", "model": "asked_model"},
    "Agent": {"description": "description", "subagent_type": "agent_type", "model": "asked_model"},
    "Skill": {"skill": "skill", "command": "skill", "args": "args"},
    "ToolSearch": {"query": "query"},
    "SendMessage": {"to": "to", "recipient": "to", "summary": "description"},
    "BashOutput": {"bash_id": "shell"},
    "KillShell": {"shell_id": "shell"},
    "TaskOutput": {"task_id": "task"},
    "TaskCreate": {"subject": "subject"},
    "TaskUpdate": {"taskId": "task", "status": "state", "subject": "subject"},
    "TaskGet": {"taskId": "task"},
    "NotebookEdit": {"edit_mode": "mode", "cell_type": "cell_type"},
}
PATH_FIELDS = ("file_path", "notebook_path", "path")


def call_facts(tool: str, given: dict[str, Any], roots: Roots, cwd: str) -> Facts:
    """Take what the sentence of a call needs from its input."""
    facts: Facts = {}
    for source, name in INPUT_FIELDS.get(tool, {}).items():
        value = short(given.get(source))
        if value is not None:
            facts[name] = value
    path = next((found for name in PATH_FIELDS if (found := wild.text(given.get(name)))), None)
    if path:
        facts["path"] = roots.place(path, cwd).path[:LONG]
    if tool == "TodoWrite":
        facts |= todo_facts(given.get("todos"))
    if tool.startswith("mcp__"):
        server, _, name = tool.removeprefix("mcp__").partition("__")
        facts |= {"server": server, "mcp_tool": name}
    return facts


def short(value: object) -> object:
    """Keep a scalar; cut a long text."""
    if isinstance(value, bool) or value is None:
        return value or None
    if isinstance(value, int | float):
        return wild.tree(value)
    found = wild.text(value)
    return found[:LONG] if found else None


def todo_facts(todos: object) -> Facts:
    listed = wild.objects(todos)
    if not listed:
        return {}
    kept = [
        {
            "content": (wild.text(item.get("content")) or "")[:120],
            "status": wild.text(item.get("status")) or "",
        }
        for item in listed[:30]
    ]
    return {"todos": kept}


def result_facts(tool: str, result: dict[str, Any]) -> Facts:
    """Take what is worth knowing from `toolUseResult`, by tool (FORMATS 1.5)."""
    reader = READERS.get(tool)
    facts = reader(result) if reader else {}
    return {
        name: value
        for name, value in facts.items()
        if value is not None and value is not False and value != ""
    }


def shell_facts(result: dict[str, Any]) -> Facts:
    stdout, stderr = wild.text(result.get("stdout")) or "", wild.text(result.get("stderr")) or ""
    persisted = wild.integer(result.get("persistedOutputSize"))
    return {
        "stderr": stderr[:4_000] if stderr.strip() and stdout.strip() else None,
        "interrupted": result.get("interrupted") is True,
        "background_id": short(result.get("backgroundTaskId")),
        "meaning": short(result.get("returnCodeInterpretation")),
        "git": wild.tree(result["gitOperation"], 4) if wild.mapping(result.get("gitOperation")) else None,
        "kept_output": size_in_words(persisted) if persisted else None,
    }


def read_facts(result: dict[str, Any]) -> Facts:
    file = wild.mapping(result.get("file"))
    return {
        "lines": wild.integer(file.get("numLines")),
        "start_line": wild.integer(file.get("startLine")),
        "total_lines": wild.integer(file.get("totalLines")),
        "unchanged": result.get("type") == "file_unchanged",
        "image": result.get("type") == "image",
    }


def search_facts(result: dict[str, Any]) -> Facts:
    files, lines = wild.integer(result.get("numFiles")), wild.integer(result.get("numLines"))
    hits = wild.integer(result.get("numMatches"))
    in_lines = lines if result.get("mode") == "content" else files
    return {
        "files": files,
        "matches": hits if hits is not None else in_lines,
        "lines": lines,
        "limit_hit": result.get("truncated") is True or wild.integer(result.get("appliedLimit")) is not None,
    }


def web_facts(result: dict[str, Any]) -> Facts:
    return {
        "http_status": wild.integer(result.get("code"), 999),
        "bytes": wild.integer(result.get("bytes")),
        "matches": len(wild.items(result.get("results"))) or None,
        "url": short(result.get("url")),
    }


def agent_facts(result: dict[str, Any]) -> Facts:
    return {
        "agent_id": short(result.get("agentId")),
        "agent_type": short(result.get("agentType")),
        "agent_model": short(result.get("resolvedModel")),
        "agent_tools": wild.integer(result.get("totalToolUseCount")),
        "agent_ms": wild.integer(result.get("totalDurationMs")),
        "last_request_tokens": wild.integer(result.get("totalTokens")),
        "background": result.get("isAsync") is True or result.get("status") == "async_launched",
        "worktree": short(result.get("worktreePath")),
        "worktree_branch": short(result.get("worktreeBranch")),
        "stats": wild.tree(result["toolStats"], 2) if wild.mapping(result.get("toolStats")) else None,
    }


def output_facts(result: dict[str, Any]) -> Facts:
    task = wild.mapping(result.get("task"))
    return {
        "shell_status": short(result.get("status") or task.get("status") or result.get("retrieval_status")),
        "shell_exit": wild.integer(result.get("exitCode"), 65_535),
        "command": short(result.get("command")),
    }


def task_facts(result: dict[str, Any]) -> Facts:
    change = wild.mapping(result.get("statusChange"))
    task = wild.mapping(result.get("task"))
    return {
        "task": short(task.get("id") or result.get("taskId")),
        "subject": short(task.get("subject")),
        "state": short(change.get("to")),
        "tasks": len(wild.items(result.get("tasks"))) or None,
    }


def answer_facts(result: dict[str, Any]) -> Facts:
    return {
        "questions": len(wild.items(result.get("questions"))) or None,
        "answers": wild.tree(result.get("answers"), 3),
    }


def search_tool_facts(result: dict[str, Any]) -> Facts:
    return {"matches": len(wild.items(result.get("matches"))) or None}


READERS: dict[str, Callable[[dict[str, Any]], Facts]] = {
    "Bash": shell_facts,
    "PowerShell": shell_facts,
    "Read": read_facts,
    "Grep": search_facts,
    "Glob": search_facts,
    "WebFetch": web_facts,
    "WebSearch": web_facts,
    "Task": agent_facts,
    "Agent": agent_facts,
    "BashOutput": output_facts,
    "TaskOutput": output_facts,
    "TaskCreate": task_facts,
    "TaskUpdate": task_facts,
    "TaskList": task_facts,
    "AskUserQuestion": answer_facts,
    "ToolSearch": search_tool_facts,
}


def commits_in(tool: str, result: dict[str, Any]) -> list[Facts]:
    """Find the commits that a shell call made: `gitOperation`, and `[branch sha] subject` in its output."""
    if tool not in ("Bash", "PowerShell"):
        return []
    stdout = wild.text(result.get("stdout")) or ""
    found: list[Facts] = [
        {"sha": match["sha"], "branch": match["branch"], "subject": match["subject"][:200]}
        for match in COMMIT.finditer(stdout[:100_000])
    ]
    commit = wild.mapping(wild.mapping(result.get("gitOperation")).get("commit"))
    sha = wild.text(commit.get("sha"))
    if sha and not any(
        str(item["sha"]).startswith(sha) or sha.startswith(str(item["sha"])) for item in found
    ):
        found.append({"sha": sha[:40], "kind": short(commit.get("kind"))})
    return found

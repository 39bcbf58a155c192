"""Sentences of tool calls, one function a family. Pure."""

from collections.abc import Callable
from urllib.parse import urlsplit

from runs.facts import (
    Outcome,
    Sentence,
    StepFacts,
    Tag,
    diffstat,
    never_ran,
    number_in,
    tone_of,
    trouble,
    word_in,
)
from runs.kinds import StepStatus
from runs.patches import paths_of_patch
from runs.plans import checklist
from runs.tools import (
    COMMAND_NAMES,
    EDITING,
    PATH_NAMES,
    SAYING,
    Family,
    arguments_of,
    family_of_call,
    text_in,
)
from runs.words import one_line, plural, short_path


def tool_sentence(facts: StepFacts) -> Sentence:
    arguments = arguments_of(facts.input)
    family = family_of_call(facts.tool, arguments)
    verb, subject, is_code, outcome = _TOOLS[family](facts, arguments)
    verb = _WANTED.get(verb, verb) if never_ran(facts) else verb
    dot = "edit" if family in EDITING or facts.changes else "tool"
    return Sentence(
        verb=verb,
        object=one_line(subject),
        is_code=is_code,
        tags=trouble(facts) or outcome,
        tone=tone_of(facts),
        dot="agent" if family is Family.AGENT else dot,
    )


#: What is said of a call that was refused or skipped: it did not happen.
_WANTED = {
    "Read": "Wanted to read",
    "Tried to write": "Wanted to write",
    "Tried to edit": "Wanted to edit",
    "Ran": "Wanted to run",
    "Started": "Wanted to start",
    "Searched": "Wanted to search",
    "Listed": "Wanted to list",
    "Delegated": "Wanted to delegate",
    "Fetched": "Wanted to fetch",
    "Searched the web": "Wanted to search the web for",
    "Used skill": "Wanted to use skill",
    "Asked the human": "Wanted to ask the human",
    "Called": "Wanted to call",
    "Looked at": "Wanted to look at",
    "Typed": "Wanted to type",
    "Stopped": "Wanted to stop",
}


def _path(facts: StepFacts, arguments: dict[str, object]) -> str:
    path = word_in(facts, "path") or text_in(arguments, *PATH_NAMES)
    return short_path(path, facts.cwd)


Said = tuple[str, str, bool, Outcome]  #: verb, object, is code, outcome


def _read(facts: StepFacts, arguments: dict[str, object]) -> Said:
    lines, start, total = (number_in(facts, name) for name in ("lines", "start_line", "total_lines"))
    if lines is None:
        return "Read", _path(facts, arguments), True, ()
    partly = (start is not None and start > 1) or (total is not None and total > lines)
    if partly and start is not None:
        text = f"lines {start}–{start + max(lines, 1) - 1}" + (f" of {total}" if total else "")
        return "Read", _path(facts, arguments), True, (Tag(text=text),)
    return "Read", _path(facts, arguments), True, (Tag(text=plural(lines, "line")),)


def _write(facts: StepFacts, arguments: dict[str, object]) -> Said:
    verb = {StepStatus.RUNNING: "Writing", StepStatus.OK: "Wrote"}.get(
        StepStatus(facts.status), "Tried to write"
    )
    return verb, _path(facts, arguments), True, diffstat(facts)


def _edit(facts: StepFacts, arguments: dict[str, object]) -> Said:
    verb = {StepStatus.RUNNING: "Editing", StepStatus.OK: "Edited"}.get(
        StepStatus(facts.status), "Tried to edit"
    )
    path = _path(facts, arguments) or one_line(text_in(arguments, "patch", "input", "diff"), limit=60)
    if text_in(arguments, "command") == "undo_edit":
        path = f"{path}, back to before"
    human = (Tag(text="by a human, too", tone="warn"),) if facts.detail.get("user_modified") else ()
    return verb, path, True, (*diffstat(facts), *human)


def _patch(facts: StepFacts, arguments: dict[str, object]) -> Said:
    paths = [short_path(path, facts.cwd) for path in paths_of_patch(arguments)]
    verb, path, is_code, outcome = _edit(facts, arguments)
    more = f" and {plural(len(paths) - 1, 'more file')}" if len(paths) > 1 else ""
    return verb, f"{paths[0]}{more}" if paths else path, is_code, outcome


def _console(facts: StepFacts, arguments: dict[str, object]) -> Said:
    name = facts.tool.lower().replace("_", "")
    shell = text_in(arguments, "bash_id", "shell_id", "shellId", "task_id") or str(
        arguments.get("session_id") or arguments.get("sessionId") or ""
    )
    typed = text_in(arguments, "chars", "input")
    if name.startswith(("kill", "stop")) or name == "taskstop":
        return "Stopped", word_in(facts, "command") or f"command {shell}".strip(), False, ()
    if typed.strip():
        return "Typed", one_line(typed, limit=80), True, ()
    state = word_in(facts, "shell_status")
    what = word_in(facts, "command") or f"command {shell}".strip()
    return "Looked at", what, False, (Tag(text=state),) if state else ()


def _plan(facts: StepFacts, arguments: dict[str, object]) -> Said:
    title = next((line for line in text_in(arguments, "plan").splitlines() if line.strip()), "")
    return "Proposed a plan:" if title else "Planned", title.lstrip("# ") or facts.tool, False, ()


def _shell(facts: StepFacts, arguments: dict[str, object]) -> Said:
    command = word_in(facts, "command") or text_in(arguments, *COMMAND_NAMES)
    verb = "Running" if facts.status == StepStatus.RUNNING else "Ran"
    if facts.error_kind == "timeout":
        verb = "Timed out:"
    if arguments.get("run_in_background") is True or facts.status == StepStatus.UNANSWERED:
        verb = "Started"
    code = (Tag(text=f"exit {facts.exit_code}"),) if facts.exit_code is not None else ()
    return verb, command, True, diffstat(facts) or code


def _grep(facts: StepFacts, arguments: dict[str, object]) -> Said:
    pattern = word_in(facts, "pattern") or text_in(arguments, "pattern", "query", "regex", "search_term")
    return "Searched", pattern, True, _hits(facts, "hit")


def _glob(facts: StepFacts, arguments: dict[str, object]) -> Said:
    pattern = word_in(facts, "pattern") or text_in(arguments, "pattern", "query", "glob_pattern", "file_name")
    return "Listed", pattern or _path(facts, arguments) or ".", True, _hits(facts, "file")


def _hits(facts: StepFacts, word: str) -> Outcome:
    matches = number_in(facts, "matches")
    if matches is None:
        return ()
    return (Tag(text=plural(matches, word) if matches else f"no {word}s"),)


def _todo(facts: StepFacts, arguments: dict[str, object]) -> Said:
    todos = facts.detail.get("todos") or arguments.get("todos") or arguments.get("plan")
    todos = checklist(todos) if isinstance(todos, str) else todos
    items = [item for item in todos if isinstance(item, dict)] if isinstance(todos, list) else []
    task = text_in(arguments, "taskId", "task_id")
    if not items and task:
        return "Updated", f"task {task}", False, (Tag(text=text_in(arguments, "status") or "changed"),)
    if not items:
        return "Planned", text_in(arguments, "subject", "description", "explanation") or facts.tool, False, ()
    done = sum(item.get("status") == "completed" for item in items)
    now = next((item for item in items if item.get("status") == "in_progress"), items[-1])
    subject = text_in(now, "content", "step", "activeForm", "description")
    return "Planned", subject, False, (Tag(text=f"{done} of {len(items)} done"),)


def _agent_call(facts: StepFacts, arguments: dict[str, object]) -> Said:
    who = (
        word_in(facts, "agent_type")
        or text_in(arguments, "subagent_type", "agent_type", "agent")
        or facts.name
    )
    what = word_in(facts, "description") or text_in(arguments, "description", "prompt", "message", "task")
    return "Delegated", who_and_what(who, what), False, ()


def who_and_what(who: str, what: str) -> str:
    return " · ".join(part for part in (f"to {who}" if who else "", one_line(what)) if part)


def _fetch(facts: StepFacts, arguments: dict[str, object]) -> Said:
    url = word_in(facts, "url") or text_in(arguments, "url", "uri")
    status = number_in(facts, "http_status")
    parts = urlsplit(url) if url.isascii() and "[" not in url else None
    shown = f"{parts.netloc}{parts.path}" if parts and parts.netloc else url
    return "Fetched", shown, True, (Tag(text=f"HTTP {status}"),) if status else ()


def _web(facts: StepFacts, arguments: dict[str, object]) -> Said:
    return "Searched the web", text_in(arguments, "query", "q"), False, _hits(facts, "result")


def _skill(facts: StepFacts, arguments: dict[str, object]) -> Said:
    return "Used skill", text_in(arguments, "skill", "command", "name") or facts.tool, True, ()


def _ask(facts: StepFacts, arguments: dict[str, object]) -> Said:
    questions = arguments.get("questions")
    first = (
        questions[0]
        if isinstance(questions, list) and questions and isinstance(questions[0], dict)
        else arguments
    )
    return "Asked the human", text_in(first, "question", "header") or facts.tool, False, ()


def tool_words(name: str) -> str:
    """Write a tool's name for people: `mcp__linear__get_issue` is `linear · get_issue`."""
    return " · ".join(name.removeprefix("mcp__").split("__")) if name.startswith("mcp__") else name


def _other(facts: StepFacts, arguments: dict[str, object]) -> Said:
    if facts.tool in SAYING:
        verb, what = SAYING[facts.tool]
        said = text_in(arguments, "message", "thought", "summary", "result", "intent", "response")
        return verb, said or what, False, ()
    name = tool_words(facts.tool or facts.name) or "a tool"
    told = text_in(
        arguments, "description", "query", *PATH_NAMES, *COMMAND_NAMES, "name", "url", "id", "prompt"
    )
    return "Called", f"{name} {one_line(told, limit=120)}".strip(), True, diffstat(facts)


_TOOLS: dict[Family, Callable[[StepFacts, dict[str, object]], Said]] = {
    Family.READ: _read,
    Family.WRITE: _write,
    Family.EDIT: _edit,
    Family.SHELL: _shell,
    Family.GREP: _grep,
    Family.GLOB: _glob,
    Family.TODO: _todo,
    Family.AGENT: _agent_call,
    Family.FETCH: _fetch,
    Family.SEARCH: _web,
    Family.SKILL: _skill,
    Family.ASK: _ask,
    Family.PATCH: _patch,
    Family.NOTEBOOK: _edit,
    Family.PLAN: _plan,
    Family.CONSOLE: _console,
    Family.MCP: _other,
    Family.OTHER: _other,
}

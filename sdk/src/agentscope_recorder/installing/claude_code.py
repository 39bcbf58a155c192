"""Claude Code: hooks that tell each event, and the variables of its telemetry."""

from __future__ import annotations

import json
import os
import shlex
import sys
from pathlib import Path
from typing import Any

from agentscope_recorder.cli.troubles import Trouble
from agentscope_recorder.hooks import client, homes
from agentscope_recorder.installing.wishes import Wish
from agentscope_recorder.posting import Target

PATH = "/api/v1/hooks/claude-code"
#: What a command of ours has in it: run by its path, or by its name where others have the settings too.
CLIENT, BY_NAME = "agentscope_recorder/hooks/client.py", "agentscope-recorder hook claude-code"
#: Seconds that Claude Code waits for a hook; it goes on whatever comes of it.
SECONDS = 5
#: Events, and whether they are told for tools of every name.
EVENTS = {
    "UserPromptSubmit": False,
    "PreToolUse": True,
    "PostToolUse": True,
    "PostToolUseFailure": True,
    "PostToolBatch": False,
    "PermissionRequest": True,
    "SubagentStop": False,
    "PostCompact": False,
    "Stop": False,
    "StopFailure": False,
    "SessionEnd": False,
}
#: Claude Code runs commands there, and no requests.
ONLY_COMMANDS = {"SessionStart": False}


def default_path() -> Path:
    """Name the settings of the user."""
    return Path.home() / ".claude" / "settings.json"


def shared_path() -> Path:
    """Name the settings of this folder that others have too."""
    return Path.cwd() / ".claude" / "settings.json"


def local_path() -> Path:
    """Name the settings of this folder that are one's own."""
    return Path.cwd() / ".claude" / "settings.local.json"


def is_shared(path: Path) -> bool:
    """Say whether others have a settings file too."""
    return path.absolute() == shared_path() and path.absolute() != default_path().absolute()


def installed(text: str, wish: Wish) -> str:
    """Add our hooks to settings, in the place of older ones of ours. Raises Trouble."""
    settings = settings_in(without(text) if text.strip() else "{}")
    hooks = settings.setdefault("hooks", {})
    if not isinstance(hooks, dict):
        raise Trouble('"hooks" of the settings is no object; mend it first.')
    hook = request_of(wish) if wish.http else command_of(wish)
    for event, for_tools in (EVENTS if wish.http else {**ONLY_COMMANDS, **EVENTS}).items():
        matched = {"matcher": "*"} if for_tools else {}
        hooks.setdefault(event, []).append({**matched, "hooks": [hook]})
    if wish.telemetry and not wish.shared:
        known = settings.setdefault("env", {})
        settings["env"] = {**variables_of(wish.target), **known}
    return json.dumps(settings, indent=2, ensure_ascii=False) + "\n"


def request_of(wish: Wish) -> dict[str, Any]:
    """Write a hook that posts. Raises Trouble."""
    if wish.shared:
        raise Trouble("A request has the key in it, and others have these settings too: leave --http out.")
    headers = {"Authorization": f"Bearer {wish.target.key}"}
    return {"type": "http", "url": wish.target.url + PATH, "headers": headers, "timeout": SECONDS}


def command_of(wish: Wish) -> dict[str, Any]:
    """Write a hook that runs our client. It says nothing, and ends well also when it is gone."""
    if os.name != "posix":
        raise Trouble("Command hooks need sockets of Unix; give --http.")
    words = [sys.executable, "-I", "-S", client.__file__, str(homes.home_for(wish.settings))]
    command = BY_NAME if wish.shared else shlex.join(words)
    return {"type": "command", "command": f"{command} 2>/dev/null || true", "timeout": SECONDS}


def prepare(wish: Wish) -> None:
    """Write down where events go. Raises OSError."""
    if not wish.http and not wish.shared:
        homes.write_config(homes.home_for(wish.settings), wish.target)


def clear(settings: Path) -> None:
    """Remove what was prepared."""
    homes.remove(homes.home_for(settings))


def variables_of(target: Target) -> dict[str, str]:
    """Write the variables of telemetry: tokens, cost and retries, which hooks do not know."""
    return {
        "CLAUDE_CODE_ENABLE_TELEMETRY": "1",
        "OTEL_LOGS_EXPORTER": "otlp",
        "OTEL_METRICS_EXPORTER": "otlp",
        "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
        "OTEL_EXPORTER_OTLP_ENDPOINT": target.url,
        "OTEL_EXPORTER_OTLP_HEADERS": f"x-api-key={target.key}",
    }


def without(text: str) -> str:
    """Take our hooks out of settings, and the variables that hold our key. Raises Trouble."""
    settings = settings_in(text)
    told = settings.get("hooks")
    hooks: dict[str, Any] = told if isinstance(told, dict) else {}
    for event in list(hooks):
        entries = hooks[event] if isinstance(hooks[event], list) else []
        kept = [entry for entry in entries if not is_ours(entry)]
        if entries and not kept:
            del hooks[event]
        elif kept != entries:
            hooks[event] = kept
    if told == {}:
        del settings["hooks"]
    return json.dumps(take_variables(settings), indent=2, ensure_ascii=False) + "\n"


def take_variables(settings: dict[str, Any]) -> dict[str, Any]:
    """Take the variables of telemetry out where they are those that we wrote."""
    env = settings.get("env")
    if not isinstance(env, dict) or "x-api-key=as_" not in str(env.get("OTEL_EXPORTER_OTLP_HEADERS")):
        return settings
    ours = variables_of(Target(str(env.get("OTEL_EXPORTER_OTLP_ENDPOINT")), ""))
    kept = {name: value for name, value in env.items() if name not in ours}
    return {**settings, "env": kept} if kept else {k: v for k, v in settings.items() if k != "env"}


def is_ours(entry: Any) -> bool:
    """Say whether a hook tells AgentScope."""
    hooks = entry.get("hooks") if isinstance(entry, dict) else None
    return isinstance(hooks, list) and any(isinstance(hook, dict) and tells(hook) for hook in hooks)


def tells(hook: dict[str, Any]) -> bool:
    command = str(hook.get("command", ""))
    return str(hook.get("url", "")).endswith(PATH) or CLIENT in command or BY_NAME in command


def settings_in(text: str) -> dict[str, Any]:
    """Read settings. Raises Trouble."""
    try:
        settings = json.loads(text)
    except ValueError as error:
        raise Trouble(f"The settings are no JSON ({error}); mend them first.") from error
    if not isinstance(settings, dict):
        raise Trouble("The settings are no JSON object; mend them first.")
    return settings

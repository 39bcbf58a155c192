"""Claude Code: hooks that post each event to the server, and the variables of its telemetry."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from agentscope_recorder.cli.troubles import Trouble
from agentscope_recorder.posting import Target

PATH = "/api/v1/hooks/claude-code"
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


def default_path() -> Path:
    """Name the settings of the user."""
    return Path.home() / ".claude" / "settings.json"


def installed(text: str, target: Target, *, telemetry: bool) -> str:
    """Add our hooks to settings, in the place of older ones of ours. Raises Trouble."""
    settings = settings_in(without(text) if text.strip() else "{}")
    hooks = settings.setdefault("hooks", {})
    if not isinstance(hooks, dict):
        raise Trouble('"hooks" of the settings is no object; mend it first.')
    for event, for_tools in EVENTS.items():
        hooks.setdefault(event, []).append(entry_of(target, for_tools=for_tools))
    if telemetry:
        known = settings.setdefault("env", {})
        settings["env"] = {**variables_of(target), **known}
    return json.dumps(settings, indent=2, ensure_ascii=False) + "\n"


def entry_of(target: Target, *, for_tools: bool) -> dict[str, Any]:
    """Write one hook."""
    headers = {"Authorization": f"Bearer {target.key}"}
    hook = {"type": "http", "url": target.url + PATH, "headers": headers, "timeout": SECONDS}
    return {**({"matcher": "*"} if for_tools else {}), "hooks": [hook]}


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
    """Say whether a hook posts to AgentScope."""
    hooks = entry.get("hooks") if isinstance(entry, dict) else None
    return isinstance(hooks, list) and any(
        isinstance(hook, dict) and str(hook.get("url", "")).endswith(PATH) for hook in hooks
    )


def settings_in(text: str) -> dict[str, Any]:
    """Read settings. Raises Trouble."""
    try:
        settings = json.loads(text)
    except ValueError as error:
        raise Trouble(f"The settings are no JSON ({error}); mend them first.") from error
    if not isinstance(settings, dict):
        raise Trouble("The settings are no JSON object; mend them first.")
    return settings

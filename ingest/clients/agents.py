"""Coding agents."""

import json

from ingest.clients.client import KEY, URL, Client, Lines, env, shell
from teams.snippets import CLAUDE_CODE as IMPORT_NEWEST_SESSION

GROUP = "Coding agents"
#: Hook events that say something, and whether they want a matcher: Claude Code waits for every hook.
HOOKS = {
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


CONTENTS = """\
OTEL_LOG_USER_PROMPTS=1
OTEL_LOG_ASSISTANT_RESPONSES=1
OTEL_LOG_TOOL_DETAILS=1
OTEL_LOG_TOOL_CONTENT=1"""


def hook_settings() -> str:
    """Write the hooks of Claude Code's settings, one event a line."""
    hook = {
        "type": "http",
        "url": f"{URL}/api/v1/hooks/claude-code",
        "headers": {"Authorization": f"Bearer {KEY}"},
        "timeout": 5,
    }
    matcher = {"matcher": "*"}
    lines = [
        f"    {json.dumps(name)}: {json.dumps([{**(matcher if matches else {}), 'hooks': [hook]}])}"
        for name, matches in HOOKS.items()
    ]
    return '{\n  "hooks": {\n' + ",\n".join(lines) + "\n  }\n}"


def installed(agent: str) -> str:
    """Write the command that lets our recorder write an agent's settings."""
    return f"""\
pip install ./sdk  # from a checkout of AgentScope
agentscope-recorder --url {URL} --key {KEY} install {agent}"""


def imported(file: str) -> str:
    """Write the command that sends one file."""
    return f'curl {URL}/api/v1/import -H "x-api-key: {KEY}" -F "file=@{file}"'


CLAUDE_CODE = Client(
    slug="claude-code",
    name="Claude Code",
    group=GROUP,
    says="Hooks show the run live; telemetry adds tokens, cost and retries; the transcript has everything.",
    lines=(
        Lines(label="Shell: all of it by one command", language="shell", text=installed("claude-code")),
        Lines(label="Or ~/.claude/settings.json (live)", language="json", text=hook_settings()),
        Lines(
            label="Environment, for tokens, cost and retries",
            language="env",
            text=f"""\
CLAUDE_CODE_ENABLE_TELEMETRY=1
CLAUDE_CODE_ENHANCED_TELEMETRY_BETA=1
OTEL_LOGS_EXPORTER=otlp
OTEL_METRICS_EXPORTER=otlp
OTEL_TRACES_EXPORTER=otlp
OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf
OTEL_EXPORTER_OTLP_ENDPOINT={URL}
OTEL_EXPORTER_OTLP_HEADERS=x-api-key={KEY}""",
        ),
        Lines(
            label="Shell: import the newest session", language="shell", text=IMPORT_NEWEST_SESSION.rstrip()
        ),
    ),
    contents_say="Hooks bring prompts and results. Telemetry leaves them out unless it is told not to.",
    contents=(env(CONTENTS),),
    notes=(
        "The command brings what shell commands changed on disk, and the transcript; lines by hand do not.",
        "Hooks know no tokens and no retries; a session that is recorded both ways is one run.",
        "Claude Code goes on whatever the hooks are answered.",
    ),
    sources=("claude-code", "otel:claude-code"),
    checks="api/v1/hooks/claude-code",
)

CODEX = Client(
    slug="codex",
    name="Codex CLI",
    group=GROUP,
    says="Prompts, model calls, tool calls and their output arrive while it works.",
    lines=(
        Lines(label="Shell: all of it by one command", language="shell", text=installed("codex")),
        Lines(
            label="Or ~/.codex/config.toml",
            language="toml",
            text=f"""\
[otel]
log_user_prompt = true

[otel.exporter.otlp-http]
endpoint = "{URL}/v1/logs"
protocol = "binary"

[otel.exporter.otlp-http.headers]
x-api-key = "{KEY}\"""",
        ),
        Lines(
            label="Shell: import the newest session",
            language="shell",
            text=f"""\
session=$(ls -t ~/.codex/sessions/*/*/*/rollout-*.jsonl | head -1)
{imported("$session")}""",
        ),
    ),
    contents_say="`log_user_prompt = true` sends prompts; commands and their output are always sent.",
    notes=(
        "The endpoint must be the whole address, with /v1/logs.",
        "Telemetry cuts output at 2 kB and calls a failed command a success: the session file knows better.",
    ),
    sources=("codex", "otel:codex"),
    checks="v1/logs",
)

GEMINI_CLI = Client(
    slug="gemini-cli",
    name="Gemini CLI",
    group=GROUP,
    says="Prompts, model calls and tool calls arrive every few seconds and at the end.",
    lines=(
        env(
            f"""\
GEMINI_TELEMETRY_ENABLED=true
GEMINI_TELEMETRY_TARGET=local
GEMINI_TELEMETRY_OTLP_PROTOCOL=http
GEMINI_TELEMETRY_OTLP_ENDPOINT={URL}
OTEL_EXPORTER_OTLP_HEADERS=x-api-key={KEY}"""
        ),
        Lines(
            label="Shell: import the newest session",
            language="shell",
            text=f"""\
session=$(ls -t ~/.gemini/tmp/*/chats/session-* | head -1)
{imported("$session")}""",
        ),
    ),
    contents_say="Prompts are sent unless GEMINI_TELEMETRY_LOG_PROMPTS=false.",
    notes=("A run that was killed has sent nothing: import its session file.",),
    sources=("gemini", "otel:gemini"),
)

OPENCODE = Client(
    slug="opencode",
    name="opencode",
    group=GROUP,
    says="Export a session to a file and import it: tools, exit codes, diffs, tokens.",
    lines=(
        shell(
            f"""\
opencode export SESSION_ID > session.json
{imported("session.json")}"""
        ),
    ),
    notes=("Write the export to a file: into a pipe it is cut at 64 kB.",),
    sources=("opencode",),
    checks="api/v1/import",
)

SWE_AGENT = Client(
    slug="swe-agent",
    name="SWE-agent",
    group=GROUP,
    says="Import its trajectories; together with the results of a benchmark they get their outcome.",
    lines=(
        shell(
            f"""\
find trajectories -name '*.traj' | sed 's/.*/form = "file=@&"/' |
  curl -K - {URL}/api/v1/import -H "x-api-key: {KEY}\""""
        ),
    ),
    sources=("swe-agent",),
    checks="api/v1/import",
)

MINI_SWE_AGENT = Client(
    slug="mini-swe-agent",
    name="mini-swe-agent",
    group=GROUP,
    says="It writes its trajectory after each step; import it when it is done, or half done.",
    lines=(shell(f"mini -o run.traj.json\n{imported('run.traj.json')}"),),
    sources=("mini-swe-agent",),
    checks="api/v1/import",
)

OPENHANDS = Client(
    slug="openhands",
    name="OpenHands",
    group=GROUP,
    says="Import its event streams, V0 and V1, or the output of an evaluation with one run a line.",
    lines=(
        shell(
            f"""\
find ~/.openhands -path '*events*' -name '*.json' | sed 's/.*/form = "file=@&"/' |
  curl -K - {URL}/api/v1/import -H "x-api-key: {KEY}\""""
        ),
        Lines(
            label="Shell: an evaluation",
            language="shell",
            text=imported("output.jsonl"),
        ),
    ),
    sources=("openhands",),
    checks="api/v1/import",
)

AGENTS = (CLAUDE_CODE, CODEX, GEMINI_CLI, OPENCODE, SWE_AGENT, MINI_SWE_AGENT, OPENHANDS)

"""Coding agents that are recorded by the files they keep of a session, and Qwen Code, which sends too."""

from ingest.clients.agents import GROUP, imported
from ingest.clients.client import KEY, URL, Client, Lines, env, shell

QWEN_CODE = Client(
    slug="qwen-code",
    name="Qwen Code",
    group=GROUP,
    says="Prompts, model calls and tool calls arrive every few seconds and at the end.",
    lines=(
        env(
            f"""\
QWEN_TELEMETRY_ENABLED=true
QWEN_TELEMETRY_TARGET=local
QWEN_TELEMETRY_OTLP_PROTOCOL=http
QWEN_TELEMETRY_OTLP_ENDPOINT={URL}
OTEL_EXPORTER_OTLP_HEADERS=x-api-key={KEY}"""
        ),
        Lines(
            label="Shell: import the newest session",
            language="shell",
            text=f"""\
session=$(ls -t ~/.qwen/projects/*/chats/*.jsonl | head -1)
{imported("$session")}""",
        ),
    ),
    contents_say="Prompts are sent unless QWEN_TELEMETRY_LOG_PROMPTS=false.",
    notes=("A version without these variables reads `telemetry` in ~/.qwen/settings.json.",),
    sources=("qwen-code", "otel:qwen-code"),
)

COPILOT_CLI = Client(
    slug="copilot-cli",
    name="GitHub Copilot CLI",
    group=GROUP,
    says="Import its sessions: prompts, tool calls, diffs, and tokens once a session is closed.",
    lines=(
        shell(
            f"""\
session=$(ls -t ~/.copilot/session-state/*/events.jsonl | head -1)
{imported("$session")}"""
        ),
    ),
    notes=("Sessions of versions before 0.0.342 get this form when they are resumed.",),
    sources=("copilot",),
    checks="api/v1/import",
)

CLINE = Client(
    slug="cline",
    name="Cline, Roo Code",
    group=GROUP,
    says="Import the folder of a task: what was asked and answered, tools, tokens and cost of each request.",
    lines=(
        Lines(
            label="Shell: the tasks of the editor",
            language="shell",
            text=f"""\
cd ~/.config/Code/User/globalStorage/saoudrizwan.claude-dev/tasks
zip -qr /tmp/tasks.zip .
{imported("/tmp/tasks.zip")}""",
        ),
        Lines(
            label="Shell: the sessions of the command line",
            language="shell",
            text=f"""\
cd ~/.cline/data/sessions
zip -qr /tmp/sessions.zip .
{imported("/tmp/sessions.zip")}""",
        ),
    ),
    notes=(
        "Roo Code's folder is rooveterinaryinc.roo-cline.",
        "On macOS the editor's folder is ~/Library/Application Support/Code, on Windows %APPDATA%\\Code.",
    ),
    sources=("cline",),
    checks="api/v1/import",
)

AIDER = Client(
    slug="aider",
    name="aider",
    group=GROUP,
    says="Import the history that it writes beside your files: prompts, answers, edits and commits.",
    lines=(shell(imported(".aider.chat.history.md")),),
    notes=("It rounds tokens; `--analytics-log FILE` writes them whole: import that file, too.",),
    sources=("aider",),
    checks="api/v1/import",
)

SESSIONS = (QWEN_CODE, COPILOT_CLI, CLINE, AIDER)

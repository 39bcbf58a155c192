"""A loop of one's own, and files."""

from ingest.clients.client import KEY, URL, Client, Lines, env, python
from teams.snippets import CURL_EVENT, CURL_IMPORT, PYTHON

GROUP = "Your own"

LOOP = Client(
    slug="own-loop",
    name="Your own loop",
    group=GROUP,
    says="One line of JSON an event; the run shows within a second.",
    lines=(
        python(PYTHON),
        Lines(label="Shell", language="shell", text=CURL_EVENT),
    ),
    contents_say="What you send is what is shown.",
    sources=("events",),
    checks="api/v1/events",
)

RECORDER = Client(
    slug="recorder",
    name="The recorder",
    group=GROUP,
    says="Three lines around your loop or one command around any agent; it records without a server, too.",
    lines=(
        Lines(label="Shell, in a checkout of AgentScope", language="shell", text="pip install ./sdk"),
        env(f"AGENTSCOPE_URL={URL}\nAGENTSCOPE_KEY={KEY}"),
        python(
            """\
from agentscope_recorder import Recorder, record_anthropic

with Recorder("traces/run.jsonl", agent="my-loop", task=task, workspace=".") as run:
    client = record_anthropic(anthropic.Anthropic(), run)  # or record_openai(openai.OpenAI(), run)
    ...  # your loop, as it is"""
        ),
        Lines(label="Shell: any command as a run", language="shell", text="agentscope-recorder run -- CMD"),
        Lines(
            label="Shell: agents that you have",
            language="shell",
            text="""\
agentscope-recorder install claude-code   # or codex: hooks and telemetry, shown before they are written
agentscope-recorder watch --since 3d      # sessions of Claude Code, Codex, Gemini, Qwen Code, Copilot""",
        ),
    ),
    contents_say='Contents are recorded; `capture="metadata"` leaves them out.',
    notes=(
        "What could not be sent waits in the file: `agentscope-recorder push` sends it, once.",
        "`workspace` looks at the files around every tool call, and finds changes that no tool told of.",
    ),
    sources=("events",),
    checks="api/v1/events",
)

FILES = Client(
    slug="files",
    name="Files",
    group=GROUP,
    says="Transcripts, trajectories, exports and traces: the format is recognised by what is in them.",
    lines=(
        Lines(label="Shell", language="shell", text=CURL_IMPORT.rstrip()),
        Lines(
            label="Shell: a whole folder",
            language="shell",
            text=f"""\
zip -qr runs.zip my-runs/
curl {URL}/api/v1/import -H "x-api-key: {KEY}" -F "file=@runs.zip\"""",
        ),
    ),
    notes=("Importing anything again changes nothing; a file that has grown adds what is new.",),
    sources=("",),
    checks="api/v1/import",
)

OWN = (RECORDER, LOOP, FILES)

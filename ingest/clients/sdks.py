"""SDKs with an API of their own: AgentScope answers as the service they were made for."""

from ingest.clients.client import KEY, URL, Client, Lines, env, python

GROUP = "Agent SDKs"
LANGSMITH_ENV = f"""\
LANGSMITH_TRACING=true
LANGSMITH_ENDPOINT={URL}
LANGSMITH_API_KEY={KEY}
LANGSMITH_PROJECT=default"""

OPENAI_AGENTS = Client(
    slug="openai-agents",
    name="OpenAI Agents SDK",
    group=GROUP,
    says="Agents, model calls, tools, hand-offs and guardrails arrive every 5 seconds.",
    lines=(
        python(
            f"""\
from agents import set_trace_processors
from agents.tracing.processors import BackendSpanExporter, BatchTraceProcessor

exporter = BackendSpanExporter(
    api_key="{KEY}", endpoint="{URL}/v1/traces/ingest"
)
set_trace_processors([BatchTraceProcessor(exporter)])"""
        ),
        Lines(
            label="TypeScript",
            language="typescript",
            text=f"""\
import {{ BatchTraceProcessor, setTraceProcessors }} from "@openai/agents";
import {{ OpenAITracingExporter }} from "@openai/agents-openai";

const exporter = new OpenAITracingExporter({{ apiKey: "{KEY}", endpoint: "{URL}/v1/traces/ingest" }});
setTraceProcessors([new BatchTraceProcessor(exporter)]);""",
        ),
    ),
    contents_say="Of the Responses API the SDK sends ids and usage only. This exporter sends the rest too.",
    contents=(
        python(
            f"""\
from agents import set_trace_processors
from agents.tracing.processors import BackendSpanExporter, BatchTraceProcessor


class WholeExporter(BackendSpanExporter):
    def export(self, items):
        for item in items:
            data = getattr(item, "span_data", None)
            response = getattr(data, "response", None)
            if response is None or hasattr(data, "_plain"):
                continue
            said = response.instructions
            more = {{
                "input": data.input,
                "output": [one.model_dump(mode="json", exclude_none=True) for one in response.output],
                "model": response.model,
                "instructions": said if isinstance(said, str) else None,
            }}
            data._plain = data.export
            data.export = lambda plain=data._plain, more=more: {{**plain(), **more}}
        super().export(items)


exporter = WholeExporter(api_key="{KEY}", endpoint="{URL}/v1/traces/ingest")
set_trace_processors([BatchTraceProcessor(exporter)])"""
        ),
    ),
    notes=(
        "With `add_trace_processor` instead, or another instrumentation beside, OpenAI still gets it too.",
    ),
    sources=("openai-agents",),
    checks="v1/traces/ingest",
)

LANGCHAIN = Client(
    slug="langchain",
    name="LangChain, LangGraph",
    group=GROUP,
    says="Runs show while they work: begin and end of every step are sent. No line of code changes.",
    lines=(env(LANGSMITH_ENV),),
    contents_say="Contents are sent unless LANGSMITH_HIDE_INPUTS or LANGSMITH_HIDE_OUTPUTS is true.",
    notes=("Put `session_id` or `thread_id` into the metadata of a call to join runs to a session.",),
    sources=("langsmith", "otel:langsmith"),
    checks="runs/batch",
)

LANGSMITH = Client(
    slug="langsmith",
    name="LangSmith SDK",
    group=GROUP,
    says="What `@traceable` and the wrappers trace shows while it works.",
    lines=(
        env(LANGSMITH_ENV),
        Lines(
            label="Environment, to both places at once",
            language="env",
            text=f"""\
LANGSMITH_TRACING=true
LANGSMITH_RUNS_ENDPOINTS={{"https://api.smith.langchain.com":"LANGSMITH_KEY","{URL}":"{KEY}"}}""",
        ),
    ),
    contents_say="Contents are sent unless LANGSMITH_HIDE_INPUTS or LANGSMITH_HIDE_OUTPUTS is true.",
    notes=(
        "To both places: remove LANGSMITH_ENDPOINT and LANGSMITH_API_KEY.",
        "LANGSMITH_OTEL_ENABLED sends everything twice: leave it out, or set LANGSMITH_OTEL_ONLY=true.",
    ),
    sources=("langsmith", "otel:langsmith"),
    checks="runs/batch",
)

LANGFUSE = Client(
    slug="langfuse",
    name="Langfuse SDK",
    group=GROUP,
    says="Traces, generations, tools and scores of versions 2 to 5 arrive; only the address changes.",
    lines=(
        env(f"LANGFUSE_BASE_URL={URL}\nLANGFUSE_PUBLIC_KEY=pk-lf-any\nLANGFUSE_SECRET_KEY={KEY}"),
        Lines(
            label="Environment, older versions",
            language="env",
            text=f"LANGFUSE_HOST={URL}\nLANGFUSE_PUBLIC_KEY=pk-lf-any\nLANGFUSE_SECRET_KEY={KEY}",
        ),
    ),
    contents_say="Contents are sent.",
    notes=("Version 2 says nothing when the key is wrong: `langfuse.auth_check()` does.",),
    sources=("langfuse", "otel:langfuse"),
    checks="api/public/ingestion",
)

OPIK = Client(
    slug="opik",
    name="Opik",
    group=GROUP,
    says="Traces and spans arrive every 2 seconds.",
    lines=(
        env(
            f"""\
OPIK_URL_OVERRIDE={URL}/api
OPIK_API_KEY={KEY}
OPIK_WORKSPACE=default
OPIK_PROJECT_NAME=default"""
        ),
    ),
    contents_say="Contents are sent.",
    sources=("opik",),
    checks="api/v1/private/spans/batch",
)

SDKS = (OPENAI_AGENTS, LANGCHAIN, LANGSMITH, LANGFUSE, OPIK)

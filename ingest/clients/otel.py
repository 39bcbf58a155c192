"""Libraries that speak OpenTelemetry."""

from ingest.clients.client import KEY, URL, Client, Lines, env, python

GROUP = "OpenTelemetry"
#: Long conversations lose attributes at 128; the delay is what a crash loses.
PYTHON_ENV = f"""\
OTEL_EXPORTER_OTLP_ENDPOINT={URL}
OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf
OTEL_EXPORTER_OTLP_HEADERS=x-api-key={KEY}
OTEL_EXPORTER_OTLP_COMPRESSION=gzip
OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT=100000
OTEL_BSP_SCHEDULE_DELAY=500"""
GENAI_CONTENTS = """\
OTEL_SEMCONV_STABILITY_OPT_IN=gen_ai_latest_experimental
OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT=span_only"""

ANY_OTEL = Client(
    slug="otel",
    name="Any OpenTelemetry SDK",
    group=GROUP,
    says="Spans of models, tools and agents in any of the dialects we know become runs.",
    lines=(env(PYTHON_ENV),),
    contents_say="The official GenAI instrumentations send no prompts and answers unless they are told to.",
    contents=(env(GENAI_CONTENTS),),
    notes=(
        "The protocol must be said: without it `opentelemetry-instrument` speaks gRPC.",
        "Where every model call is a trace of its own, give them one `session.id`.",
        "`anthropic` 2 and later reports by itself: ANTHROPIC_OPEN_TELEMETRY_TRACES_CONTENT_MODE=content.",
    ),
    sources=("otel:",),
)

OPENINFERENCE = Client(
    slug="openinference",
    name="OpenInference",
    group=GROUP,
    says="Model calls with all messages, tool calls and agents arrive as they end.",
    lines=(
        env(PYTHON_ENV),
        python(
            """\
from openinference.instrumentation import using_attributes
from openinference.instrumentation.openai import OpenAIInstrumentor
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
trace.set_tracer_provider(provider)
OpenAIInstrumentor().instrument()

with using_attributes(session_id="my-session", user_id="me"):
    ...  # your agent"""
        ),
    ),
    contents_say="Contents are sent unless OPENINFERENCE_HIDE_INPUTS or OPENINFERENCE_HIDE_OUTPUTS is true.",
    notes=(
        "It flattens messages: without the attribute limit a conversation of 40 turns loses its beginning.",
    ),
    sources=("otel:openinference",),
)

OPENLLMETRY = Client(
    slug="openllmetry",
    name="OpenLLMetry (Traceloop)",
    group=GROUP,
    says="Model calls, tools and workflows arrive as they end.",
    lines=(
        env(f"TRACELOOP_BASE_URL={URL}\nTRACELOOP_API_KEY={KEY}\nTRACELOOP_TELEMETRY=false"),
        python(
            """\
from traceloop.sdk import Traceloop

Traceloop.init(app_name="my-agent")"""
        ),
    ),
    contents_say="Contents are sent unless TRACELOOP_TRACE_CONTENT=false.",
    sources=("otel:openllmetry",),
)

PYDANTIC_AI = Client(
    slug="pydantic-ai",
    name="pydantic-ai, logfire",
    group=GROUP,
    says="Steps show while they run: logfire says when a span begins.",
    lines=(
        env(f"LOGFIRE_BASE_URL={URL}\nLOGFIRE_TOKEN={KEY}"),
        python("import logfire\n\nlogfire.configure()\nlogfire.instrument_pydantic_ai()"),
    ),
    contents_say="Contents are sent. Attributes called session, password and the like are scrubbed.",
    contents=(python("logfire.configure(scrubbing=False)"),),
    notes=(
        "logfire drops a path in LOGFIRE_BASE_URL: AgentScope must be at the root of its host.",
        "To send to logfire too, leave its variables alone and set those of any OpenTelemetry SDK.",
    ),
    sources=("otel:logfire", "otel:genai"),
)

STRANDS = Client(
    slug="strands",
    name="Strands Agents",
    group=GROUP,
    says="Agent, cycles, model calls and tools arrive as they end.",
    lines=(
        env(PYTHON_ENV),
        python(
            """\
from strands.telemetry import StrandsTelemetry

StrandsTelemetry().setup_otlp_exporter()"""
        ),
    ),
    contents_say="Contents are sent.",
    sources=("otel:genai",),
)

ADK = Client(
    slug="adk",
    name="Google ADK",
    group=GROUP,
    says="Agents, model calls and tools arrive as they end.",
    lines=(
        env(PYTHON_ENV),
        python(
            """\
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
trace.set_tracer_provider(provider)"""
        ),
    ),
    contents_say="ADK 2 and later sends no prompts and answers unless it is told to.",
    contents=(env(GENAI_CONTENTS.replace("span_only", "SPAN_AND_EVENT")),),
    sources=("otel:genai",),
)

AI_SDK = Client(
    slug="ai-sdk",
    name="Vercel AI SDK",
    group=GROUP,
    says="Calls, attempts that failed and tools arrive as they end.",
    lines=(
        env(
            f"""\
OTEL_EXPORTER_OTLP_ENDPOINT={URL}
OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf
OTEL_EXPORTER_OTLP_HEADERS=x-api-key={KEY}"""
        ),
        Lines(
            label="TypeScript",
            language="typescript",
            text="""\
import { NodeSDK } from "@opentelemetry/sdk-node";

const sdk = new NodeSDK();
sdk.start();

await generateText({
  model, prompt, tools,
  experimental_telemetry: {
    isEnabled: true,
    functionId: "my-agent",
    metadata: { sessionId: "my-session", userId: "me" },
  },
});
await sdk.shutdown();""",
        ),
    ),
    contents_say="Contents are sent with `isEnabled: true`, unless recordInputs or recordOutputs is false.",
    notes=("Telemetry is switched on for each call.",),
    sources=("otel:vercel",),
)

OTEL = (ANY_OTEL, OPENINFERENCE, OPENLLMETRY, PYDANTIC_AI, STRANDS, ADK, AI_SDK)

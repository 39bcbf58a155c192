"""Frameworks that report by OpenTelemetry through an instrumentation or a switch of their own."""

from ingest.clients.client import KEY, URL, Client, env, python
from ingest.clients.otel import GROUP, PYTHON_ENV

PROVIDER = """\
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
trace.set_tracer_provider(provider)
"""

CREWAI = Client(
    slug="crewai",
    name="CrewAI",
    group=GROUP,
    says="Crews, agents, tools and model calls arrive as they end.",
    lines=(
        env(PYTHON_ENV),
        python(
            f"""\
from openinference.instrumentation.crewai import CrewAIInstrumentor
from openinference.instrumentation.openai import OpenAIInstrumentor
{PROVIDER}
CrewAIInstrumentor().instrument()
OpenAIInstrumentor().instrument()"""
        ),
    ),
    contents_say="Contents are sent unless OPENINFERENCE_HIDE_INPUTS or OPENINFERENCE_HIDE_OUTPUTS is true.",
    notes=(
        "CrewAI's own instrumentation tells of no model calls: add that of the provider, or of LiteLLM.",
        "CREWAI_DISABLE_TELEMETRY=true stops what CrewAI sends to its makers.",
    ),
    sources=("otel:openinference",),
)

SMOLAGENTS = Client(
    slug="smolagents",
    name="smolagents",
    group=GROUP,
    says="Agents, steps, model calls and tools arrive as they end.",
    lines=(
        env(PYTHON_ENV),
        python(
            f"""\
from openinference.instrumentation.smolagents import SmolagentsInstrumentor
{PROVIDER}
SmolagentsInstrumentor().instrument()"""
        ),
    ),
    contents_say="Contents are sent unless OPENINFERENCE_HIDE_INPUTS or OPENINFERENCE_HIDE_OUTPUTS is true.",
    sources=("otel:smolagents",),
)

LITELLM = Client(
    slug="litellm",
    name="LiteLLM",
    group=GROUP,
    says="Every model call arrives as it ends, of the library and of the proxy.",
    lines=(
        env(f"OTEL_EXPORTER=otlp_http\nOTEL_ENDPOINT={URL}/v1/traces\nOTEL_HEADERS=x-api-key={KEY}"),
        python('import litellm\n\nlitellm.callbacks = ["otel"]'),
    ),
    contents_say="Contents are sent unless `litellm.turn_off_message_logging` is true.",
    notes=(
        "Each call is a trace of its own; those of one process that follow each other are one run.",
        'The proxy takes `callbacks: ["otel"]` under `litellm_settings`.',
    ),
    sources=("otel:litellm",),
)

BRAINTRUST = Client(
    slug="braintrust",
    name="Braintrust (OpenTelemetry)",
    group=GROUP,
    says="Spans with braintrust.* attributes arrive as they end; Braintrust may get them too.",
    lines=(env(PYTHON_ENV), python(PROVIDER.rstrip())),
    contents_say="Contents are sent.",
    notes=("Its own logger, without OpenTelemetry, sends to Braintrust only.",),
    sources=("otel:braintrust",),
)

FRAMEWORKS = (CREWAI, SMOLAGENTS, LITELLM, BRAINTRUST)

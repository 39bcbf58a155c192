"""OpenInference's instrumentation of OpenAI's SDK, over the OTLP exporter of OpenTelemetry."""

import json

from openai import OpenAI
from openinference.instrumentation.openai import OpenAIInstrumentor
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from work import KEY, MODEL_URL, PROMPT, SERVER, TOOLS, loop

provider = TracerProvider()
exporter = OTLPSpanExporter(endpoint=f"{SERVER}/v1/traces", headers={"x-api-key": KEY})
provider.add_span_processor(BatchSpanProcessor(exporter))
trace.set_tracer_provider(provider)
OpenAIInstrumentor().instrument(tracer_provider=provider)
tracer = trace.get_tracer("agent")


def call_tool(name, arguments):
    """Run a tool in a span."""
    with tracer.start_as_current_span(name) as span:
        span.set_attributes({"openinference.span.kind": "TOOL", "tool.name": name})
        span.set_attribute("input.value", json.dumps(arguments))
        result = TOOLS[name](**arguments)
        span.set_attribute("output.value", result)
        return result


with tracer.start_as_current_span("fix-bug") as root:
    root.set_attributes({"openinference.span.kind": "AGENT", "input.value": PROMPT, "session.id": "sdk-test"})
    root.set_attribute("output.value", loop(OpenAI(base_url=MODEL_URL, api_key="none"), call_tool))
provider.shutdown()

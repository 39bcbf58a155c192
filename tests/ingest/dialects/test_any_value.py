"""Whatever stands in an attribute, every dialect reads the span, and it becomes a step."""

from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as some

from ingest.dialects import read_span
from ingest.dialects.logs import read_logs
from ingest.formats.otlp import RawEvent, RawLog, RawSpan, Source
from ingest.spans.hearing import hear
from ingest.spans.known import Memories, TraceFacts
from ingest.spans.lookups import wanted_by
from ingest.spans.weave import Weaver

#: Every name that some dialect looks at, with words that open its doors.
NAMES = [
    "gen_ai.operation.name", "gen_ai.input.messages", "gen_ai.output.messages", "gen_ai.system_instructions",
    "gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens", "gen_ai.usage.cache_read.input_tokens",
    "gen_ai.response.id", "gen_ai.response.model", "gen_ai.response.finish_reasons", "gen_ai.request.model",
    "gen_ai.request.temperature", "gen_ai.tool.name", "gen_ai.tool.call.id", "gen_ai.tool.call.arguments",
    "gen_ai.tool.call.result", "gen_ai.agent.name", "gen_ai.prompt", "gen_ai.completion", "gen_ai.usage.raw",
    "gen_ai.prompt.0.role", "gen_ai.prompt.0.content", "gen_ai.prompt.0.tool_calls.0.name",
    "gen_ai.completion.0.content", "gen_ai.guardrail.triggered", "operation.cost",
    "openinference.span.kind", "llm.input_messages.0.message.role", "llm.input_messages.0.message.content",
    "llm.input_messages.0.message.contents.0.message_content.text",
    "llm.output_messages.0.message.tool_calls.0.tool_call.function.name", "llm.token_count.prompt",
    "input.value", "output.value", "metadata", "tag.tags", "tool.name", "llm.invocation_parameters",
    "traceloop.span.kind", "traceloop.entity.input", "traceloop.entity.output", "traceloop.entity.name",
    "ai.operationId", "ai.prompt", "ai.prompt.messages", "ai.response.toolCalls", "ai.response.text",
    "ai.usage.inputTokens", "ai.toolCall.args", "ai.toolCall.result", "ai.response.msToFirstChunk",
    "langfuse.observation.type", "langfuse.observation.input", "langfuse.observation.output",
    "langfuse.observation.usage_details", "langfuse.observation.cost_details", "langfuse.observation.level",
    "langfuse.observation.completion_start_time", "langfuse.trace.metadata.x",
    "langsmith.span.kind", "langsmith.metadata.usage_metadata", "logfire.span_type", "logfire.msg",
    "logfire.pending_parent_id", "tool", "arguments", "result", "session.id", "error.type",
    "http.request.resend_count", "mlflow.spanType", "mlflow.spanInputs", "mlflow.spanOutputs",
    "mlflow.chat.tokenUsage", "lmnr.span.type", "lmnr.span.output", "tool_use_id", "request_id", "success",
    "error", "attempt", "user_prompt", "input_tokens", "cost_usd", "prompt.id", "event.name",
]  # fmt: skip
DOORS = [
    "chat", "execute_tool", "invoke_agent", "guardrail_check", "agent_handoff", "LLM", "TOOL", "AGENT", "llm",
    "tool", "generation", "agent", "span", "ai.generateText.doGenerate", "ai.toolCall", "ai.generateText",
    "pending_span", "ERROR",
]  # fmt: skip
LEAVES = (
    some.none() | some.booleans() | some.integers(-(2**63), 2**63 - 1) | some.floats() | some.text(max_size=8)
)
KEYS = some.sampled_from(
    [
        *("role", "content", "parts", "type", "text", "tool_calls", "id", "name", "arguments", "function"),
        *("toolUse", "toolResult", "kwargs", "lc", "message", "messages", "input", "output", "args", "data"),
    ]
)
TYPES = some.sampled_from(["user", "assistant", "tool", "tool_call", "tool_result", "text", "thinking"])
TREES = some.recursive(
    LEAVES | TYPES,
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


def written(value: Any) -> Any:
    """Write some values as JSON text, as most dialects do."""
    return msgspec.json.encode(value).decode("utf-8", "replace")


VALUES = some.sampled_from(DOORS) | TREES | TREES.map(written)
ATTRIBUTES = some.dictionaries(some.sampled_from(NAMES), VALUES, max_size=12)
EVENTS = some.builds(
    RawEvent,
    name=some.sampled_from(["exception", "gen_ai.user.message", "gen_ai.choice", "gen_ai.tool.message"]),
    at=some.integers(0, 2**63),
    attributes=some.dictionaries(
        some.sampled_from(["content", "message", "role", "id", "exception.message"]), VALUES, max_size=3
    ),
)
SPANS = some.builds(
    RawSpan,
    source=some.just(Source(scope="x")),
    trace_id=some.just("a" * 32),
    span_id=some.sampled_from(["1" * 16, "2" * 16, "3" * 16]),
    parent_id=some.sampled_from(["", "1" * 16, "2" * 16]),
    name=some.text(max_size=5) | some.sampled_from(["claude_code.llm_request", "claude_code.tool.execution"]),
    start=some.integers(0, 2**61),
    end=some.integers(0, 2**61),
    status=some.integers(0, 3),
    attributes=ATTRIBUTES,
    events=some.lists(EVENTS, max_size=2),
)
LOGS = some.builds(
    RawLog,
    source=some.just(Source(scope="com.anthropic.claude_code.events")),
    name=some.sampled_from(
        [
            *("gen_ai.user.message", "gen_ai.choice", "gen_ai.client.inference.operation.details"),
            *("user_prompt", "api_request", "api_error", "assistant_response", "tool_result"),
        ]
    ),
    trace_id=some.just("a" * 32),
    span_id=some.just("1" * 16),
    body=TREES,
    attributes=ATTRIBUTES,
)


class Nothing:
    """A memory without anything."""

    def below(self, agents: list[Any]) -> list[Any]:
        return []


@settings(max_examples=150)
@given(some.lists(SPANS, max_size=4), some.lists(LOGS, max_size=2))
def test_any_value_is_woven(raws: list[RawSpan], logs: list[RawLog]) -> None:
    spans = [read_span(raw) for raw in raws] + read_logs(logs)
    heard = [(span, hear(span)) for span in spans]
    wanted_by(heard)
    weaver = Weaver({"a" * 32: TraceFacts(trace="a" * 32, run="r")}, Memories(), Nothing())
    batch = weaver.weave(heard).batch("otel")
    assert {step.run for step in batch.steps} <= {"r"}
    assert all(step.key for step in batch.steps)
    msgspec.json.encode([step.detail for step in batch.steps])

"""Whether the input of a source holds what came from the cache: each dialect ends in the same four buckets.

Every row tells of the same call: 120 tokens sent, of which 40 came from the cache, and 20 back, 8 of them
reasoning. Where a dialect knows writes to the cache, 30 more were written.
"""

import json

import pytest

from ingest.dialects import read_span
from ingest.formats.otlp import RawSpan, Source
from ingest.formats.sdks import langfuse, langsmith, openai_agents, opik
from runs.records import Tokens

READ = Tokens(input=80, cache_read=40, output=20, reasoning=8)
WRITTEN = Tokens(input=80, cache_read=40, cache_write_5m=30, output=20, reasoning=8)
NO_REASONING = Tokens(input=80, cache_read=40, cache_write_5m=30, output=20)

GENAI = {"gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": 150, "gen_ai.usage.output_tokens": 20}
USAGE = {
    "input_tokens": 120,
    "input_tokens_details": {"cached_tokens": 40},
    "output_tokens": 20,
    "output_tokens_details": {"reasoning_tokens": 8},
}
OTLP = {
    "genai": (
        GENAI
        | {
            "gen_ai.usage.cache_read.input_tokens": 40,
            "gen_ai.usage.cache_creation.input_tokens": 30,
            "gen_ai.usage.reasoning.output_tokens": 8,
        },
        WRITTEN,
    ),
    "openinference": (
        {
            "openinference.span.kind": "LLM",
            "llm.token_count.prompt": 150,
            "llm.token_count.prompt_details.cache_read": 40,
            "llm.token_count.prompt_details.cache_write": 30,
            "llm.token_count.completion": 20,
            "llm.token_count.completion_details.reasoning": 8,
        },
        WRITTEN,
    ),
    "openllmetry": (
        GENAI
        | {
            "traceloop.workflow.name": "w",
            "gen_ai.usage.cache_read_input_tokens": 40,
            "gen_ai.usage.cache_creation_input_tokens": 30,
            "gen_ai.usage.reasoning_tokens": 8,
        },
        WRITTEN,
    ),
    # Old versions told of Anthropic without the cache: more came from it than was sent.
    "openllmetry-old": (
        {
            "gen_ai.system": "Anthropic",
            "gen_ai.request.model": "claude",
            "gen_ai.usage.prompt_tokens": 20,
            "gen_ai.usage.completion_tokens": 20,
            "gen_ai.usage.cache_read_input_tokens": 40,
        },
        Tokens(input=20, cache_read=40, output=20),
    ),
    "pydantic-ai": (
        GENAI
        | {
            "gen_ai.usage.details.cache_read_tokens": 40,
            "gen_ai.usage.details.cache_write_tokens": 30,
            "gen_ai.usage.details.reasoning_tokens": 8,
        },
        WRITTEN,
    ),
    "vercel": (
        {
            "ai.operationId": "ai.streamText.doStream",
            "ai.usage.inputTokens": 120,
            "ai.usage.cachedInputTokens": 40,
            "ai.usage.outputTokens": 20,
            "ai.usage.reasoningTokens": 8,
        },
        READ,
    ),
    "claude-code": (
        {
            "span.type": "llm_request",
            "input_tokens": 80,
            "cache_read_tokens": 40,
            "cache_creation_tokens": 30,
            "output_tokens": 20,
        },
        NO_REASONING,
    ),
    "langfuse": (
        {
            "langfuse.observation.type": "generation",
            "langfuse.observation.usage_details": json.dumps(
                {
                    "prompt_tokens": 120,
                    "completion_tokens": 20,
                    "prompt_tokens_details": {"cached_tokens": 40},
                    "completion_tokens_details": {"reasoning_tokens": 8},
                }
            ),
        },
        READ,
    ),
    "langfuse-bins": (
        {
            "langfuse.observation.type": "generation",
            "langfuse.observation.usage_details": json.dumps(
                {"input": 80, "input_cache_read": 40, "output": 12, "output_reasoning": 8}
            ),
        },
        READ,
    ),
}


@pytest.mark.parametrize("name", OTLP)
def test_tokens_of_otlp(name):
    attributes, expected = OTLP[name]
    is_claude = name == "claude-code"
    raw = RawSpan(
        source=Source(scope="com.anthropic.claude_code.tracing" if is_claude else "lib"),
        trace_id="a" * 32,
        span_id="1" * 16,
        name="claude_code.llm_request" if is_claude else "chat",
        attributes=attributes,
    )
    assert read_span(raw).tokens == expected


def test_tokens_of_sdks():
    metadata = {
        "usage_metadata": {
            "input_tokens": 120,
            "input_token_details": {"cache_read": 40},
            "output_tokens": 20,
            "output_token_details": {"reasoning": 8},
        }
    }
    run = {"id": "r", "trace_id": "r", "run_type": "llm", "extra": {"metadata": metadata}}
    agents = {"id": "s", "trace_id": "t", "span_data": {"type": "response", "usage": USAGE}}
    flat = {
        "original_usage.prompt_tokens": 120,
        "original_usage.completion_tokens": 20,
        "original_usage.prompt_tokens_details.cached_tokens": 40,
        "original_usage.completion_tokens_details.reasoning_tokens": 8,
    }
    tracked = {"id": "s", "trace_id": "t", "type": "llm", "usage": flat}
    observed = {"id": "o", "traceId": "t", "usageDetails": USAGE}
    event = {"id": "e", "type": "generation-create", "body": observed}
    found = {
        "langsmith": langsmith.read_batch(as_json(post=[run])).spans,
        "openai-agents": openai_agents.read_body(as_json(data=[agents])).spans,
        "opik": opik.read_spans(as_json(spans=[tracked])).spans,
        "langfuse": langfuse.read_ingestion(as_json(batch=[event])).told.spans,
    }
    assert {name: [span.tokens for span in spans] for name, spans in found.items()} == {
        name: [READ] for name in found
    }


def as_json(**told):
    return json.dumps(told).encode()

"""Several dialects on one span: for each field the first of the table is heard; counters never mix."""

import json

import pytest

from ingest.dialects import DIALECTS, read_span
from ingest.formats.otlp import RawEvent, RawSpan, Source
from ingest.spans.span import SpanKind
from runs.records import Tokens


def read(scope="lib", name="span", status=0, message="", events=(), parent="2" * 16, **attributes):
    return read_span(
        RawSpan(
            source=Source(scope=scope),
            trace_id="a" * 32,
            span_id="1" * 16,
            parent_id=parent,
            name=name,
            start=1_000_000_000,
            end=3_000_000_000,
            status=status,
            message=message,
            events=list(events),
            attributes={key.replace("__", "."): value for key, value in attributes.items()},
        )
    )


def test_order_of_the_table():
    assert [name for name, _ in DIALECTS] == [
        *("claude-code", "gemini-cli"),
        *("langfuse", "vercel", "langsmith", "mlflow", "laminar", "logfire", "anthropic"),
        *("agentops", "braintrust", "smolagents", "litellm", "autogen"),
        *("genai", "openinference", "openllmetry", "genai-events", "genai-legacy"),
    ]


def test_langfuse_wins_over_openinference_and_genai():
    span = read(
        langfuse__observation__type="generation",
        langfuse__observation__model__name="mine",
        langfuse__observation__usage_details='{"input": 10, "output": 5}',
        openinference__span__kind="CHAIN",
        llm__token_count__prompt=99,
        gen_ai__operation__name="execute_tool",
        gen_ai__usage__cache_read__input_tokens=7,
        gen_ai__response__model="theirs",
    )
    assert (span.source, span.kind, span.model) == ("otel:langfuse", SpanKind.LLM, "mine")
    assert span.tokens == Tokens(input=10, output=5)  # no cache_read of another dialect


def test_plain_langfuse_span_leaves_the_kind_to_others():
    span = read(langfuse__observation__type="span", gen_ai__operation__name="chat")
    assert (span.source, span.kind) == ("otel:langfuse", SpanKind.LLM)


def test_outer_span_of_the_ai_sdk_is_no_model_call_although_genai_says_so():
    span = read(
        ai__operationId="ai.generateText",
        ai__usage__inputTokens=900,
        gen_ai__request__model="m",
        gen_ai__usage__input_tokens=900,
    )
    assert (span.kind, span.source) == (SpanKind.AGENT, "otel:vercel")


def test_call_of_the_ai_sdk_counts_what_was_cached():
    span = read(
        ai__operationId="ai.streamText.doStream",
        ai__usage__inputTokens=100,
        ai__usage__cachedInputTokens=60,
        ai__usage__outputTokens=9,
        gen_ai__usage__input_tokens=100,
        gen_ai__usage__output_tokens=9,
    )
    assert span.tokens == Tokens(input=40, cache_read=60, output=9)


def test_traceloop_names_its_source_and_takes_messages_of_genai():
    span = read(
        traceloop__workflow__name="fix",
        gen_ai__operation__name="chat",
        gen_ai__input__messages='[{"role":"user","parts":[{"type":"text","content":"Hi"}]}]',
    )
    assert (span.source, span.kind, len(span.messages)) == ("otel:openllmetry", SpanKind.LLM, 1)


@pytest.mark.parametrize(
    ("entity", "input"),
    [
        ('{"args": [], "kwargs": {"path": "a.py"}}', '{"path":"a.py"}'),
        ('{"args": ["a.py"], "kwargs": {}}', "a.py"),
        ('{"inputs": {"q": 1}}', '{"q":1}'),
        ("plain", "plain"),
    ],
)
def test_traceloop_arguments_are_unwrapped(entity, input):
    span = read(traceloop__span__kind="tool", traceloop__entity__name="t", traceloop__entity__input=entity)
    assert (span.kind, span.tool, span.input) == (SpanKind.TOOL, "t", input)


def test_old_flattened_prompts_are_read():
    attributes = {
        "llm.request.type": "chat",
        "gen_ai.prompt.0.role": "user",
        "gen_ai.prompt.0.content": "Hi",
        "gen_ai.prompt.1.role": "tool",
        "gen_ai.prompt.1.content": "out",
        "gen_ai.prompt.1.tool_call_id": "c0",
        "gen_ai.completion.0.role": "assistant",
        "gen_ai.completion.0.finish_reason": "tool_calls",
        "gen_ai.completion.0.tool_calls.0.id": "c1",
        "gen_ai.completion.0.tool_calls.0.name": "ls",
        "gen_ai.completion.0.tool_calls.0.arguments": '{"p":1}',
        "gen_ai.usage.prompt_tokens": 20,
        "gen_ai.usage.completion_tokens": 3,
        "gen_ai.usage.cache_read_input_tokens": 5,
    }
    span = read(**attributes)
    assert span.messages == [
        {"role": "user", "content": "Hi"},
        {"role": "tool", "content": "out", "tool_call_id": "c0"},
    ]
    assert [(one["type"], one["id"], one["name"], bytes(one["input"])) for one in span.answer] == [
        ("tool_use", "c1", "ls", b'{"p":1}')
    ]
    assert (span.tokens, span.stop_reason) == (Tokens(input=15, cache_read=5, output=3), "tool_calls")


def test_pending_span_is_the_start_of_the_one_above():
    span = read(logfire__span_type="pending_span", logfire__pending_parent_id="3" * 16, parent="2" * 16)
    assert (span.is_start, span.span_id, span.parent_id, span.end) == (True, "2" * 16, "3" * 16, 0)
    root = read(logfire__span_type="pending_span", logfire__pending_parent_id="0" * 16)
    assert root.parent_id == ""


def test_error_of_a_child_is_not_that_of_its_parents():
    marks = {"ai.operationId": "ai.generateText", "openinference.span.kind": "CHAIN"}
    assert not read(status=2, message="boom", **marks).failed
    thrown = RawEvent(name="exception", attributes={"exception.type": "E", "exception.message": "boom\nmore"})
    span = read(status=2, events=[thrown], **marks)
    assert (span.failed, span.error, span.error_kind) == (True, "boom", "E")


def test_scrubbed_session_is_no_session():
    assert read(session_id="[Scrubbed due to 'session']").session is None


def test_envelope_of_langchain_is_opened():
    came = {"type": "tool", "data": {"content": "x = 1", "tool_call_id": "c9", "status": "success"}}
    span = read(openinference__span__kind="TOOL", input__value="a.py", output__value=json.dumps(came))
    assert (span.tool, span.call_id, span.input, span.output) == ("span", "c9", "a.py", "x = 1")


def test_attributes_of_mlflow_are_json_text():
    span = read(
        mlflow__spanType='"CHAT_MODEL"',
        mlflow__spanInputs='{"messages": [{"role": "user", "content": "Hi"}]}',
        mlflow__spanOutputs='{"id": "r1", "choices": [{"message": {"role": "assistant", "content": "Ho"}}]}',
        mlflow__chat__tokenUsage='{"input_tokens": 9, "output_tokens": 2, "cache_read_input_tokens": 4}',
        mlflow__llm__model='"gpt-5"',
    )
    assert (span.kind, span.model, span.response_id) == (SpanKind.LLM, "gpt-5", "r1")
    assert (span.answer, span.tokens) == (
        [{"type": "text", "text": "Ho"}],
        Tokens(input=5, cache_read=4, output=2),
    )
    tool = read(
        name="ls", mlflow__spanType='"TOOL"', mlflow__spanInputs='{"p": 1}', mlflow__spanOutputs='"x"'
    )
    assert (tool.kind, tool.tool, tool.input, tool.output) == (SpanKind.TOOL, "ls", '{"p":1}', "x")


def test_tool_of_laminar():
    span = read(name="ls", lmnr__span__type="TOOL", lmnr__span__input='{"p":1}', lmnr__span__output='"x"')
    assert (span.kind, span.tool, span.input, span.output) == (SpanKind.TOOL, "ls", '{"p":1}', "x")


def test_tool_and_model_call_of_agentops():
    tool = read(
        name="run_test.tool",
        agentops__span__kind="tool",
        agentops__tool__input='{"args": [], "kwargs": {"target": "a"}}',
        agentops__tool__output='"3 passed"',
    )
    told = (tool.source, tool.kind, tool.tool, tool.input, tool.output)
    assert told == ("otel:agentops", SpanKind.TOOL, "run_test", '{"target":"a"}', "3 passed")
    call = read(
        agentops__span__kind="llm",
        gen_ai__request__model="gpt-5",
        gen_ai__response__model="gpt-5",
        gen_ai__usage__prompt_tokens=12,
        gen_ai__usage__completion_tokens=3,
    )
    assert (call.source, call.kind, call.tokens) == (
        *("otel:agentops", SpanKind.LLM, Tokens(input=12, output=3)),
    )


def test_hand_off_of_openinference():
    span = read(
        name="handoff to Fixer",
        openinference__span__kind="TOOL",
        input__value="Triage",
        output__value="Fixer",
    )
    assert (span.kind, span.agent, span.to_agent) == (SpanKind.HANDOFF, "Triage", "Fixer")


def test_bins_of_langfuse_share_no_token():
    usage = {"input": 114, "input_cache_read": 96, "output": 16, "output_reasoning": 8}
    span = read(
        langfuse__observation__type="generation", langfuse__observation__usage_details=json.dumps(usage)
    )
    assert span.tokens == Tokens(input=114, cache_read=96, output=24, reasoning=8)


def test_first_token_of_openinference():
    event = RawEvent(name="First Token Stream Event", at=1_250_000_000)
    assert read(openinference__span__kind="LLM", events=[event]).first_token_ms == 250


def test_attempts_made_again_below_the_instrumentation():
    span = read(
        scope="com.anthropic.sdk.python", gen_ai__operation__name="chat", http__request__resend_count=2
    )
    assert (span.source, span.retries) == ("otel:anthropic", 2)


GENAI_CALL = {"gen_ai__operation__name": "chat", "gen_ai__response__model": "theirs"}
OPENINFERENCE_CALL = {
    "openinference__span__kind": "LLM",
    "llm__model_name": "oi",
    "llm__token_count__prompt": 9,
}
#: (what is on one span, who speaks, what the span is, the model, the input tokens)
PAIRS = {
    "genai and openinference": (
        {**GENAI_CALL, **OPENINFERENCE_CALL, "gen_ai__usage__input_tokens": 4},
        ("otel:openinference", SpanKind.LLM, "theirs", 4),
    ),
    "openinference says chain, genai a call": (
        {**GENAI_CALL, "openinference__span__kind": "CHAIN"},
        ("otel:openinference", SpanKind.LLM, "theirs", None),
    ),
    "genai without counts leaves them to openinference": (
        {**GENAI_CALL, **OPENINFERENCE_CALL},
        ("otel:openinference", SpanKind.LLM, "theirs", 9),
    ),
    "openinference and traceloop": (
        {**OPENINFERENCE_CALL, "traceloop__span__kind": "task", "traceloop__entity__name": "t"},
        ("otel:openinference", SpanKind.LLM, "oi", 9),
    ),
    "genai and traceloop": (
        {
            "gen_ai__operation__name": "execute_tool",
            "gen_ai__tool__name": "a",
            "traceloop__span__kind": "agent",
        },
        ("otel:openllmetry", SpanKind.TOOL, None, None),
    ),
    "langfuse and traceloop": (
        {"langfuse__observation__type": "tool", "traceloop__span__kind": "agent"},
        ("otel:langfuse", SpanKind.TOOL, None, None),
    ),
    "langfuse, vercel and genai": (
        {
            "langfuse__observation__type": "generation",
            "langfuse__observation__model__name": "mine",
            "ai__operationId": "ai.generateText",
            **GENAI_CALL,
        },
        ("otel:langfuse", SpanKind.LLM, "mine", None),
    ),
    "mlflow and genai": (
        {"mlflow__spanType": '"TOOL"', **GENAI_CALL},
        ("otel:mlflow", SpanKind.TOOL, "theirs", None),
    ),
    "laminar and genai": (
        {"lmnr__span__type": "TOOL", **GENAI_CALL},
        ("otel:laminar", SpanKind.TOOL, "theirs", None),
    ),
    "braintrust and genai": (
        {
            "braintrust__span_attributes": '{"type": "llm"}',
            "braintrust__metadata": '{"model": "mine"}',
            "braintrust__metrics": '{"prompt_tokens": 7}',
            "gen_ai__usage__input_tokens": 4,
            **GENAI_CALL,
        },
        ("otel:braintrust", SpanKind.LLM, "mine", 7),
    ),
    "langsmith and genai": (
        {"langsmith__span__kind": "tool", **GENAI_CALL},
        ("otel:langsmith", SpanKind.TOOL, "theirs", None),
    ),
}


@pytest.mark.parametrize("pair", PAIRS)
def test_of_several_dialects_on_one_span_the_first_is_heard(pair):
    attributes, expected = PAIRS[pair]
    span = read(**attributes)
    assert (span.source, span.kind, span.model, span.tokens and span.tokens.input) == expected

"""What libraries send in other versions and modes than those recorded: seen of them in 2026."""

import json

from ingest.dialects.logs import read_logs
from ingest.formats.otlp import RawEvent, RawLog, Source
from ingest.spans.hearing import hear
from ingest.spans.span import SpanKind
from runs.records import Tokens
from tests.ingest.dialects.test_precedence import read

WHOLE = "gen_ai.client.inference.operation.details"
ASKED = {"role": "user", "parts": [{"type": "text", "content": "Fix the cart."}]}


def whole(**attributes):
    told = {f"gen_ai.{name.replace('__', '.')}": json.dumps(value) for name, value in attributes.items()}
    return RawEvent(name=WHOLE, attributes=told)


def test_strands_puts_the_latest_messages_on_events_one_attribute_each():
    said = {"role": "assistant", "parts": [{"type": "text", "content": "Done."}], "finish_reason": "stop"}
    span = read(
        scope="strands.telemetry.tracer",
        events=[
            whole(system_instructions=[{"type": "text", "content": "You fix shops."}]),
            whole(input__messages=[ASKED]),
            whole(output__messages=[said]),
        ],
        gen_ai__operation__name="chat",
        gen_ai__request__model="gpt-5-mini",
    )
    assert span.messages == [ASKED]
    assert span.system == [{"type": "text", "content": "You fix shops."}]
    assert (span.answer, span.stop_reason) == ([{"type": "text", "text": "Done."}], "stop")


def test_strands_says_of_a_tool_that_it_failed_and_its_result_in_blocks():
    span = read(
        events=[whole(input__messages=[ASKED])],
        gen_ai__operation__name="execute_tool",
        gen_ai__tool__name="run_test",
        gen_ai__tool__status="error",
        gen_ai__tool__call__result='[{"text": "Error: exit 3"}]',
    )
    assert (span.failed, span.error, span.output) == (True, "Error: exit 3", "Error: exit 3")


def test_adks_span_around_calls_made_at_once_is_no_call():
    span = read(gen_ai__operation__name="execute_tool", gen_ai__tool__name="(merged tools)")
    assert span.kind is SpanKind.CHAIN


def test_methods_of_llamaindex_around_a_model_call_are_none():
    told = {"openinference__span__kind": "LLM", "llm__model_name": "gpt-5-mini"}
    inner = {"llm__input_messages__0__message__role": "user", "llm__token_count__prompt": 3}
    scope = "openinference.instrumentation.llama_index"
    assert read(scope=scope, name="OpenAI._prepare_chat_with_tools", **told).kind is SpanKind.CHAIN
    assert read(scope=scope, name="OpenAI.achat", **told, **inner).kind is SpanKind.LLM
    assert read(scope="openinference.instrumentation.openai", **told).kind is SpanKind.LLM


def test_llamaindex_wraps_arguments_and_results():
    span = read(
        openinference__span__kind="TOOL",
        tool__name="read_file",
        input__value='{"kwargs": {"path": "cart.py"}}',
        output__value='{"blocks": [{"text": "x = 1"}], "tool_name": "read_file"}',
    )
    assert (span.input, span.output) == ('{"path":"cart.py"}', "x = 1")


def test_ids_that_googles_instrumentation_makes_up_are_replaced_by_ones_that_meet():
    calls = [{"type": "tool_call", "id": f"read_{n}", "name": "read", "arguments": {"p": n}} for n in (0, 1)]
    answer = {"role": "assistant", "parts": calls}
    results = [
        {"type": "tool_call_response", "id": "read_1", "response": {"error": "no such file"}},
        {"type": "tool_call_response", "id": "read_2", "response": {"result": "b"}},
    ]
    scope, told = (
        "opentelemetry.instrumentation.google_genai",
        {"gen_ai__operation__name": "generate_content"},
    )
    first = read(
        scope=scope,
        gen_ai__input__messages=json.dumps([ASKED]),
        gen_ai__output__messages=json.dumps([answer]),
        **told,
    )
    sent = [ASKED, answer, {"role": "user", "parts": results}]
    second = read(scope=scope, gen_ai__input__messages=json.dumps(sent), **told)
    asked = [call.id for call in hear(first).asked]
    found = hear(second).results
    assert len(set(asked)) == 2
    assert [(call.id, result.failed) for call, result in found] == [(asked[0], True), (asked[1], None)]


def test_messages_without_what_they_say_are_a_loss():
    bare = json.dumps([{"role": "user", "parts": [{"type": "text"}]}])
    told = {"gen_ai__operation__name": "chat", "gen_ai__request__model": "gpt-5-mini"}
    assert read(gen_ai__input__messages=bare, **told).lost == {"contents": 1}
    assert read(gen_ai__input__messages=json.dumps([ASKED]), **told).lost == {}


def test_semantic_kernel_writes_messages_as_json_text():
    def log(name, at, body):
        source = Source(scope="semantic_kernel.utils.telemetry")
        return RawLog(source=source, trace_id="a" * 32, span_id="b" * 16, name=name, at=at, body=body)

    (span,) = read_logs(
        [
            log("gen_ai.user.message", 1, '{"role": "user", "content": "Fix the cart."}'),
            log("gen_ai.choice", 2, '{"message": {"role": "assistant", "content": "Done."}, "index": 0}'),
        ]
    )
    assert span.messages == [{"role": "user", "content": "Fix the cart."}]
    assert span.answer == [{"type": "text", "text": "Done."}]


def test_braintrust_keeps_json_in_each_attribute():
    said = [{"message": {"role": "assistant", "content": "Done."}, "finish_reason": "stop"}]
    counts = {"prompt_tokens": 30, "prompt_cached_tokens": 20, "completion_tokens": 5, "tokens": 35}
    call = read(
        braintrust__span_attributes='{"type": "llm"}',
        braintrust__input_json='[{"role": "user", "content": "Fix it."}]',
        braintrust__output_json=json.dumps(said),
        braintrust__metadata='{"model": "gpt-5-mini", "session_id": "s-1"}',
        braintrust__metrics=json.dumps(counts),
    )
    assert (call.source, call.kind, call.model) == ("otel:braintrust", SpanKind.LLM, "gpt-5-mini")
    assert (call.session, call.answer) == ("s-1", [{"type": "text", "text": "Done."}])
    assert call.tokens == Tokens(input=10, cache_read=20, output=5)
    tool = read(
        name="read_file",
        braintrust__span_attributes='{"type": "tool"}',
        braintrust__input_json='{"path": "a.py"}',
        braintrust__output_json='"x = 1"',
    )
    assert (tool.kind, tool.tool, tool.input, tool.output) == (
        SpanKind.TOOL,
        "read_file",
        '{"path":"a.py"}',
        "x = 1",
    )
    assert read(braintrust__parent="project_name:shop").kind is SpanKind.NONE


def test_graph_of_langchain_that_bears_an_agents_name_is_an_agent():
    told = {"openinference__span__kind": "CHAIN", "metadata": '{"lc_agent_name": "inner"}'}
    agent, node = read(name="inner", **told), read(name="tools", **told)
    assert (agent.kind, agent.agent) == (SpanKind.AGENT, "inner")
    assert (node.kind, node.agent, node.agent_hint) == (SpanKind.CHAIN, None, "inner")

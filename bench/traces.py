"""OTLP of coding agents: bodies of protobuf as exporters send them, and what must be stored of them.

A run is an agent's root span with turns below it: a model span and one or two tool spans. Every model span
sends the conversation so far again. Half of the runs flatten it as OpenInference does, half send JSON as
GenAI does; both carry the other's counters and names, as instrumentations that speak two dialects do.
"""

import json
import random
from collections.abc import Iterator
from typing import Any

from msgspec import Struct, field
from opentelemetry.proto.trace.v1.trace_pb2 import Span, TracesData

START = 1_767_225_600 * 10**9
SECOND = 10**9
TURNS = 10
#: Characters of a task, of the words that a turn adds to the conversation, and of what tools get and give.
TASK, SAID, ARGUMENTS, RESULT, ANSWER = 800, 100, 300, 2_000, 1_000
WORDS = ["the", "test", "fails", "because", "session", "expiry", "is", "read", "twice", "cache", "import"]


class Load(Struct, kw_only=True):
    """The bodies of one connection, and what must be found of them."""

    bodies: list[bytes] = field(default_factory=list)
    spans: int = 0
    steps: int = 0  #: prompts and last words besides the spans


class Words:
    """Endless text: parts of one long text, so that making it takes no time and none is like another."""

    def __init__(self, seed: str) -> None:
        self.rng = random.Random(seed)
        made = [f"{self.rng.choice(WORDS)}{self.rng.choice(['', '', n])}" for n in range(60_000)]
        self.text = " ".join(made)

    def take(self, size: int) -> str:
        """Cut some text."""
        at = self.rng.randrange(len(self.text) - size)
        return self.text[at : at + size]


def load_of(name: str, *, spans: int, batch: int, turns: int = TURNS, window: int = TURNS) -> Load:
    """Make the spans of runs one after the other, in the order in which they end."""
    load, waiting, words = Load(), list[Span](), Words(name)
    number = 0
    while load.spans < spans:
        made = list(spans_of_run(f"{name}-{number}", turns=turns, window=window, words=words))
        waiting += made
        load.spans += len(made)
        load.steps += len(made) + 1  # the root is no step, but its task and its last words are
        number += 1
        while len(waiting) >= batch:
            load.bodies.append(body_of(waiting[:batch]))
            del waiting[:batch]
    if waiting:
        load.bodies.append(body_of(waiting))
    return load


def spans_of_run(run: str, *, turns: int, window: int, words: Words) -> Iterator[Span]:
    """Make one run; after `window` turns the conversation is cut to its beginning, as compaction does."""
    rng = random.Random(run)
    trace, root, at = rng.randbytes(16), rng.randbytes(8), START
    task = {"role": "user", "content": words.take(TASK)}
    conversation = [{"role": "system", "content": "You are a careful engineer."}, task]
    flat = rng.random() < 0.5
    for turn in range(turns):
        if turn and turn % window == 0:
            conversation = [*conversation[:2], {"role": "user", "content": words.take(SAID)}]
        last = turn == turns - 1
        calls = [] if last else [f"call_{rng.randbytes(9).hex()}" for _ in range(rng.choice((1, 2)))]
        answer = answer_of(words, calls)
        span = span_of(trace, rng.randbytes(8), root, "chat claude-sonnet-4-5", at, at + 2 * SECOND)
        add(span, model_attributes(run, conversation, answer, flat=flat, turn=turn))
        yield span
        conversation.append({**answer, "content": answer["content"][:SAID]})
        for call in answer.get("tool_calls", []):
            at += 3 * SECOND
            result = words.take(RESULT)
            span = span_of(trace, rng.randbytes(8), root, "execute_tool Bash", at, at + SECOND)
            add(span, tool_attributes(run, call, result))
            yield span
            conversation.append({"role": "tool", "tool_call_id": call["id"], "content": result[:SAID]})
        at += 3 * SECOND
    span = span_of(trace, root, b"", "invoke_agent coder", START, at)
    add(span, root_attributes(run, task["content"], answer["content"]))
    yield span


def span_of(trace: bytes, span: bytes, parent: bytes, name: str, start: int, end: int) -> Span:
    return Span(
        trace_id=trace, span_id=span, parent_span_id=parent, name=name, kind=3,
        start_time_unix_nano=start, end_time_unix_nano=end,
    )  # fmt: skip


def answer_of(words: Words, calls: list[str]) -> dict[str, Any]:
    """Make what the model answered."""
    answer: dict[str, Any] = {"role": "assistant", "content": words.take(ANSWER)}
    if calls:
        answer["tool_calls"] = [
            {"id": call, "type": "function", "function": {"name": "Bash", "arguments": arguments_of(words)}}
            for call in calls
        ]
    return answer


def arguments_of(words: Words) -> str:
    return json.dumps({"command": f"pytest -q {words.take(60)}", "description": words.take(ARGUMENTS - 100)})


def model_attributes(
    run: str, conversation: list[dict[str, Any]], answer: dict[str, Any], *, flat: bool, turn: int
) -> dict[str, Any]:
    """Write a model call in two dialects at once."""
    told: dict[str, Any] = {
        "openinference.span.kind": "LLM",
        "session.id": f"session-{run}",
        "llm.model_name": "claude-sonnet-4-5",
        "llm.provider": "anthropic",
        "llm.invocation_parameters": '{"temperature": 0.2, "max_tokens": 8192}',
        "llm.token_count.prompt": 9_000 + turn,
        "llm.token_count.completion": 210,
        "llm.token_count.prompt_details.cache_read": 8_000,
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "anthropic",
        "gen_ai.request.model": "claude-sonnet-4-5",
        "gen_ai.response.model": "claude-sonnet-4-5",
        "gen_ai.response.id": f"msg_{run}_{turn}",
        "gen_ai.response.finish_reasons": ["tool_use" if "tool_calls" in answer else "stop"],
        "gen_ai.usage.input_tokens": 9_000 + turn,
        "gen_ai.usage.output_tokens": 210,
    }
    if not flat:
        told["gen_ai.input.messages"] = json.dumps(conversation)
        told["gen_ai.output.messages"] = json.dumps([answer])
        return told
    for number, message in enumerate(conversation):
        told |= flattened(f"llm.input_messages.{number}.message", message)
    return told | flattened("llm.output_messages.0.message", answer)


def flattened(at: str, message: dict[str, Any]) -> dict[str, Any]:
    """Write a message as OpenInference does: one attribute for each of its values."""
    told = {f"{at}.{name}": message[name] for name in ("role", "content", "tool_call_id") if name in message}
    for number, call in enumerate(message.get("tool_calls", [])):
        place = f"{at}.tool_calls.{number}.tool_call"
        told[f"{place}.id"] = call["id"]
        told[f"{place}.function.name"] = call["function"]["name"]
        told[f"{place}.function.arguments"] = call["function"]["arguments"]
    return told


def tool_attributes(run: str, call: dict[str, Any], result: str) -> dict[str, Any]:
    """Write a tool call in two dialects at once."""
    given = call["function"]["arguments"]
    return {
        "openinference.span.kind": "TOOL",
        "session.id": f"session-{run}",
        "tool.name": "Bash",
        "input.value": given,
        "input.mime_type": "application/json",
        "output.value": result,
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": "Bash",
        "gen_ai.tool.call.id": call["id"],
        "gen_ai.tool.type": "function",
    }


def root_attributes(run: str, task: str, answer: str) -> dict[str, Any]:
    """Write the agent's own span."""
    return {
        "openinference.span.kind": "AGENT",
        "session.id": f"session-{run}",
        "agent.name": "coder",
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.agent.name": "coder",
        "input.value": task,
        "output.value": answer,
    }


def add(span: Span, told: dict[str, Any]) -> None:
    """Put attributes on a span."""
    for name, value in told.items():
        made = span.attributes.add(key=name).value
        if isinstance(value, list):
            for item in value:
                made.array_value.values.add(string_value=item)
        else:
            setattr(made, "int_value" if isinstance(value, int) else "string_value", value)


def body_of(spans: list[Span]) -> bytes:
    """Write one request."""
    request = TracesData()
    group = request.resource_spans.add()
    for name, value in (("service.name", "coder"), ("telemetry.sdk.language", "python")):
        group.resource.attributes.add(key=name).value.string_value = value
    inner = group.scope_spans.add()
    inner.scope.name = "openinference.instrumentation.anthropic"
    inner.spans.extend(spans)
    body: bytes = request.SerializeToString()
    return body

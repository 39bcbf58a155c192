"""A chat of Gemini CLI and its log records tell of one session: one run without a step told twice."""

import itertools
import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest

from ingest.dialects import read_spans
from ingest.dialects.logs import read_logs
from ingest.formats.otlp import RawLog, RawSpan, Source
from ingest.pipeline import take_files, take_spans
from ingest.sources import SourceFile
from runs.models import FileChange, Run, Step
from tests.recordings import NOW

pytestmark = pytest.mark.django_db

BEGAN = datetime(2026, 11, 19, 9, 14, tzinfo=UTC)
SESSION = "0d1f7c5e-1111-4222-8333-944455556666"
PROMPT = "Fix the cart"
LS = {"dir_path": "."}
EDIT = {"file_path": "/srv/shop/a.py", "old_string": "a", "new_string": "b"}


def at(seconds):
    return (BEGAN + timedelta(seconds=seconds)).isoformat()


def called(n, seconds, name, args, **more):
    response = {"functionResponse": {"id": f"{name}-{n}", "response": {"output": "ok"}}}
    told = {"id": f"{name}-{n}", "name": name, "args": args, "status": "success", "timestamp": at(seconds)}
    return {**told, "result": [response], **more}


def says(n, seconds, tokens, *calls, text=""):
    names = ("input", "output", "cached", "thoughts", "tool", "total")
    usage = dict(zip(names, (*tokens, 0, sum(tokens[:2]) + tokens[3]), strict=True))
    message = {
        "id": f"g{n}",
        "timestamp": at(seconds),
        "type": "gemini",
        "content": text,
        "model": "gemini-3",
    }
    return {**message, "tokens": usage, "toolCalls": list(calls)}


SHOWN = {"filePath": "/srv/shop/a.py", "originalContent": "a\n", "newContent": "b\n"}
CHAT = [
    {"sessionId": SESSION, "projectHash": sha256(b"/srv/shop").hexdigest(), "startTime": at(0)},
    {"id": "u1", "timestamp": at(1), "type": "user", "content": [{"text": PROMPT}]},
    says(1, 3, (100, 10, 0, 5), called(1, 3.5, "list_directory", LS)),
    says(2, 6, (130, 10, 90, 0), called(2, 6.5, "list_directory", LS)),
    says(3, 9, (160, 20, 120, 0), called(3, 9.5, "replace", EDIT, resultDisplay=SHOWN)),
    says(4, 12, (200, 30, 150, 0), text="Done."),
]
FILE = "\n".join(map(json.dumps, CHAT)).encode()


def log(name, seconds, **attributes):
    told = {"session.id": SESSION, "prompt_id": f"{SESSION}########0", **attributes}
    source = Source(resource={"service.name": "gemini-cli"})
    moment = round((BEGAN + timedelta(seconds=seconds)).timestamp() * 1e9)
    # Every record of a prompt names the span that was open then.
    return RawLog(source=source, name=name, at=moment, attributes=told, trace_id="02" * 16, span_id="02" * 8)


def answered(seconds, tokens, *calls, text="", duration=1_900):
    names = ("input", "output", "cached_content", "thoughts", "tool", "total")
    counted = dict(zip(names, (*tokens, 0, sum(tokens[:2]) + tokens[3]), strict=True))
    parts = [{"type": "text", "content": text}] if text else []
    parts += [{"type": "tool_call", "name": name, "arguments": args} for name, args in calls]
    output = [{"role": "model", "parts": parts, "finish_reason": "stop"}]
    given = [{"role": "user", "parts": [{"type": "text", "content": f"<session_context>\n{PROMPT}"}]}]
    messages = {"gen_ai.output.messages": json.dumps(output), "gen_ai.input.messages": json.dumps(given)}
    usage = {"gen_ai.usage.input_tokens": tokens[0], "gen_ai.usage.output_tokens": tokens[1]}
    return [
        log("gemini_cli.api_response", seconds, model="gemini-3", duration_ms=duration,
            **{f"{name}_token_count": count for name, count in counted.items()}),
        log("gen_ai.client.inference.operation.details", seconds, **messages, **usage),
    ]  # fmt: skip


def ran(seconds, name, args):
    told = {"function_name": name, "function_args": json.dumps(args), "duration_ms": 400, "success": True}
    return log("gemini_cli.tool_call", seconds, **told)


LOGS = [
    [log("gemini_cli.user_prompt", 1.01, prompt=PROMPT)],
    [*answered(2.99, (100, 10, 0, 5), ("list_directory", LS)), ran(3.5, "list_directory", LS)],
    [*answered(6.01, (130, 10, 90, 0), ("list_directory", LS)), ran(6.5, "list_directory", LS)],
    [*answered(9, (160, 20, 120, 0), ("replace", EDIT)), ran(9.51, "replace", EDIT)],
    answered(12.01, (200, 30, 150, 0), text="Done."),
]


def take_chat(project):
    take_files(project, [SourceFile("chat.jsonl", FILE)], now=NOW)


def take_records(project):
    for batch in LOGS:
        take_spans(project, read_logs(batch), damaged=[], now=NOW)


def span(n, operation, seconds, until, **attributes):
    """A span of its own trace, as nearly all are."""
    nano = [round((BEGAN + timedelta(seconds=at)).timestamp() * 1e9) for at in (seconds, until)]
    told = {"gen_ai.operation.name": operation, "gen_ai.agent.name": "gemini-cli"}
    told |= {"gen_ai.conversation.id": SESSION, **attributes}
    return RawSpan(
        source=Source(resource={"service.name": "gemini-cli"}, scope="gemini-cli"),
        trace_id=f"{n:02}" * 16,
        span_id=f"{n:02}" * 8,
        name=operation,
        start=nano[0],
        end=nano[1],
        status=1,
        attributes=told,
    )


ASKED = {
    "gen_ai.request.model": "gemini-3",
    "gen_ai.usage.input_tokens": 100,
    "gen_ai.usage.output_tokens": 10,
}
SPANS = [
    span(1, "user_prompt", 1, 12.1),
    span(2, "llm_call", 1.1, 3, **ASKED),
    span(3, "schedule_tool_calls", 3, 3.5),
    span(4, "tool_call", 3, 3.5, **{"gen_ai.tool.name": "list_directory"}),
]


def take_traces(project):
    take_spans(project, read_spans(SPANS), damaged=[], now=NOW)


CHANNELS = [take_chat, take_records, take_traces]


def test_spans_alone_are_no_run(project):
    take_traces(project)
    assert not Run.objects.exists()


@pytest.mark.parametrize(
    "order",
    [*itertools.permutations(CHANNELS), (take_records,), (take_chat, take_records, take_traces) * 2],
)
def test_any_order_of_channels_is_one_run(order, project):
    for take in order:
        take(project)
    run = Run.objects.get()
    assert (run.external_id, run.agent, run.task) == (SESSION, "gemini-cli", PROMPT)
    counts = (run.prompts, run.llm_calls, run.tool_calls, run.failures)
    assert counts == (1, 4, 3, 0)
    assert (run.input_tokens, run.cache_read_tokens, run.output_tokens) == (230, 360, 75)
    [change] = FileChange.objects.all()
    sources = [tuple(sorted(step)) for step in Step.objects.values_list("sources", flat=True)]
    if take_chat in order:
        assert (change.path, change.basis, len(change.sources)) == ("a.py", "content", 2)
        assert set(sources) == {("gemini-cli:chat", "otel:gemini-cli-logs")}
    assert len(sources) == 8
    assert run.status == ("done" if take_chat in order else "running")


def test_equal_calls_are_tied_to_the_nearest_in_time(project):
    take_chat(project)
    take_records(project)
    calls = Step.objects.filter(tool="list_directory").order_by("started_at")
    assert [(step.key, sorted(step.sources)) for step in calls] == [
        ("list_directory-1", ["gemini-cli:chat", "otel:gemini-cli-logs"]),
        ("list_directory-2", ["gemini-cli:chat", "otel:gemini-cli-logs"]),
    ]

"""What the messages of a model call tell beside it: prompts, calls asked for, results that came back."""

from typing import Any

import msgspec
from msgspec import Struct, field

from ingest.spans.messages import Call, Result, Said, read_message, role_in
from ingest.spans.pairing import mark_of
from ingest.spans.span import Span, SpanKind
from runs.records import digest_of

#: A loop of one's own tells a failed tool to the model in words; these begin such results.
ERROR_WORDS = ("ERROR:", "Error:", "error:", "Traceback (most recent call last)")
#: Programs that tell of a human's prompts by records of their own; their messages hold more than that.
PROMPTED = ("gemini-cli", "qwen-code")
#: Calls that give the work to another agent; their hand-off is a step of its own.
HANDOFF_TOOLS = ("transfer_to_", "handoff_to_")
#: Why a model stopped that asks for a tool, in each spelling.
FOR_TOOLS = frozenset({"tool_call", "tool_calls", "tool-calls", "tool_use", "function_call"})


class Heard(Struct):
    """What the messages of one model call tell."""

    asked: list[Call] = field(default_factory=list)  #: by this answer
    results: list[tuple[Call, Result]] = field(default_factory=list)  #: since the answer before it
    prompts: list[tuple[str, str]] = field(default_factory=list)  #: (key, text)
    after: str = ""  #: the answer that a human prompt followed
    mark: bytes | None = None  #: of what was sent: an attempt made again has the same; what a tool was given

    def calls(self) -> list[Call]:
        """List every call, those with results first."""
        return [call for call, _ in self.results] + self.asked


def hear(span: Span) -> Heard:
    """Read what a span tells beside itself."""
    if span.kind is SpanKind.LLM:
        return hear_messages(span)
    if span.kind in (SpanKind.TOOL, SpanKind.RETRIEVER):
        return Heard(mark=mark_of(span.tool or "", span.input))
    return Heard()


def hear_messages(span: Span) -> Heard:
    """Read what is new in the messages of a model call."""
    heard = Heard(asked=[call for call in calls_in(span.answer) if is_told(call)])
    messages = span.messages or []
    begin = after_last_answer(messages)
    new = [read_message(message) for message in messages[begin:]]
    before = calls_before(messages, begin)
    in_order = iter(before.values())
    for result in (result for said in new for result in said.results):
        call = before.get(result.id) if result.id else next(in_order, None)
        if call is not None and is_told(call):
            heard.results.append((call, result))
    if span.agent_hint not in PROMPTED:
        heard.prompts = prompts_in(messages, new, begin)
    if heard.prompts and not before and begin:
        heard.after = read_message(messages[begin - 1]).text.strip()
    if messages and not span.is_part:
        heard.mark = mark_of_request(span, messages)
    return heard


def mark_of_request(span: Span, messages: list[Any]) -> bytes:
    """Digest what was sent to a model: from where, how many messages, and the last of them."""
    last = msgspec.json.encode(messages[-1])
    return digest_of(f"{span.parent_id}\0{len(messages)}\0".encode() + last)


def is_told(call: Call) -> bool:
    """Say whether a call can be a step: it has an id, and hands nothing over."""
    return bool(call.id) and not call.name.startswith(HANDOFF_TOOLS)


def calls_in(answer: list[dict[str, Any]] | None) -> list[Call]:
    """List the calls in an answer's blocks."""
    blocks = [block for block in answer or [] if block.get("type") == "tool_use"]
    return [Call(block["id"], block["name"], bytes(block["input"]).decode()) for block in blocks]


def after_last_answer(messages: list[Any]) -> int:
    """Find where the messages begin that came after the model's last answer."""
    for place in range(len(messages) - 1, -1, -1):
        if speaks_model(messages[place]):
            return place + 1
    return 0


def speaks_model(message: object) -> bool:
    """Say whether a message is the model's, without reading all of it."""
    if isinstance(message, dict) and message.get("role") in ("user", "tool", "system", "developer"):
        return False
    return role_in(message) == "assistant"


def calls_before(messages: list[Any], end: int) -> dict[str, Call]:
    """List the calls of the model's last answer, which may be several messages, by id."""
    found: dict[str, Call] = {}
    for place in range(end - 1, -1, -1):
        if not speaks_model(messages[place]):
            break
        said = read_message(messages[place])
        found |= {call.id: call for call in said.calls if call.id}
    return found


def prompts_in(messages: list[Any], new: list[Said], begin: int) -> list[tuple[str, str]]:
    """List what humans said since the model's last answer: (key, text)."""
    found = []
    for said in new:
        text = said.text.strip()
        if said.role == "user" and text and not said.results:
            n = sum(is_same_prompt(message, text) for message in messages[:begin])
            key = digest_of(f"{n}\0{text}".encode("utf-8", "replace")).hex()[:24]
            found.append((f"prompt:{key}", text))
    return found


def is_same_prompt(message: object, text: str) -> bool:
    """Say whether an earlier message is the same prompt: people say "continue" more than once."""
    if isinstance(message, dict) and message.get("role", "user") != "user":
        return False
    said = read_message(message)
    return said.role == "user" and said.text.strip() == text


def failed_of(result: Result) -> bool:
    """Say whether a result is an error: by its own word, else by how it begins."""
    return result.failed if result.failed is not None else result.text.startswith(ERROR_WORDS)


def words_of(span: Span) -> str:
    """Take the last words of an answer; one that asks for a tool has none, though some leave the call out."""
    blocks = span.answer or []
    if span.stop_reason in FOR_TOOLS or any(block["type"] == "tool_use" for block in blocks):
        return ""
    return "\n".join(block["text"] for block in blocks if block["type"] == "text").strip()

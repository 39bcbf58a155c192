"""What the model answered."""

from datetime import datetime
from typing import Any

from ingest import wild
from ingest.formats.copilot.session import Event, Session
from ingest.formats.copilot.tools import Reader, given_by, open_call, tool_of
from ingest.formats.copilot.usage import take_usage
from ingest.formats.events.usage import MOST
from ingest.trajectories.recording import Answer
from runs.records import Tokens


def turn_start(session: Session, event: Event) -> None:
    """The program asks the model."""
    lane = session.lanes[session.lane_of(event)]
    lane.asked_at = event.at or lane.asked_at
    session.is_told = False


def reasoning(session: Session, event: Event) -> None:
    """Thinking that is told by itself belongs to the answer that follows."""
    session.lanes[session.lane_of(event)].thought = wild.text(event.data.get("content")) or ""


def message(session: Session, event: Event) -> None:
    """One answer of the model; one API call may be told in several messages."""
    lane, data = session.lane_of(event), event.data
    here = session.lanes[lane]
    requests = wild.objects(data.get("toolRequests"))
    blocks = blocks_of(data, requests, here.thought)
    here.thought = ""
    session.model = wild.text(data.get("model")) or session.model
    api_call = wild.identity(data.get("apiCallId"))
    if here.answer is not None and api_call and here.answer.call_id == api_call:
        grow(here.answer, event, blocks, bool(requests))
        session.recording.answer_again(here.place, here.answer)
    else:
        answer = answer_of(session, event, blocks, asked_at=here.asked_at)
        answer.agent, answer.parent = lane, here.parent
        answer.stop_reason = "tool_calls" if requests else "stop"
        session.answer(lane, answer)
    tell(session, lane, data, requests, event.at)


def answer_of(
    session: Session, event: Event, blocks: list[dict[str, Any]], *, asked_at: datetime | None
) -> Answer:
    """Write an answer; the program tells only what it put out, see `usage`."""
    data, at = event.data, event.at
    output = wild.integer(data.get("outputTokens"), MOST)
    phase = wild.text(data.get("phase"))
    return Answer(
        key=session.key(f"llm:{wild.identity(data.get('messageId')) or event.key}"),
        blocks=blocks,
        message={"role": "assistant", "content": blocks},
        model=session.model,
        tokens=Tokens(output=output) if output is not None else None,
        usage={"outputTokens": output} if output is not None else None,
        lower_bound=output is not None,
        call_id=wild.identity(data.get("apiCallId")),
        started_at=asked_at if asked_at and (at is None or asked_at <= at) else at,
        ended_at=at,
        record={"type": event.type, "data": without_content(data)},
        detail={"phase": phase} if phase else {},
    )


def grow(answer: Answer, event: Event, blocks: list[dict[str, Any]], asks: bool) -> None:
    """Add a further message to the answer that it is a part of."""
    output = wild.integer(event.data.get("outputTokens"), MOST)
    answer.blocks = answer.blocks + blocks
    answer.message = {"role": "assistant", "content": blocks}
    answer.ended_at = event.at or answer.ended_at
    answer.stop_reason = "tool_calls" if asks else answer.stop_reason
    if output is not None:
        most = max(output, answer.tokens.output if answer.tokens else 0)
        answer.tokens, answer.usage, answer.lower_bound = Tokens(output=most), {"outputTokens": most}, True


def tell(
    session: Session, lane: str, data: dict[str, Any], requests: list[dict[str, Any]], at: datetime | None
) -> None:
    """Open the calls that an answer asks for, and remember what the main agent said."""
    for number, request in enumerate(requests):
        open_call(session, lane, request, at, place=number)
    if not lane:
        session.said = wild.text(data.get("content")) or session.said
        session.is_told, session.trouble = not requests, None
        session.ending = None


def blocks_of(data: dict[str, Any], requests: list[dict[str, Any]], thought: str) -> list[dict[str, Any]]:
    """Write an answer as blocks: thinking, text, calls."""
    thinking = wild.text(data.get("reasoningText")) or thought
    blocks: list[dict[str, Any]] = [{"type": "thinking", "thinking": thinking}] if thinking else []
    if not thinking and data.get("reasoningOpaque"):
        blocks.append({"type": "redacted_thinking"})
    text = wild.text(data.get("content")) or ""
    blocks += [{"type": "text", "text": text}] if text.strip() else []
    for request in requests:
        blocks.append(
            {
                "type": "tool_use",
                "id": wild.identity(request.get("toolCallId")) or "",
                "name": tool_of(request),
                "input": given_by(request),
            }
        )
    return blocks


def without_content(data: dict[str, Any]) -> dict[str, Any]:
    left_out = ("content", "toolRequests", "reasoningText", "reasoningOpaque", "encryptedContent")
    return {name: value for name, value in data.items() if name not in left_out}


def usage(session: Session, event: Event) -> None:
    take_usage(session, session.lane_of(event), event.data)


CALLS: dict[str, Reader] = {
    "assistant.turn_start": turn_start,
    "assistant.reasoning": reasoning,
    "assistant.message": message,
    "assistant.usage": usage,
}

"""What LangChain and the wrappers give a model and get from it, alike in LangSmith's API and in its spans."""

from typing import Any

from ingest import wild
from ingest.dialects.values import word
from ingest.spans.messages import answer_blocks


def messages_in(given: dict[str, Any]) -> list[Any] | None:
    """Find what the model was sent; LangChain sends a list of conversations."""
    found = given.get("messages") or given.get("input") or given.get("prompts") or given.get("prompt")
    if isinstance(found, list) and len(found) == 1 and isinstance(found[0], list):
        found = found[0]
    if isinstance(found, str):
        found = [found]
    if not isinstance(found, list) or not found:
        return None
    return [{"role": "user", "content": one} if isinstance(one, str) else one for one in found]


def generations(came: dict[str, Any]) -> list[dict[str, Any]]:
    """List LangChain's generations: a list of lists, of which the first is the only one."""
    found = wild.items(came.get("generations"))
    if found and isinstance(found[0], list):
        found = found[0]
    return wild.objects(found)


def last_generation(came: dict[str, Any]) -> tuple[dict[str, Any], str | None]:
    """Find the message that a model answered, and why it stopped."""
    for one in [*generations(came), *wild.objects(came.get("choices"))]:
        message = wild.mapping(one.get("message"))
        inner = wild.mapping(message.get("kwargs")) if message.get("lc") else message
        return inner, word(one, "finish_reason") or word(
            wild.mapping(one.get("generation_info")), "finish_reason"
        )
    return came, word(came, "stop_reason", "finish_reason")


def answer_in(came: dict[str, Any]) -> list[dict[str, Any]] | None:
    """Read the answer: a completion, items of the Responses API, LangChain's generations, a message."""
    made = generations(came)
    if made:
        return answer_blocks([one.get("message") or {"role": "assistant", **one} for one in made]) or None
    found = came.get("choices") or came.get("output") or came.get("messages") or came.get("content")
    if found is None:
        return None
    if found is came.get("content") or isinstance(found, str):
        found = [{**came, "role": "assistant", "content": found}]
    return answer_blocks(found if isinstance(found, list) else [found]) or None

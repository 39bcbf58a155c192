"""Names by which chats and log records of one session know the same step (`runs.names`): no id is in both."""

from ingest.formats.claude_code.naming import name_of_text
from ingest.spans.pairing import mark_of


def names_of_prompt(own: str, text: str) -> tuple[str, ...]:
    """Name a prompt by a channel's own id, and by what was said."""
    return (own, name_of_text("said", text))


def names_of_answer(own: str, entered: int, output: int) -> tuple[str, ...]:
    """Name a model call by what it was counted: the history grows, so two calls are seldom the same."""
    return (own, f"~counted:{entered}:{output}") if entered or output else (own,)


def names_of_words(asked: str, text: str) -> tuple[str, ...]:
    """Name a model call by the first call that it asks for, else by what it says: for printed events."""
    if asked:
        return (f"asks:{asked}",)
    return (name_of_text("answered", text),) if text.strip() else ()


def names_of_call(own: str, tool: str, given: str) -> tuple[str, ...]:
    """Name a tool call by what it was given; of several that are equal the nearest in time is meant."""
    return (own, f"~called:{mark_of(tool, given).hex()}")

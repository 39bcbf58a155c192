"""Message lists that come again are chained once, and as if each had come alone."""

from typing import Any

from ingest.spans.contexts import Contexts

TASK = {"role": "user", "content": "Fix it."}
ANSWER = {"role": "assistant", "content": "Done."}
AGAIN = {"role": "user", "content": "Once more."}


def sent(contexts: Contexts, messages: list[Any]) -> tuple[int, list[bytes]]:
    """Chain messages: (the id of the head, the bytes of every message)."""
    head = contexts.of(messages)
    assert head is not None
    return id(head), [node.message.data for node in head.nodes()][::-1]


def test_a_list_goes_on_from_the_one_before_it() -> None:
    contexts = Contexts()
    first = contexts.of([TASK])
    second = contexts.of([TASK, ANSWER, AGAIN])
    assert second is not None
    assert second.parent is not None
    assert second.parent.parent is first
    assert second.digest == Contexts().of([TASK, ANSWER, AGAIN]).digest  # type: ignore[union-attr]


def test_the_same_last_message_is_not_the_same_list() -> None:
    contexts = Contexts()
    texts = [b'{"role":"user","content":"Fix it."}', b'{"role":"assistant","content":"Done."}']
    assert sent(contexts, [TASK, ANSWER])[1] == texts
    assert sent(contexts, [ANSWER])[1] == texts[1:]
    assert sent(contexts, [AGAIN, ANSWER])[1] == [b'{"role":"user","content":"Once more."}', texts[1]]
    assert sent(contexts, [TASK, ANSWER])[1] == texts


def test_the_same_list_has_the_same_head() -> None:
    contexts = Contexts()
    head = sent(contexts, [TASK, ANSWER])[0]
    assert sent(contexts, [TASK, ANSWER])[0] == head
    assert sent(contexts, [dict(TASK), dict(ANSWER)])[0] == head

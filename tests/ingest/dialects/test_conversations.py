"""Conversations that grow: read in part, and the same as read whole."""

import json

import pytest

from ingest.dialects.conversations import messages_in
from ingest.dialects.openinference.messages import messages_at
from ingest.formats.otlp import RawSpan, Source

ASKED = {"role": "user", "content": "Fix the “tests”, please: [1, 2}]"}
ANSWERED = {"role": "assistant", "content": "Done.", "tool_calls": [{"id": "c1"}]}
AGAIN = {"role": "user", "content": "More."}
COMPACT, LOOSE = (",", ":"), (", ", ": ")


def span_in(source: Source, **attributes: object) -> RawSpan:
    return RawSpan(source=source, trace_id="a" * 32, span_id="b" * 16, attributes=attributes)


@pytest.mark.parametrize("separators", [COMPACT, LOOSE])
def test_turn_that_goes_on_shares_the_messages_before(separators):
    raw = span_in(Source())
    turns = [[ASKED], [ASKED, ANSWERED], [ASKED, ANSWERED, AGAIN]]
    first, second, third = (messages_in(raw, json.dumps(turn, separators=separators)) for turn in turns)
    assert [first, second, third] == turns
    assert third[0] is first[0]
    assert third[1] is second[1]


def test_two_conversations_of_a_trace_grow_side_by_side():
    raw = span_in(Source())
    main, other = [[ASKED], [ASKED, ANSWERED]], [[AGAIN], [AGAIN, ANSWERED]]
    found = [messages_in(raw, json.dumps(turn)) for pair in zip(main, other, strict=True) for turn in pair]
    assert found == [[ASKED], [AGAIN], [ASKED, ANSWERED], [AGAIN, ANSWERED]]
    assert (found[2][0] is found[0][0], found[3][0] is found[1][0]) == (True, True)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('[{"role": "user"}]', [{"role": "user"}]),
        ('[{"role": "user"} , {"a": 1}]', [{"role": "user"}, {"a": 1}]),
        ('[{"role": "user"},{"a": 1}, 2]', [{"role": "user"}, {"a": 1}, 2]),
        ('[{"role": "user"}, {"a": }]', None),
        ('[{"role": "user"},]', None),
        ('[{"role": "user"}{"a": 1}]', None),
        ('[{"role": "user"}], [{"a": 1}]', None),
        ("[]", None),
        ([ASKED], [ASKED]),
        (None, None),
    ],
)
def test_text_after_another_turn_is_read_as_it_would_be_alone(text, found):
    raw = span_in(Source())
    assert messages_in(raw, '[{"role": "user"}]') == [{"role": "user"}]
    assert messages_in(raw, text) == found


def test_flattened_message_that_comes_again_is_the_same_object():
    source, at = Source(), "llm.input_messages."
    told = {
        f"{at}1.message.role": "user",
        f"{at}0.message.role": "system",
        f"{at}0.message.content": "Be kind.",
    }
    first = messages_at(span_in(source, **told), "llm.input_messages")
    second = messages_at(span_in(source, **told, **{f"{at}1.message.content": "Hi."}), "llm.input_messages")
    assert first == [{"role": "system", "content": "Be kind."}, {"role": "user"}]
    assert second == [first[0], {"role": "user", "content": "Hi."}]
    assert second[0] is first[0]


def test_flattened_values_that_are_equal_but_not_alike_stay_apart():
    source, name = Source(), "llm.input_messages.0.message.contents.0.message_content.score"
    found = [messages_at(span_in(source, **{name: value}), "llm.input_messages") for value in (1, True, 1.0)]
    assert [repr(message[0]["content"][0]["score"]) for message in found] == ["1", "True", "1.0"]

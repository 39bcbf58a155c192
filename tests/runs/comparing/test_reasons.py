"""Why two runs part, in words."""

import json

import pytest

from runs.comparing.beside import Differs
from runs.comparing.contexts import Contexts, first_difference, is_system, sign_of
from runs.comparing.reasons import Call, Holds, Parting, Side, account_of, lines_apart
from runs.comparing.steady import steady


def parting(differs=Differs.ANSWER, **fields):
    call = Call(model="opus", params={"temperature": 0})
    given = {
        "left": Side(step=4, act="read a.py", call=call),
        "right": Side(step=5, act="ran npm test", call=call),
        "prompt": Holds.SAME,
        **fields,
    }
    return Parting(differs=differs, **given)


def sentence(**fields):
    return account_of(parting(**fields)).sentence


def points(**fields):
    return {point.name: (point.holds, point.words) for point in account_of(parting(**fields)).points}


LEAD = "They part at step 4 of A and 5 of B: A read a.py, B ran npm test. "
ALIKE = Contexts(left=3, right=3)


@pytest.mark.parametrize(
    ("told", "cause"),
    [
        ({}, "What the model saw is not recorded, so chance and cause cannot be told apart."),
        ({"contexts": ALIKE}, "The model saw the same and answered otherwise."),
        (
            {"contexts": Contexts(left=3, right=3, first=2, what="a tool’s result")},
            "By then the model had seen something else, from message 3 on: a tool’s result.",
        ),
        ({"contexts": Contexts(left=3, right=3, system=False)}, "Their system prompts differ."),
        ({"prompt": Holds.OTHER}, "They had been asked otherwise."),
        (
            {"contexts": ALIKE, "right": Side(step=5, act="ran npm test", call=Call(model="haiku"))},
            "Another model answered.",
        ),
    ],
)
def test_sentence_names_the_nearest_cause_that_is_known(told, cause):
    assert sentence(**told) == LEAD + cause


def test_sentence_of_a_call_that_ended_otherwise():
    same = Side(step=8, act="ran npm test")
    assert account_of(parting(Differs.STATUS, left=same, right=same)).sentence == (
        "They part at step 8 of A and 8 of B: both ran npm test, and it ended otherwise. "
        "What the model had asked for was the same: the difference lies outside of it."
    )


def test_sentence_of_a_run_that_ended_before():
    assert sentence(right=Side()).startswith("B has nothing like step 4 of A any more: A read a.py.")


def test_points_say_what_is_not_known():
    assert points(left=Side(step=4), right=Side(step=4), prompt=Holds.UNKNOWN) == {
        "Task": ("unknown", "at least one run has no recorded prompt"),
        "System prompt": ("unknown", "not recorded"),
        "Context": ("unknown", "not recorded"),
        "Model": ("unknown", "not recorded"),
        "Answer": ("other", "the first that asks for something else"),
    }


def test_points_of_what_is_known():
    told = points(
        right=Side(step=5, call=Call(model="opus", params={"temperature": 1, "top_p": 0.5})),
        contexts=Contexts(left=9, right=8, first=6, what="a tool’s result", system=True),
        reworded=True,
    )
    assert told == {
        "Task": ("same", "the same prompt"),
        "System prompt": ("same", "the same"),
        "Context": ("other", "differs from message 7 on: a tool’s result; A had 9 messages, B 8"),
        "Model": ("same", "opus"),
        "Parameters": ("other", "temperature: A 0, B 1; top_p: A not told, B 0.5"),
        "Answer": ("other", "the first that asks for something else; before it only the words differed"),
    }


def test_first_difference_does_not_mind_ids_and_folders():
    def result(call, text):
        block = {"type": "tool_result", "tool_use_id": call, "content": text}
        return json.dumps({"role": "user", "content": [block]}).encode()

    mine = [result("toolu_1", "/w/a.py: 3 passed in 0.4s"), result("toolu_2", "3 failed")]
    theirs = [result("toolu_8", "/x/a.py: 3 passed in 1.2s"), result("toolu_9", "4 failed")]
    assert first_difference(mine, theirs, cwds=("/w", "/x")) == (1, "a tool’s result")
    assert first_difference(mine[:1], theirs[:1], cwds=("/w", "/x")) is None
    assert first_difference(mine[:1], mine, cwds=("/w", "/w")) == (1, "more messages on one side")


def test_messages_that_are_no_json_are_read_as_text():
    assert sign_of(b"\xff{", cwd="") == "\ufffd{"
    assert not is_system(b"[" * 100_000)


def test_steady_leaves_out_what_passes_and_keeps_what_was_counted():
    one = "2026-01-02T03:04:05Z 3 passed in 0.31s at /w/src (id 550e8400-e29b-41d4-a716-446655440000)"
    other = "2025-11-30T13:00:01Z 3 passed in 12.1 s at /x/src (id 123e4567-e89b-12d3-a456-426614174000)"
    assert steady(one, cwd="/w") == steady(other, cwd="/x") == "· 3 passed in · at ./src (id ·)"
    assert steady("3 failed") != steady("4 failed")


def test_lines_apart_are_the_first_that_differ():
    assert lines_apart("a\nb\nc", "a\nx\nc") == ("b", "x")
    assert lines_apart("a", "a\nb") == ("", "b")
    assert lines_apart("a", "a") is None

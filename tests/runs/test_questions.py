"""Questions to humans and their answers."""

import pytest

from runs.questions import Option, Question, questions_of

ASKED = {"questions": [{"question": "Which store?", "header": "Store", "multiSelect": False, "options": [
    {"label": "PostgreSQL", "description": "one engine"}, {"label": "SQLite"}]}]}  # fmt: skip


def asked(*, chosen="", answer=""):
    options = [
        Option(label="PostgreSQL", said="one engine", chosen=chosen == "PostgreSQL"),
        Option(label="SQLite", chosen=chosen == "SQLite"),
    ]
    return [Question(text="Which store?", header="Store", options=options, answer=answer)]


@pytest.mark.parametrize(
    ("detail", "output", "questions"),
    [
        ({"answers": {"Which store?": "SQLite"}}, "", asked(chosen="SQLite")),
        ({}, 'User has answered your questions: "Which store?"="PostgreSQL". You can now continue.',
         asked(chosen="PostgreSQL")),
        ({}, '{"answers": {"Store": {"answers": ["neither"]}}}', asked(answer="neither")),
        ({}, "The user did not answer.", asked()),
        ({"answers": 3}, "{", asked()),
    ],
)  # fmt: skip
def test_answer_is_found_where_the_source_told_it(detail, output, questions):
    assert questions_of(ASKED, detail, output) == questions


def test_questions_of_odd_shape_are_none():
    assert questions_of({"questions": [1, {"options": 3}]}, {}, "") == []
    assert questions_of({}, {}, "") == []
    [question] = questions_of({"question": "Go?", "options": ["yes", 3]}, {}, "")
    assert [option.label for option in question.options] == ["yes", "3"]

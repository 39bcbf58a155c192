"""What find-in-run takes for the text of a step, and how it cuts out places."""

import json

import pytest

from runs.finding import Needle, Snippet, count_in, said_in, snippet_of


@pytest.mark.parametrize(
    ("text", "core"),
    [
        ("npm TEST", "npm test"),
        ('say "hello"', "hello"),
        ("C:\\path\\to", "path"),
        ("Überprüfung", "berpr"),
        ("a\nlonger", "longer"),
        ("日本", ""),
        ("100%_[x].*", "100%_[x].*"),
    ],
)
def test_core_is_what_every_spelling_has_in_common(text, core):
    needle = Needle.of(text)
    assert needle.core == core
    for spelling in (text.upper(), json.dumps(text), json.dumps(text, ensure_ascii=False)):
        assert core in spelling.lower()


@pytest.mark.parametrize(("text", "times"), [("Ttl and TTL", 2), ("aXbX", 0), ("t.t.l", 0), ("ttlttl", 2)])
def test_matches_count_whatever_the_case(text, times):
    assert count_in(text, Needle.of("ttl")) == times


def test_said_is_what_pages_show_and_not_how_it_is_stored():
    answer = json.dumps(
        [
            {"type": "thinking", "thinking": "hm", "signature": "c2ln"},
            {"type": "text", "text": 'Say "hi"\nthere'},
            {"type": "tool_use", "id": "t1", "name": "Bash", "input": {"command": "ls", "timeout": 5}},
        ]
    )
    assert said_in(answer, "llm", is_input=False) == 'hm\nSay "hi"\nthere'
    assert said_in('{"type": "js", "id": "7"}', "tool", is_input=True) == "js\n7"
    assert said_in('{"cut": "off', "tool", is_input=True) == '{"cut": "off'
    assert said_in('{"a": "b"}', "tool", is_input=False) == '{"a": "b"}'
    assert said_in("\x1b[31mred\x1b[0m", "tool", is_input=False) == "red"


def test_snippet_holds_the_first_match_as_it_is_written():
    text = "x" * 500 + " the\nTTL  is " + "y" * 500
    found = snippet_of(text, Needle.of("ttl"))
    assert found == Snippet(before=f"…{'x' * 65} the ", match="TTL", after=f" is {'y' * 65}…")
    assert snippet_of("nothing", Needle.of("ttl")) is None
    assert snippet_of("a.*b", Needle.of(".*")) == Snippet(before="a", match=".*", after="b")

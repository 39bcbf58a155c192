"""Words of rows: bounded, sanitised, without links; thinking apart from what was said."""

import json

import pytest

from runs.limits import ROW_CHARS
from runs.markdown import excerpt_html
from runs.shown.prose import Prose, prose_of

THOUGHT, SAID = {"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "I will **look**."}
CALL = {"type": "tool_use", "id": "t", "name": "Read", "input": {}}


def row(kind, text, **detail):
    return {"kind": kind, "input_text": text, "output_text": text, "detail": detail}


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("prompt", "Fix it", Prose(html="<p>Fix it</p>")),
        ("final", "Done.", Prose(html="<p>Done.</p>")),
        ("llm", json.dumps([THOUGHT, SAID, CALL]),
         Prose(html="<p>I will <strong>look</strong>.</p>\n", thought="hm")),
        ("llm", json.dumps([THOUGHT, CALL]), Prose(thought="hm")),
        ("llm", json.dumps([CALL]), Prose()),
        ("tool", "some output", Prose()),
        ("prompt", "one\ntwo\nthree\nfour", Prose(html="<p>one\ntwo\nthree\nfour</p>\n", is_long=True)),
    ],
)  # fmt: skip
def test_prose_of_each_kind(kind, text, expected):
    assert prose_of(row(kind, text)) == expected


def test_thinking_that_only_a_summary_is_known_of():
    assert prose_of(row("llm", json.dumps([CALL]), thinking_preview="summed up")).thought == "summed up"


def test_long_words_are_cut_and_say_so():
    shown = prose_of(row("prompt", "x" * 5_000))
    assert shown == Prose(html=f"<p>{'x' * ROW_CHARS}…</p>", is_long=True)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a <img src=x onerror=alert(1)>", "<p>a &lt;img src=x onerror=alert(1)&gt;</p>\n"),
        ("[here](https://x.example) and https://x.example", "<p>here and https://x.example</p>\n"),
        ("![x](https://x.example/i.png)", "<p>!x</p>\n"),
        ("```html\n<b>\n```", "<pre><code>&lt;b&gt;\n</code></pre>\n"),
        ('It\'s & it "is"', '<p>It\'s &amp; it "is"</p>\n'),
        ("It's plain", "<p>It&#x27;s plain</p>"),
    ],
)
def test_excerpt_has_no_links_images_or_markup_of_the_trace(text, html):
    assert excerpt_html(text) == html


@pytest.mark.parametrize("text", ["Plain words, 12 of them: all fine.", "a - b + c = d", "Was it 3.14?"])
def test_short_way_says_what_markdown_says(text):
    assert excerpt_html(text) + "\n" == excerpt_html(f"{text}\n")

"""What a trace says is hostile: terminals, Markdown, code."""

import pytest

from runs.ansi import ansi_html
from runs.highlight import code_html, json_html, lexer_for, paint, token_lines
from runs.markdown import markdown_html
from runs.shown.texts import numbered_file

ATTACKS = [
    "<script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    "<svg/onload=alert(1)>",
    "</pre></span><iframe src=//x>",
    "<a href='javascript:alert(1)'>x</a>",
    '"><style>*{display:none}</style>',
]


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("render", [ansi_html, markdown_html, lambda text: code_html(text, path="a.html"),
                                    lambda text: markdown_html(f"```html\n{text}\n```"),
                                    lambda text: ansi_html(f"\x1b[31m{text}\x1b[0m")])  # fmt: skip
def test_nothing_of_a_trace_becomes_markup(attack, render):
    html = str(render(attack))
    for tag in ("<script", "<img", "<svg", "<iframe", "<style", "<a "):
        assert tag not in html.lower()


@pytest.mark.parametrize(
    "link",
    ["[x](javascript:alert(1))", "[x](JaVaScRiPt:alert(1))", "[x](data:text/html,<b>)", "[x](/team/delete/)",
     "[x](//evil)", "<javascript:alert(1)>", "[x](vbscript:y)", "![x](https://evil/pixel.png)"],
)  # fmt: skip
def test_markdown_keeps_no_odd_link_and_no_image(link):
    html = str(markdown_html(link))
    assert "<img" not in html
    assert 'href="javascript' not in html.lower()
    assert 'href="/' not in html
    assert 'href="data' not in html


def test_markdown_keeps_a_web_link_at_arm_s_length():
    assert str(markdown_html("[x](https://a.b/)")) == (
        '<p><a href="https://a.b/" rel="nofollow noopener noreferrer">x</a></p>\n'
    )


def test_ansi_colours_become_classes():
    assert ansi_html("\x1b[1;31mred\x1b[0m plain") == '<span class="a-b a-31">red</span> plain'


@pytest.mark.parametrize(
    "code", ["38;5;196", "38;2;240;30;30", "38;5;999", "38", "38;5", "999", "", "38;2;1"]
)
def test_ansi_codes_never_become_styles(code):
    assert "style" not in ansi_html(f"\x1b[{code}mx\x1b[0m")


@pytest.mark.parametrize(
    "text",
    ["\x1b]8;;javascript:alert(1)\x1b\\x\x1b]8;;\x1b\\", "\x1b]0;title\x07x", "\x1b[2J\x1b[Hx",
     "\x1bPq#0\x1b\\x",
     "\x1b(Bx", "\x9b31mx", "x\x07\x08"],
)  # fmt: skip
def test_what_a_terminal_would_obey_is_dropped(text):
    assert ansi_html(text) == "x"


def test_a_line_overwritten_shows_its_last_state():
    assert ansi_html("10 %\r50 %\r100 %\r\nok\r\n") == "100 %\nok\n"


def test_an_escape_that_never_ends_is_no_catastrophe():
    assert ansi_html("\x1b]" + "a" * 50_000) == ""
    assert len(ansi_html("\x1b[" * 20_000)) < 100_000


def test_code_is_coloured_line_by_line():
    lines = token_lines('"""a\nb"""\nx = 1', lexer_for("a.py"))
    assert [paint(line) for line in lines] == [
        '<span class="h-s">"""a</span>',
        '<span class="h-s">b"""</span>',
        'x = <span class="h-m">1</span>',
    ]


def test_marks_cut_through_tokens():
    assert paint([("k", "return"), ("", " ab")], [(3, 8)]) == (
        '<span class="h-k">ret</span><span class="h-k"><b>urn</b></span><b> a</b>b'
    )


def test_json_that_is_none_is_left_alone():
    assert json_html("[1, 2") is None
    assert json_html("12") is None


@pytest.mark.parametrize(
    ("text", "split"),
    [("     1→a\n     2→b", (1, "a\nb", "")), ("12\tx\n\n<note>", (12, "x", "\n<note>")), ("plain",
     None), ("", None)],
)  # fmt: skip
def test_numbers_are_taken_off_a_listing(text, split):
    assert numbered_file(text) == split

"""Characters that hide in code."""

import pytest

from runs.highlight import paint
from runs.visible import visible_html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a < b & c", "a &lt; b &amp; c"),
        ("\ttab é 漢 👩‍👩‍👧", "\ttab é 漢 👩‍👩‍👧"),
        ("a\u202eb", 'a<span class="odd" title="right-to-left override (U+202E)">U+202E</span>b'),
        ("\0", '<span class="odd" title="control character (U+0000)">NUL</span>'),
        ("\x1b[31m", '<span class="odd" title="control character (U+001B)">ESC</span>[31m'),
        ("\u200b", '<span class="odd" title="zero width space (U+200B)">U+200B</span>'),
        ("\U000e0041", '<span class="odd" title="tag latin capital letter a (U+E0041)">U+E0041</span>'),
    ],
)
def test_odd_characters_are_named(text, html):
    assert visible_html(text) == html


def test_spaces_are_drawn_where_they_alone_were_changed():
    assert paint([("", "\t x")], ((0, 2),)) == '<b><i class="tab">\t</i><i> </i></b>x'
    assert paint([("k", "if a")], ((0, 4),)) == '<span class="h-k"><b>if a</b></span>'

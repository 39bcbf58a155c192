"""A step as Markdown: nothing in it breaks out."""

import pytest

from runs.excerpts import Part, code_span, escaped, fence_for, step_excerpt


def test_excerpt_of_a_step():
    text = step_excerpt(
        verb="Ran",
        subject="echo `a`",
        is_code=True,
        tags="exit 1",
        facts=["Step 3", "Bash"],
        error="no\n# x",
        parts=[Part(title="Result", text="```\nx\x1b[31m\n", whole=900)],
        url="https://a.b/?step=3",
    )
    assert text == (
        "**Ran** `` echo `a` `` · exit 1\n\nStep 3 · Bash\n\n> no\n> \\# x\n\n"
        "Result (the first 5 B of 900 B):\n\n````\n```\nx\n````\n\n<https://a.b/?step=3>\n"
    )


@pytest.mark.parametrize(("text", "fence"), [("", "```"), ("``", "```"), ("a ```` b", "`````")])
def test_fence_is_longer_than_any_inside(text, fence):
    assert fence_for(text) == fence


def test_words_stay_words():
    assert escaped("[x](javascript:y) <b> *z*") == "\\[x\\](javascript:y) \\<b\\> \\*z\\*"
    assert code_span("``") == "``` `` ```"


def test_long_texts_are_cut_and_say_so():
    text = step_excerpt(verb="a", subject="b", is_code=False, tags="", facts=[], error="",
                        parts=[Part(title="T", text="é" * 9_000)], url="u")  # fmt: skip
    assert "T (the first 16.0 kB of 18.0 kB):" in text

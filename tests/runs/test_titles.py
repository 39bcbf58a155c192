import pytest

from runs.titles import title_of


@pytest.mark.parametrize(
    ("prompt", "title"),
    [
        ("Fix it.\nNow.", "Fix it."),
        ("\n\n  Fix it.  ", "Fix it."),
        ("Do the following:\n\n# Rate limits\n\nmore", "Do the following: Rate limits"),
        ("Only this:", "Only this:"),
        ("", ""),
        ("x" * 300, "x" * 200),
    ],
)
def test_title_of(prompt, title):
    assert title_of(prompt) == title

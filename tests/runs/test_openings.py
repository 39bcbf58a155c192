"""Lines inside comments that began above them."""

import pytest

from runs.diffs import diff_of
from runs.openings import opened_before
from runs.shown.diffrows import table_of

JSDOC = ["const glob = 'src/**/*.ts';", "", "/**", " * Check if it runs", " */", "run();"]
PY = ["def f():", '    """Do it.', "", "    For all of them.", '    """', "    return 1"]


@pytest.mark.parametrize(
    ("lines", "path", "inside"),
    [
        (JSDOC, "a.ts", [4, 5]),
        (PY, "a.py", [3, 4, 5]),
        (JSDOC, "a.md", []),
        (['x = """a"""', "y"], "a.py", []),
    ],
)
def test_lines_inside_of_what_began_above(lines, path, inside):
    numbers = range(1, len(lines) + 1)
    assert [number for number in numbers if opened_before(lines, number, path)] == inside


def test_a_hunk_that_begins_inside_a_comment_is_coloured_as_one():
    text = "/**\n" + "".join(f" * if {n} then\n" for n in range(9)) + " */\n"
    rows = table_of(diff_of(text, text.replace("8 then", "8 or"), "a.ts")).rows
    assert '<span class="h-k">if</span>' not in rows
    assert '<span class="h-c"> * if 7 then</span>' in rows

"""Commands that only look, and those that act."""

import pytest

from runs.findings.looks import is_no_match, look_of


@pytest.mark.parametrize(
    ("command", "look"),
    [
        ("sed -n '1,200p' src/parse.rs", ("read", "src/parse.rs")),
        ("cat ./README.md", ("read", "README.md")),
        ("cd app && cat package.json | head -20", ("read", "")),
        ("rg -n createSession src | wc -l", ("grep", "")),
        ("git grep -n total", ("grep", "")),
        ("find . -name '*.py' | sort", ("glob", "")),
        ("ls -la", ("glob", "")),
        ("find . -name '*.pyc' -delete", ("", "")),
        ("sed -i s/a/b/ a.py", ("", "")),
        ("cat > a.py <<'EOF'\nx = 1\nEOF", ("", "")),
        ("cat a.py && npm test", ("", "")),
        ("tail -f server.log", ("", "")),
        ("npm test", ("", "")),
        ("", ("", "")),
    ],
)
def test_look_of_command(command: str, look: tuple[str, str]) -> None:
    assert look_of(command) == look


@pytest.mark.parametrize(
    ("command", "code", "is_answer"),
    [
        ("rg -n legacy src", 1, True),
        ("cd app && grep -rn x .", 1, True),
        ("diff a b", 1, True),
        ("rg -n legacy src", 2, False),
        ("rg -l x | xargs sed -i s/x/y/", 1, False),
        ("npm test", 1, False),
        ("rg -n legacy src", None, False),
    ],
)
def test_exit_code_that_says_that_nothing_was_found(command: str, code: int | None, is_answer: bool) -> None:
    assert is_no_match(command, code) is is_answer

"""Filters by path."""

import re

import pytest

from runs.globs import pattern_of

PATHS = ["cart.ts", "src/cart.ts", "src/api/Cart.tsx", "src/api/v1/user.py", "docs/a+b.md"]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("cart", ["cart.ts", "src/cart.ts", "src/api/Cart.tsx"]),
        ("*.ts", ["cart.ts", "src/cart.ts"]),
        ("src/*.ts", ["src/cart.ts"]),
        ("src/**", ["src/cart.ts", "src/api/Cart.tsx", "src/api/v1/user.py"]),
        ("src/**/*.py", ["src/api/v1/user.py"]),
        ("**/cart.ts", ["cart.ts", "src/cart.ts"]),
        ("?art.ts", ["cart.ts", "src/cart.ts"]),
        ("a+b", ["docs/a+b.md"]),
        ("(", []),
    ],
)
def test_pattern_finds(words, found):
    assert [path for path in PATHS if re.search(pattern_of(words), path, re.IGNORECASE)] == found

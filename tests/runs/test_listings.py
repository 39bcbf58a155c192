"""Lists of files as trees."""

import pytest

from runs.listings import Entry, Listing, listing_of


def rows(listing):
    return [("  " * entry.depth) + entry.name for entry in listing.entries]


@pytest.mark.parametrize(
    ("text", "shown", "files"),
    [
        ("/w/a/b/c.py\n/w/a/b/d.py\n/w/e.py", ["a/b/", "  c.py", "  d.py", "e.py"], 3),
        ("- /w/\n  - README.md\n  - src/\n    - a.py", ["/w/", "  README.md", "  src/", "    a.py"], 2),
        ("[DIR] src\n[FILE] a.py", ["src", "a.py"], 2),
        ("a//b\n/", ["a/", "  b", "/"], 2),
        ("", [], 0),
    ],
)
def test_paths_become_a_tree(text, shown, files):
    listing = listing_of(text, cwd="/w")
    assert (rows(listing), listing.files) == (shown, files)


def test_notes_and_what_is_beyond_the_limit_are_said():
    assert listing_of("No files found") == Listing(notes=["No files found"])
    listing = listing_of("\n".join(f"f{n}" for n in range(1_000)))
    assert (len(listing.entries), listing.left, listing.files) == (800, 200, 1_000)


def test_text_is_no_listing_and_deep_paths_are_no_catastrophe():
    assert listing_of("x" * 600) is None
    assert listing_of("a/" * 200 + "b").entries == [Entry(name="a/" * 200 + "b", depth=0)]

"""Links of a search: only the web's own addresses come through."""

import json

import pytest

from runs.links import Link, links_of, safe_url

CLAUDE = (
    'Web search results for query: "x"\n\n'
    'Links: [{"title":"Docs","url":"https://docs.example/a"},{"title":"Evil","url":"javascript:alert(1)"}]\n\n'
    "It says so."
)
DOCS = Link(title="Docs", url="https://docs.example/a", host="docs.example")


@pytest.mark.parametrize(
    ("text", "links", "rest"),
    [
        (CLAUDE, [DOCS, Link(title="Evil", url="", host="")],
         'Web search results for query: "x"\n\n\nIt says so.'),
        (json.dumps({"results": [{"title": "Docs", "url": "https://docs.example/a", "snippet": "s"}]}),
         [Link(title="Docs", url="https://docs.example/a", host="docs.example", said="s")], ""),
        ("See [Docs](https://docs.example/a) and [Docs](https://docs.example/a).", [DOCS],
         "See [Docs](https://docs.example/a) and [Docs](https://docs.example/a)."),
        ("Links: [not json]\nx", [], "x"),
        ("[1, 2]", [], "[1, 2]"),
        ("nothing", [], "nothing"),
    ],
)  # fmt: skip
def test_links_are_read(text, links, rest):
    assert links_of(text) == (links, rest)


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "data:text/html,x", "//evil", "/team/", "https://", "http://[", "https://a b",
     "https://" + "a" * 3_000, None, 3, "ftp://a", "JAVASCRIPT:x"],
)  # fmt: skip
def test_odd_addresses_are_none(url):
    assert safe_url(url) == ""

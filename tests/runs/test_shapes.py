"""Results by what they are. Nothing here trusts what a result calls itself."""

import base64
import json

import pytest

from runs.json_trees import tree_html
from runs.shapes import Form, image_piece, looks_like_markdown, pieces_of, table_of

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"\x00" * 20).decode()
SVG = base64.b64encode(b"<svg onload='alert(1)'/>").decode()


def forms(text, **given):
    return [(piece.form, piece.title) for piece in pieces_of(text, **given)]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ([{"type": "text", "text": "plain"}], [(Form.TEXT, "")]),
        ([{"type": "text", "text": '{"a": [1]}'}], [(Form.JSON, "")]),
        ({"content": [{"type": "text", "text": "# T\n\n- a\n- b"}], "isError": False}, [(Form.MARKDOWN, "")]),
        ([{"type": "image", "data": PNG, "mimeType": "image/png"}], [(Form.IMAGE, "")]),
        ([{"type": "image", "source": {"type": "base64", "data": PNG}}], [(Form.IMAGE, "")]),
        ([{"type": "image", "data": SVG, "mimeType": "image/png"}], [(Form.NOTE, "")]),
        ([{"type": "image_url", "image_url": {"url": "https://evil/x.png"}}], [(Form.NOTE, "")]),
        ([{"type": "resource", "resource": {"uri": "file:///a.md", "mimeType": "text/markdown",
                                             "text": "x"}}],
         [(Form.MARKDOWN, "file:///a.md")]),
        ([{"type": "resource_link", "uri": "x://y"}], [(Form.NOTE, "")]),
        ([{"type": "tool_reference", "tool_name": "TaskList"}], [(Form.NOTE, "")]),
        ([{"a": 1, "b": 2}, {"a": 3, "b": None}], [(Form.TABLE, "")]),
        ({"rows": [{"a": 1}, {"a": 2}]}, [(Form.TABLE, "")]),
        ([{"a": {"b": 1}}, {"a": 2}], [(Form.JSON, "")]),
        ([1, 2], [(Form.JSON, "")]),
        ([], [(Form.TEXT, "")]),
    ],
)  # fmt: skip
def test_forms_of_json(value, expected):
    assert forms(json.dumps(value)) == expected


@pytest.mark.parametrize(
    ("text", "form"),
    [
        (f"data:image/png;base64,{PNG}", Form.IMAGE),
        (f"data:image/svg+xml;base64,{SVG}", Form.NOTE),
        ("data:text/html;base64,PGI+", Form.TEXT),
        ("# Title\n\nText with **bold**.", Form.MARKDOWN),
        ("\x1b[1m# Title\x1b[0m\n**bold**", Form.TEXT),
        ("- one\n- two", Form.TEXT),
        ("[" * 100_000, Form.TEXT),
        ("\x00", Form.TEXT),
    ],
)
def test_forms_of_text(text, form):
    assert [found for found, _ in forms(text)] == [form]


def test_picture_is_written_anew_from_its_bytes_and_bounded():
    assert image_piece(PNG).text == f"data:image/png;base64,{PNG}"
    assert image_piece(PNG + "\n'\"><x").text.startswith("data:image/png;base64,")
    assert "'" not in image_piece(PNG + "\n'\"><x").text
    assert image_piece("A" * 3_000_000).text == "A picture of 2.2 MB: too big to show here."
    many = pieces_of(json.dumps([{"type": "image", "data": PNG}] * 6))
    assert [piece.form for piece in many] == [Form.IMAGE] * 4 + [Form.NOTE] * 2


def test_table_says_what_is_beyond_its_limits():
    table = table_of([{f"c{n}": n for n in range(15)}] * 300)
    assert (len(table.rows), len(table.columns), table.left_rows, table.left_columns) == (200, 12, 100, 3)


def test_prose_is_markdown_only_where_it_reads_so():
    assert looks_like_markdown("```\nx\n```\n1. a") is True
    assert looks_like_markdown("a - b\nc * d") is False


def test_tree_folds_escapes_and_gives_up_on_what_is_too_big():
    assert tree_html({"<b>": ["<script>", None, 1.5]}) == (
        '<div class="json"><details open><summary>{<span class="faint">1</span>}</summary><ul>'
        "<li><b>&lt;b&gt;</b> <details open><summary>[<span class=\"faint\">3</span>]</summary><ul>"
        '<li><b>0</b> <code class="h-s">&lt;script&gt;</code></li>'
        '<li><b>1</b> <code class="h-k">null</code></li>'
        '<li><b>2</b> <code class="h-m">1.5</code></li></ul></details></li></ul></details></div>'
    )  # fmt: skip
    assert tree_html(list(range(2_000))) is None
    deep = json.loads("[" * 500 + "]" * 500)
    assert tree_html(deep).count("<details") == 12

"""Pictures among the words of a recorded text."""

import base64
import json

from runs.finding import Needle, count_in, said_in
from runs.kinds import Kind
from runs.pictures import spoken, without_data, words_and_pictures

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"abc" * 300).decode()
SVG = base64.b64encode(b"<svg onload='alert(1)'/>").decode()


def blocks(*texts, data=PNG):
    picture = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": data}}
    return json.dumps([*({"type": "text", "text": text} for text in texts), picture], separators=(",", ":"))


def test_words_and_pictures_are_told_apart():
    words, pictures = words_and_pictures(blocks("Like **this**:", "or so"))
    assert words == "Like **this**:\n\nor so"
    assert [piece.text for piece in pictures] == [f"data:image/png;base64,{PNG}"]
    assert spoken(blocks("Like this:")) == "Like this:\n\n[Picture, 908 B]"


def test_text_without_a_picture_stays_as_it_is():
    for text in (
        "plain",
        "",
        '[{"type":"text","text":"a human wrote JSON"}]',
        blocks("look", data=SVG),
        "[{",
    ):
        assert words_and_pictures(text) == (text, [])
        assert spoken(text) == text


def test_bytes_of_a_picture_are_not_searched():
    inside = PNG[40:44].lower()
    for kind, is_input in ((Kind.TOOL, False), (Kind.PROMPT, True)):
        said = said_in(blocks("Like THIS image:"), kind, is_input=is_input)
        assert [count_in(said, Needle.of(word)) for word in ("this", inside, "base64", "image")] == [
            1,
            0,
            0,
            1,
        ]


def test_bytes_are_left_out_of_other_shapes():
    url = json.dumps(
        {"content": [{"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PNG}"}}]}
    )
    assert PNG not in without_data(url)
    assert without_data("x" * 999) == "x" * 999

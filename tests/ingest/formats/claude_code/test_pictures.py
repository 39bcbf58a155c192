"""Pictures in transcripts: kept once, in the step they belong to; words for what is too big or no picture."""

import base64
import json

import pytest

from tests.ingest.formats.claude_code.script import Script, by_key

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4).decode()
SVG = base64.b64encode(b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>").decode()
TYPES = {
    "image/jpeg": b"\xff\xd8\xff\xe0" + b"j" * 60,
    "image/gif": b"GIF89a" + b"g" * 60,
    "image/webp": b"RIFF\0\0\0\0WEBP" + b"w" * 60,
}


def picture(data=PNG, media_type="image/png"):
    return {"type": "image", "source": {"type": "base64", "media_type": media_type, "data": data}}


def named(step, size=1_032):
    source = {"type": "step", "step": step, "media_type": "image/png", "bytes": size}
    return {"type": "image", "source": source}


def messages(step):
    """List the content of the messages that a model call was given."""
    return [json.loads(node.message.data)["content"] for node in step.context.nodes()][::-1]


def all_blobs(batch):
    """Gather every text of a batch that the store would keep."""
    texts = [text for step in batch.steps for text in (step.input, step.output) if text]
    texts += [step.raw.decode() for step in batch.steps if step.raw]
    contexts = [step.context for step in batch.steps if step.context]
    return [*texts, *{node.message.data.decode() for context in contexts for node in context.nodes()}]


def test_picture_that_a_tool_read_is_kept_in_its_step_and_nowhere_else():
    script = Script()
    script.user("look")
    script.calls("Read", "t1", file_path="/work/shop/a.png")
    script.result("t1", [picture()], {"type": "image", "file": {"base64": PNG, "type": "image/png"}})
    script.says("A chart.", id="msg_2")
    batch = script.read()
    tool, last = by_key(batch)["t1"], batch.steps[-1]
    assert json.loads(tool.output) == [picture()]
    assert tool.output_preview == "[image/png, 1 kB]"
    assert messages(last)[-1] == [{"type": "tool_result", "tool_use_id": "t1", "content": [named("t1")]}]
    assert sum(text.count(PNG) for text in all_blobs(batch)) == 1


def test_pictures_that_a_human_pasted_are_kept_in_the_prompt():
    script = Script()
    script.user([{"type": "text", "text": "Like this: [Image #1]"}, picture()])
    script.says("I see.")
    batch = script.read()
    prompt, call = batch.steps
    assert json.loads(prompt.input) == [{"type": "text", "text": "Like this: [Image #1]"}, picture()]
    assert prompt.input_preview == "Like this: [Image #1]\n[image/png, 1 kB]"
    assert messages(call) == [[{"type": "text", "text": "Like this: [Image #1]"}, named("u1")]]
    assert batch.runs[0].name == "Like this: [Image #1]"
    assert sum(text.count(PNG) for text in all_blobs(batch)) == 1


@pytest.mark.parametrize("media_type", TYPES)
def test_a_picture_is_known_by_its_first_bytes_and_not_by_its_name(media_type):
    data = base64.b64encode(TYPES[media_type]).decode()
    script = Script()
    script.calls("mcp__browser__shot", "t1")
    script.result("t1", [picture(data, "image/svg+xml")])
    [block] = json.loads(by_key(script.read())["t1"].output)
    assert block == picture(data, media_type)


@pytest.mark.parametrize(
    ("block", "word"),
    [
        (picture(SVG, "image/svg+xml"), "[image/svg+xml, 60 B]"),
        (picture(SVG, "image/png"), "[image/png, 60 B]"),
        (picture("no base64 at all!!"), "[image/png, 13 B]"),
        (picture(PNG + "A" * 2_700_000), "[image/png, 2.0 MB]"),
        (picture(["no", "text"]), "[image/png]"),
        ({"type": "image", "source": {"type": "url", "url": "https://evil/x.png"}}, "[image]"),
        ({"type": "image", "source": PNG}, "[image]"),
    ],
)
def test_what_is_no_picture_or_too_big_is_a_word_and_stays_in_the_message(block, word):
    script = Script()
    script.calls("Read", "t1", file_path="/work/shop/a.png")
    script.result("t1", [block])
    script.says("Hm.", id="msg_2")
    batch = script.read()
    assert by_key(batch)["t1"].output == word
    kept = messages(batch.steps[-1])[-1][0]["content"][0]
    assert kept == block


def test_pictures_beyond_the_room_of_a_step_are_words():
    big = base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"\1" * 1_400_000).decode()
    script = Script()
    script.calls("mcp__browser__shots", "t1")
    script.result("t1", [picture(big), {"type": "text", "text": "and"}, picture(big), picture()])
    script.says("Many.", id="msg_2")
    batch = script.read()
    kept = json.loads(by_key(batch)["t1"].output)
    assert [block.get("text", "picture") for block in kept] == [
        "picture",
        "and",
        "[image/png, 1.4 MB]",
        "picture",
    ]
    heard = messages(batch.steps[-1])[-1][0]["content"]
    assert [block.get("source", {}).get("type") for block in heard] == ["step", None, "base64", "step"]
    assert sum(text.count(big) for text in all_blobs(batch)) == 2


def test_result_that_came_twice_keeps_the_pictures_of_both():
    other = base64.b64encode(b"GIF89a" + b"x" * 90).decode()
    script = Script()
    script.calls("Read", "t1", file_path="/work/shop/a.png")
    script.result("t1", [picture()])
    script.result("t1", [picture(other, "image/gif")])
    script.says("Two.", id="msg_2")
    batch = script.read()
    assert json.loads(by_key(batch)["t1"].output) == [picture()]
    assert [block[0]["content"][0]["source"]["type"] for block in messages(batch.steps[-1])[-2:]] == [
        "step",
        "base64",
    ]


def test_failed_call_with_a_picture_says_why_in_words():
    script = Script()
    script.calls("Bash", "t1", command="shot")
    script.result("t1", [{"type": "text", "text": "Exit code 3\nno display"}, picture()], is_error=True)
    step = by_key(script.read())["t1"]
    assert (step.status, step.exit_code, step.error) == ("failed", 3, "exit 3: no display")
    assert step.output_preview.startswith("Exit code 3")


def test_prompt_typed_while_the_agent_worked_keeps_its_picture():
    script = Script()
    script.user("begin")
    words = [{"type": "text", "text": "and this"}, picture()]
    script.add("attachment", attachment={"type": "queued_command", "prompt": words})
    prompt = script.read().steps[-1]
    assert (prompt.kind, json.loads(prompt.input)) == ("prompt", words)
    assert prompt.input_preview == "and this\n[image/png, 1 kB]"

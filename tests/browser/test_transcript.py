"""The transcript in a real browser: thinking, opening in place, and what stays when both change."""

import json

import pytest
from playwright.sync_api import expect

EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)> [l](javascript:alert(3))"


def call(number, name="Bash", **args):
    return [
        {
            "kind": "tool_call",
            "id": f"t{number}",
            "name": name,
            "args": args or {"command": f"echo {number}"},
        },
        {"kind": "tool_result", "id": f"t{number}", "output": f"out {number} {EVIL}"},
    ]


def answer(number, *, thinking="", text=""):
    blocks = [{"type": "thinking", "thinking": thinking}] if thinking else []
    blocks += [{"type": "text", "text": text}] if text else []
    return {
        "kind": "llm_call",
        "id": f"m{number}",
        "turn": number,
        "model": "claude-opus-4-8",
        "content": blocks,
        "usage": {"input_tokens": 10, "output_tokens": 5},
    }


@pytest.fixture
def told(send):
    """Two turns with thinking, words and calls."""
    send(
        "told",
        {"kind": "prompt", "text": f"Fix **it** {EVIL}"},
        answer(1, thinking=f"Let me see {EVIL}", text=f"I **look** first. {EVIL}"),
        *call(1),
        answer(2, thinking="Nothing said aloud"),
        *call(2),
    )
    return "told"


def test_t_shows_thinking_and_the_address_remembers(open_page, places, told):
    page = open_page(places(told))
    thought = page.locator(".thought", has_text="Let me see")
    expect(thought).to_be_hidden()
    expect(page.locator("li[data-seq='1'] .folded")).to_be_visible()
    page.keyboard.press("t")
    expect(thought).to_be_visible()
    expect(page.locator(".thought", has_text="Nothing said aloud")).to_be_visible()
    assert page.url.endswith("?thinking=1")
    page.keyboard.press("j")
    expect(page.locator("#panel [data-panel='0']")).to_be_visible()
    assert "thinking=1" in page.url
    assert "step=0" in page.url
    page.reload()
    expect(thought).to_be_visible()
    page.locator("[data-toggle-thinking]").click()
    expect(thought).to_be_hidden()
    assert "thinking" not in page.url


def test_steps_open_in_place_and_close_again(open_page, places, told):
    page = open_page(places(told))
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator("#panel [data-panel='2']")).to_be_visible()
    page.keyboard.press("o")
    opened = page.locator("li[data-seq='2'] > .opened")
    expect(opened).to_contain_text("out 1")
    assert opened.locator("script, img, .panel-nav, h2").count() == 0
    expect(page.locator("li[data-seq='2'] > .opens")).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Space")
    expect(opened).to_have_count(0)
    page.locator("li[data-seq='4'] > .opens").click()
    expect(page.locator("li[data-seq='4'] > .opened")).to_contain_text("out 2")
    expect(page.locator("#panel [data-panel='2']")).to_be_visible()  # the panel stays where it was
    top = page.evaluate("document.querySelector(\"li[data-seq='4'] > .step\").getBoundingClientRect().bottom")
    below = page.evaluate(
        "document.querySelector(\"li[data-seq='4'] > .opened\").getBoundingClientRect().top"
    )
    assert below >= top - 1


def test_open_step_tells_what_it_became(open_page, places, send):
    started, finished = call(1)
    send("opened-live", {"kind": "prompt", "text": "Wait"}, started)
    page = open_page(places("opened-live"))
    expect(page.locator("[data-live-word]")).to_have_text("Live")
    page.locator("li[data-seq='1'] > .opens").click()
    opened = page.locator("li[data-seq='1'] > .opened")
    expect(opened).to_contain_text("No result yet.")
    send("opened-live", finished)
    expect(opened).to_contain_text("out 1", timeout=5_000)


def test_words_of_a_row_are_at_most_three_lines_until_it_is_opened(open_page, places, send):
    send("wordy", {"kind": "prompt", "text": "Go"}, answer(1, text="word " * 300 + json.dumps({"a": 1})))
    page = open_page(places("wordy"))
    what = page.locator("li[data-seq='1'] .what")
    assert (
        what.evaluate("e => e.getBoundingClientRect().height / parseFloat(getComputedStyle(e).lineHeight)")
        < 3.2
    )
    page.locator("li[data-seq='1'] > .opens").click()
    expect(page.locator("li[data-seq='1'] > .opened")).to_contain_text('{"a": 1}')

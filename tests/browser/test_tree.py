"""The tree in a real browser: by keyboard, without JavaScript, live."""

import pytest
from playwright.sync_api import expect

CURRENT = "ol[role=tree] .step[aria-current]"


@pytest.fixture
def nested(send):
    """A run of two turns; a sub-agent in the second one has a failing call."""
    send(
        "nested",
        {"kind": "prompt", "id": "p", "text": "Look around"},
        {"kind": "llm_call", "id": "m1", "turn": 1, "model": "claude-opus-4-8", "content": "First."},
        {"kind": "tool_call", "id": "a", "name": "Bash", "args": {"command": "ls"}, "output": "x"},
        {"kind": "llm_call", "id": "m2", "turn": 2, "model": "claude-opus-4-8", "content": "Second."},
        {"kind": "agent_start", "id": "spawn", "agent": "sub", "name": "Explore", "text": "look"},
        {"kind": "tool_call", "id": "b", "agent": "sub", "name": "Grep", "args": {"pattern": "x"}},
        {"kind": "tool_result", "id": "b", "agent": "sub", "output": "none", "is_error": True},
        {"kind": "agent_end", "agent": "sub", "text": "done"},
    )
    return "nested"


def test_arrows_open_close_and_move(open_page, places, nested):
    page = open_page(places(nested) + "tree/")
    page.keyboard.press("j")
    expect(page.locator(CURRENT)).to_contain_text("Asked")
    page.keyboard.press("ArrowDown")
    expect(page.locator(CURRENT)).to_contain_text("Turn 1")
    expect(page.locator("#panel [data-panel='1']")).to_be_visible()
    expect(page.locator(CURRENT)).to_contain_text("Turn 1")
    page.keyboard.press("ArrowRight")
    expect(page.locator(CURRENT)).to_have_attribute("aria-expanded", "true")
    expect(page.locator("[data-node=t1] [data-seq='2']")).to_be_visible()
    assert page.url.endswith("tree/?step=1&open=t1")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    expect(page.locator(CURRENT)).to_contain_text("ls")
    expect(page.locator("#panel [data-panel='2']")).to_be_visible()
    page.locator("#panel a[rel=prev]").click()
    expect(page.locator("#panel [data-panel='1']")).to_be_visible()
    page.locator("#panel a[rel=next]").click()
    expect(page.locator("#panel [data-panel='2']")).to_be_visible()
    assert page.url.endswith("/tree/?step=2&open=t1")
    page.reload()
    expect(page.locator(CURRENT)).to_contain_text("ls")
    page.locator(CURRENT).focus()
    page.keyboard.press("ArrowLeft")
    expect(page.locator(CURRENT)).to_contain_text("Turn 1")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("[data-node=t1] [data-seq='2']")).to_be_hidden()
    page.keyboard.press("End")
    expect(page.locator(CURRENT)).to_contain_text("Turn 2")
    page.keyboard.press("Home")
    expect(page.locator(CURRENT)).to_contain_text("Asked")
    assert page.locator("[role=treeitem][tabindex='0']").count() == 1


def test_e_goes_to_a_failure_deep_inside_and_escape_closes_the_step(open_page, places, nested):
    page = open_page(places(nested) + "tree/")
    page.keyboard.press("e")
    expect(page.locator(CURRENT)).to_contain_text("Searched")
    expect(page.locator("#panel .step-error")).to_be_visible()
    assert "open=t2.s4" in page.url
    page.wait_for_load_state("networkidle")
    page.keyboard.press("Escape")
    expect(page.locator("#panel")).to_be_hidden()
    expect(page.locator("a[data-tab][aria-current]")).to_have_text("Tree")


def test_tree_opens_without_javascript(open_page, places, nested):
    page = open_page(places(nested) + "tree/", java_script_enabled=False)
    page.locator("[data-node=t2] > .twisty").click()
    page.locator("[data-node=s4] > .twisty").click()
    page.locator("[data-node=s4] [data-seq='5'] > .step").click()
    expect(page.locator("#panel h2")).to_contain_text("Searched")
    expect(page.locator(CURRENT)).to_contain_text("Searched")


def test_news_wait_until_they_are_asked_for(open_page, places, send, nested):
    page = open_page(places(nested) + "tree/?open=t1")
    expect(page.locator("[data-live-word]")).to_have_text("Live")
    send(nested, {"kind": "tool_call", "id": "late", "name": "Bash", "args": {"command": "late"}})
    page.locator("[data-refresh]").click()
    expect(page.locator("[data-node=t2] > .step .tag")).to_contain_text("4 steps")
    expect(page.locator("[data-node=t1] [data-seq='2']")).to_be_visible()


@pytest.mark.parametrize("width", [390, 1440])
def test_nothing_scrolls_sideways(open_page, places, nested, width):
    page = open_page(places(nested) + "tree/?open=t1.t2.s4", viewport={"width": width, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0

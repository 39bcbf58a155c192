"""The log in a real browser: filters, records, keys, live."""

import pytest
from playwright.sync_api import expect

ROWS = "[data-log] ol[data-rows] > li[data-seq]"
CURRENT = "ol[data-rows] .step[aria-current]"


@pytest.fixture
def busy(send):
    """A run with two shells, one of which fails, a read, and a warning."""
    send(
        "busy",
        {"kind": "prompt", "id": "p", "text": "Build it"},
        {"kind": "llm_call", "id": "m1", "turn": 1, "model": "claude-opus-4-8", "content": "I build."},
        {"kind": "tool_call", "id": "a", "name": "Bash", "args": {"command": "make"}, "output": "ok"},
        {"kind": "tool_call", "id": "b", "name": "Bash", "args": {"command": "make test"}},
        {"kind": "tool_result", "id": "b", "output": "<b>red</b>", "is_error": True, "exit_code": 2},
        {"kind": "tool_call", "id": "c", "name": "Read", "args": {"file_path": "a.py"}, "output": "x"},
        {"kind": "log", "id": "l", "text": "disk is nearly full", "level": "warning"},
    )  # fmt: skip
    return "busy"


def test_filters_combine_and_keys_open_steps_and_records(open_page, places, busy):
    page = open_page(places(busy) + "log/")
    expect(page.locator(ROWS)).to_have_count(6)
    page.locator("summary", has_text="Tool").click()
    page.locator(".menu[open] a", has_text="Bash").filter(has_text="2").click()
    page.wait_for_url("**/log/?tool=Bash")
    page.locator("summary", has_text="Status").click()
    page.locator(".menu[open] a", has_text="failed").filter(has_text="1").click()
    page.wait_for_url("**/log/?tool=Bash&status=failed")
    expect(page.locator(ROWS)).to_have_count(1)
    page.keyboard.press("e")
    expect(page.locator("#panel [data-panel='3']")).to_be_visible()
    page.keyboard.press("o")
    expect(page.locator(".record [aria-label='Record as it came']")).to_contain_text("<b>red</b>")
    assert page.url.endswith("/log/?tool=Bash&status=failed&step=3&open=3")
    page.reload()
    expect(page.locator(".record .record-sides")).to_be_visible()
    expect(page.locator(CURRENT)).to_contain_text("make test")
    page.keyboard.press("o")
    expect(page.locator(".record")).to_have_count(0)
    page.locator("[aria-label='Clear Status']").click()
    expect(page.locator(ROWS)).to_have_count(2)
    page.fill("[data-log-text]", "nowhere")
    page.keyboard.press("Enter")
    expect(page.locator("[data-empty]")).to_contain_text("Clear Text 2 steps")


def test_log_works_without_javascript(open_page, places, busy):
    page = open_page(places(busy) + "log/?kind=tool", java_script_enabled=False)
    page.locator(f"{ROWS}[data-seq='3'] .e-record").click()
    expect(page.locator(".record")).to_contain_text("red")
    page.locator(f"{ROWS}[data-seq='4'] > .step").click()
    expect(page.locator("#panel h2")).to_contain_text("Read")
    page.locator("summary", has_text="Kind").click()
    page.locator(".menu[open] a", has_text="event").click()
    expect(page.locator(ROWS)).to_have_count(1)


def test_only_what_matches_arrives_and_a_reader_is_not_moved(open_page, places, send):
    send("grows", *({"kind": "log", "text": f"line {n}", "level": "info"} for n in range(80)))
    page = open_page(places("grows") + "log/?level=info")
    expect(page.locator("[data-live-word]")).to_have_text("Live")
    page.evaluate("scrollTo(0, 200)")
    before = page.evaluate("scrollY")
    send(
        "grows",
        {"kind": "log", "text": "loud", "level": "error"},
        {"kind": "log", "text": "calm", "level": "info"},
    )
    expect(page.locator("[data-fresh]")).to_have_text("1 new step ↓")
    expect(page.locator(ROWS)).to_have_count(81)
    expect(page.locator("[data-sums]")).to_contain_text("81 steps")
    assert page.evaluate("scrollY") == before
    page.locator("[data-fresh]").click()
    expect(page.locator(ROWS, has_text="calm")).to_be_in_viewport()


@pytest.mark.parametrize("width", [390, 1440])
def test_nothing_scrolls_sideways(open_page, places, busy, width):
    page = open_page(places(busy) + "log/?open=1.3&step=2", viewport={"width": width, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0

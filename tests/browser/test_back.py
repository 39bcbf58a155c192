"""Back leads to the step before a jump; who reads on step by step stays at one entry of the history."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_strip import expect_drawn, place_of


@pytest.fixture
def calls(send):
    """A run of 9 steps; the last one edits a file."""
    send(
        "back",
        *(
            event
            for n in range(8)
            for event in (
                {"kind": "tool_call", "id": f"c{n}", "name": "Bash", "args": {"command": f"make {n}"},
                 "ts": 1_780_000_000 + n},
                {"kind": "tool_result", "id": f"c{n}", "output": "needle" if n == 6 else "x",
                 "ts": 1_780_000_000.5 + n},
            )
        ),
        {"kind": "tool_call", "id": "e", "name": "Edit", "args": {"file_path": "a.py"}, "output": "ok",
         "ts": 1_780_000_010},
        {"kind": "file_change", "id": "e", "path": "a.py", "before": "a\n", "after": "b\n",
         "ts": 1_780_000_010},
    )  # fmt: skip
    return "back"


def row(page, seq):
    return page.locator(f"ol[data-rows] li[data-seq='{seq}'] > .step")


def expect_step(page, seq):
    expect(page.locator(f"#panel [data-panel='{seq}']")).to_be_visible()
    expect(page).to_have_url(re.compile(rf"[?&]step={seq}\b"))
    expect(row(page, seq)).to_have_attribute("aria-current", "true")


def press(page, keys):
    """Press keys, each after the panel has followed the one before."""
    for key in keys:
        page.keyboard.press(key)
        page.wait_for_timeout(250)


def test_back_returns_from_a_jump_to_the_step_before(open_page, places, calls):
    page = open_page(places(calls))
    expect_drawn(page, 9)
    row(page, 1).click()
    expect_step(page, 1)
    press(page, "jj")
    expect_step(page, 3)
    page.mouse.click(*place_of(page, 7))
    expect_step(page, 7)
    press(page, "k")
    expect_step(page, 6)
    page.fill("[data-find-field]", "needle")
    page.keyboard.press("Enter")
    page.locator(".found-hit").click()
    expect_step(page, 6)
    page.evaluate("window.here = true")
    page.go_back()
    expect(page.locator(".found-hit")).to_be_visible()
    page.go_back()
    expect_step(page, 3)
    page.go_back()
    expect(page.locator("[data-overview]")).to_be_visible()
    expect(page.locator("ol[data-rows] [aria-current]")).to_have_count(0)
    page.go_forward()
    expect_step(page, 3)


def test_back_stays_in_the_page(open_page, places, calls):
    page = open_page(places(calls))
    page.evaluate("window.here = true")
    for seq in (2, 5):
        row(page, seq).click()
        expect_step(page, seq)
    press(page, "j")
    expect_step(page, 6)
    page.go_back()
    expect_step(page, 2)
    assert page.evaluate("window.here")
    page.locator("#panel [data-close]").click()
    expect(page.locator("[data-overview]")).to_be_visible()
    page.go_back()
    expect_step(page, 2)
    assert page.evaluate("window.here")


def test_back_loads_the_rows_around_its_step(open_page, places, send):
    send("far", *({"kind": "log", "text": f"line {n}", "ts": 1_780_000_000 + n} for n in range(700)))
    page = open_page(places("far"))
    expect_drawn(page, 700)
    row(page, 3).click()
    expect_step(page, 3)
    page.mouse.click(*place_of(page, 650))
    expect_step(page, 650)
    expect(row(page, 3)).to_have_count(0)
    page.go_back()
    expect_step(page, 3)
    expect(row(page, 3)).to_be_in_viewport()


def test_back_in_the_log_and_on_a_phone(open_page, places, calls):
    page = open_page(places(calls) + "log/")
    for seq in (2, 5):
        row(page, seq).click()
        expect_step(page, seq)
    page.go_back()
    expect_step(page, 2)
    page = open_page(places(calls), viewport={"width": 390, "height": 844})
    row(page, 4).click()
    expect(page.locator("#panel [data-panel='4']")).to_be_visible()
    page.get_by_role("link", name="Step after").click()
    expect(page.locator("#panel [data-panel='5']")).to_be_visible()
    page.go_back()
    expect(page.locator("#panel [data-panel]")).to_have_count(0)
    expect(row(page, 4)).to_be_visible()


def test_back_from_a_link_to_another_step(open_page, places, calls):
    page = open_page(places(calls) + "changes/")
    page.locator(".change .by").click()
    page.wait_for_url("**/?step=8")
    expect_step(page, 8)
    page.go_back()
    page.wait_for_url("**/changes/")

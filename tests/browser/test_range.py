"""A range drawn on the strip: the transcript shows those steps alone, also while the run goes on."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_strip import expect_drawn, place_of

BASE = 1_780_000_000


def line(n):
    return {"kind": "log", "text": f"line {n}", "ts": BASE + n}


@pytest.fixture
def lines(send, request):
    """A run of 12 lines, of this test alone: they go on."""
    send(request.node.name, *map(line, range(12)))
    return request.node.name


def seqs(page):
    return page.eval_on_selector_all("ol[data-rows] li[data-seq]", "rows => rows.map(r => +r.dataset.seq)")


def draw(page, first, last):
    page.mouse.move(*place_of(page, first))
    page.mouse.down()
    page.mouse.move(*place_of(page, last), steps=3)
    page.mouse.up()


def test_drawn_range_is_all_that_the_transcript_shows(open_page, places, send, lines):
    page = open_page(places(lines))
    expect_drawn(page, 12)
    bar = page.locator(".strip-foot")
    draw(page, 3, 5)
    expect(page.locator("ol[data-rows] li[data-seq]")).to_have_count(3)
    assert seqs(page) == [3, 4, 5]
    expect(bar).to_contain_text("Steps 3 – 5")
    page.wait_for_url("**from=3&to=5**")
    expect(page.locator("[data-live-word]")).to_have_text("Live")
    send(lines, line(12), line(13))
    expect(page.locator("[data-outside]")).to_have_text("2 new steps outside of it")
    assert seqs(page) == [3, 4, 5]
    expect(page.locator("[data-fresh]")).to_be_hidden()
    page.keyboard.press("g")
    page.keyboard.press("g")
    expect(page.locator("#panel [data-panel='3']")).to_be_visible()
    page.keyboard.press("G")
    expect(page.locator("#panel [data-panel='5']")).to_be_visible()
    page.get_by_role("link", name="Show all").click()
    expect(page.locator("ol[data-rows] li[data-seq]")).to_have_count(14)
    expect(page.locator("[data-outside]")).to_be_hidden()
    assert "from=" not in page.url


def test_live_step_within_the_time_of_the_range_is_shown(open_page, places, send, lines):
    page = open_page(places(lines) + "?from=3&to=5")
    expect(page.locator("[data-live-word]")).to_have_text("Live")
    late = {**line(0), "text": "late", "ts": BASE + 4.5}
    send(lines, late)
    expect(page.locator("ol[data-rows] li[data-seq]")).to_have_count(4)
    expect(page.locator("ol[data-rows] li[data-seq]").nth(2)).to_contain_text("late")


def test_jump_out_of_the_range_shows_all_again(open_page, places, lines):
    page = open_page(places(lines) + "?from=3&to=5")
    assert seqs(page) == [3, 4, 5]
    page.fill("[data-find-field]", "line 9")
    page.keyboard.press("Enter")
    expect(page.locator("#panel")).to_contain_text("Found in the whole run")
    page.keyboard.press("n")
    page.wait_for_url(re.compile(r"\?step=9&find=line"))
    expect(page.locator("#panel [data-panel='9']")).to_be_visible()
    assert len(seqs(page)) == 12
    page.go_back()
    page.wait_for_url("**from=3&to=5**")
    assert seqs(page) == [3, 4, 5]


def test_range_works_by_its_address_without_javascript(open_page, places, lines):
    page = open_page(places(lines) + "?from=3&to=5&thinking=1", java_script_enabled=False)
    assert page.locator("ol[data-rows] li[data-seq]").count() == 3
    page.locator("ol[data-rows] li[data-seq='4'] > .step").click()
    page.wait_for_url("**?step=4&from=3&to=5&thinking=1")
    assert page.locator("ol[data-rows] li[data-seq]").count() == 3
    page.get_by_role("link", name="Show all").click()
    page.wait_for_url("**?step=4&thinking=1")
    assert page.locator("ol[data-rows] li[data-seq]").count() == 12

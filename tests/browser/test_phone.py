"""A run on a phone: one line of facts, the strip and the first steps on the first screen, all links."""

import pytest
from playwright.sync_api import expect

PHONE = {"width": 390, "height": 844}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_first_screen_has_the_strip_and_the_first_step(open_page, places, scheme):
    page = open_page(places("demo-sideways"), viewport=PHONE, color_scheme=scheme)
    line = page.locator("[data-head] .fold > summary")
    expect(line).to_contain_text("Failed · build red2 m 00 s$0.172 files")
    assert line.bounding_box()["height"] == 36
    expect(page.locator("[data-story] .account")).to_be_visible(timeout=30_000)  # once the worker has judged
    for shown in ("[data-strip-hand]", ".overview > h2", "ol[data-rows] li[data-seq='0'] > .step"):
        box = page.locator(shown).bounding_box()
        assert box["y"] + box["height"] <= 844, shown
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    rest = page.locator(".overview > .fold > summary")
    words = "More failures, hidden changes, task, answer, relatives, files, checks, retries"
    expect(rest).to_have_text(words)


def test_facts_and_overview_unfold_and_stay_so_while_the_run_goes_on(open_page, places, send):
    send("unfold", {"kind": "prompt", "text": "Go"}, {"kind": "llm_call", "id": "m", "model": "x"})
    page = open_page(places("unfold"), viewport=PHONE)
    expect(page.locator("[data-live-word]")).to_have_text("Live")
    turns, task = page.locator("[data-head] .fold-body"), page.get_by_role("heading", name="What was asked")
    expect(turns).to_be_hidden()
    expect(task).to_be_hidden()
    page.locator("[data-head] .fold > summary").click()
    page.locator(".overview > .fold > summary").click()
    expect(turns).to_contain_text("0 tool calls")
    expect(task).to_be_visible()
    send("unfold", {"kind": "tool_call", "id": "c", "name": "Bash", "args": {"command": "ls"}})
    expect(turns).to_contain_text("1 tool call")
    expect(turns).to_be_visible()
    expect(task).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False])
def test_ways_of_a_diff_unfold(open_page, places, scripts):
    page = open_page(places("demo-sideways") + "changes/", viewport=PHONE, java_script_enabled=scripts)
    card = page.locator(".change").first
    history = card.get_by_role("link", name="History")
    expect(history).to_be_hidden()
    button = card.locator(".fold > summary")
    assert (button.bounding_box()["width"], button.bounding_box()["height"]) == (44, 44)
    button.click()
    for name in ("History", "Whole file", "Patch"):
        assert card.get_by_role("link", name=name).bounding_box()["height"] >= 44
    history.click()
    page.wait_for_url("**/files/?path=auth%2Fsession.ts")


def test_wide_screens_fold_nothing(open_page, places):
    page = open_page(places("demo-sideways") + "changes/", viewport={"width": 1200, "height": 800})
    expect(page.locator(".fold:visible")).to_have_count(0)
    expect(page.locator(".change").first.get_by_role("link", name="History")).to_be_visible()
    expect(page.locator("[data-head]")).to_contain_text("19 tool calls")


def test_the_number_of_alerts_covers_no_other_link(open_page, places):
    page = open_page(places("demo-sideways"), viewport=PHONE)
    ends = """() => {
      const number = document.querySelector("[data-badge-number]");
      number.hidden = false;
      number.textContent = "12";
      const after = document.querySelector(".bell + a");
      return [number.getBoundingClientRect().right, after.getBoundingClientRect().left];
    }"""
    right, left = page.evaluate(ends)
    assert right <= left


def test_the_heat_map_by_time_opens_at_the_newest(open_page, places):
    project = places("demo-sideways").split("runs/")[0]
    page = open_page(f"{project}tools/?when=30d", viewport=PHONE)
    newest = page.get_by_role("region", name="Calls by time").get_by_role("link").first
    expect(newest).to_be_in_viewport()

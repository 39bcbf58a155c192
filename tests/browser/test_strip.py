"""The flight strip under a hand: hover, click, drag, keys, live growth, and the page without scripts."""

import re

import pytest
from playwright.sync_api import expect

BARS = "window.flight.main.map(({seq}) => seq)"


@pytest.fixture
def story(send):
    """A run of 12 steps: a failure, a hidden change, a wait, a sub-agent."""
    calls = [
        event
        for n in range(8)
        for event in (
            {"kind": "tool_call", "id": f"c{n}", "name": "Bash", "args": {"command": f"make {n}"},
             "ts": 1_800_000_000 + n},
            {"kind": "tool_result", "id": f"c{n}", "output": "x", "is_error": n == 3,
             "ts": 1_800_000_000.9 + n},
        )
    ]  # fmt: skip
    send(
        "strip",
        {"kind": "prompt", "text": "Go", "ts": 1_800_000_000},
        *calls,
        {"kind": "file_change", "id": "c5", "path": "a.py", "before": "a\n", "after": "b\n",
         "origin": "observed", "ts": 1_800_000_005.5},
        {"kind": "prompt", "text": "Go on", "ts": 1_800_000_900},
        {"kind": "agent_start", "agent": "a1", "name": "worker", "ts": 1_800_000_901},
        {"kind": "tool_call", "id": "s", "name": "Grep", "agent": "a1", "args": {"pattern": "x"},
         "output": "y", "ts": 1_800_000_902},
        {"kind": "agent_end", "agent": "a1", "ts": 1_800_000_903},
    )  # fmt: skip
    return "strip"


def place_of(page, seq, row=0):
    """Say where a step is drawn, on the page."""
    x = page.evaluate(f"flight.px(flight.find({seq}).x + flight.find({seq}).w / 2)")
    box = page.locator("[data-strip-hand]").bounding_box()
    return box["x"] + x, box["y"] + (page.evaluate("flight.laneY(0) + 2") if row else 32)


def expect_drawn(page, steps):
    expect(page.locator("[data-strip-view]")).to_have_attribute("data-drawn", str(steps), timeout=8_000)


def open_strip(open_page, places, run, *, steps, **options):
    page = open_page(places(run), **options)
    expect_drawn(page, steps)
    return page


def test_hand_and_keys_lead_to_steps_and_ranges(open_page, places, story):
    page = open_strip(open_page, places, story, steps=12)
    hand, tip, sums = (page.locator(f"[data-strip-{part}]") for part in ("hand", "tip", "range"))
    page.mouse.move(*place_of(page, 4))
    expect(tip).to_contain_text("make 3")
    page.mouse.click(*place_of(page, 4))
    expect(page.locator("[data-panel='4']")).to_be_visible()
    page.wait_for_url("**step=4**")
    expect(hand).to_have_attribute("aria-valuenow", "4")

    page.mouse.move(*place_of(page, 3))
    page.mouse.down()
    page.mouse.move(*place_of(page, 5), steps=3)
    page.mouse.up()
    expect(sums).to_contain_text("Steps 3 – 5")
    expect(sums).to_contain_text("1 failure")
    page.wait_for_url("**from=3&to=5**")
    assert page.evaluate("flight.to - flight.from < flight.length")
    page.evaluate("document.addEventListener('strip:range', ({detail}) => { window.told = detail })")
    hand.focus()
    page.keyboard.press("Shift+ArrowRight")
    expect(sums).to_contain_text("Steps 3 – 6")
    assert page.evaluate("told") == {"from": 3, "to": 6}
    page.locator("[data-to-changes]").click()
    page.wait_for_url("**/changes/?*from=3&to=6*")
    expect(sums).to_contain_text("Steps 3 – 6")
    page.locator("[data-strip-clear]").click()
    expect(sums).to_be_empty()
    assert "from=" not in page.url

    expect_drawn(page, 12)
    hand.focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    expect(hand).to_have_attribute("aria-valuetext", re.compile("^Step 1 Ran make 0 900 ms"), timeout=5_000)
    page.keyboard.press("+")
    assert page.evaluate("flight.to - flight.from < flight.length")
    page.keyboard.press("0")
    assert page.evaluate("[flight.from, flight.to - flight.length]") == [0, 0]
    page.keyboard.press("Enter")
    page.wait_for_url("**/runs/*/?step=1")
    expect(page.locator("[data-panel='1']")).to_be_visible()


def test_failures_stand_out_and_lanes_lie_below(open_page, places, story):
    page = open_strip(open_page, places, story, steps=12, color_scheme="dark")
    above = """seq => {
      const [x, y] = [flight.px(flight.find(seq).x) + 4, flight.TOP - 3].map(v => v * devicePixelRatio);
      const holder = new OffscreenCanvas(1, 1).getContext('2d');
      holder.drawImage(flight.canvas, -Math.round(x), -Math.round(y));
      return [...holder.getImageData(0, 0, 1, 1).data.slice(0, 3)];
    }"""
    assert page.evaluate(above, 4) == [255, 107, 107]  # --fail in the dark, taller than its neighbours
    assert page.evaluate(above, 5) == [0, 0, 0]
    page.mouse.move(*place_of(page, 11, row=1))
    expect(page.locator("[data-strip-tip]")).to_contain_text("sub-agent a1")
    assert page.evaluate("flight.marks.map(({words}) => words)") == ["waited 15 m"]
    expect(page.locator("[data-strip-words]")).to_contain_text("hidden changes at step 6")


def test_strip_grows_with_the_run(open_page, places, send):
    send("strip-grows", {"kind": "prompt", "text": "Go"})
    page = open_strip(open_page, places, "strip-grows", steps=1)
    expect(page.locator("[data-live-word]")).to_have_text("Live")
    page.evaluate(
        "window.fetched = []; const ask = fetch;"
        "window.fetch = (url, how) => (fetched.push(String(url)), ask(url, how)); null"
    )
    send("strip-grows", *({"kind": "log", "text": f"line {n}"} for n in range(30)))
    expect_drawn(page, 31)
    assert page.evaluate(BARS) == list(range(31))
    assert all("after=" in url for url in page.evaluate("fetched.filter(url => url.includes('/strip/'))"))
    expect(page.locator("[data-strip-words]")).to_contain_text("31 steps")


def test_strip_is_there_without_javascript(open_page, places, story):
    page = open_page(places(story) + "?from=3&to=5", java_script_enabled=False)
    expect(page.locator(".strip-plain")).to_be_visible()
    expect(page.locator("[data-strip-range]")).to_contain_text("1 failure")
    expect(page.locator("#strip-words")).to_contain_text("1 failed: step 4")

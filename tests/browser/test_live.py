"""Live pages in real browsers: soon, in order, without gap or double, also over a wire that breaks."""

import time

import pytest
from playwright.sync_api import expect

ROWS = "ol[data-rows] li[data-seq] > .step"
#: A browser that cannot have sockets, as behind a proxy that forbids them.
NO_SOCKETS = """window.WebSocket = class {
  constructor() { setTimeout(() => this.onclose?.({code: 1006}), 5); }
  close() {}
};"""


def call(number, **fields):
    return {
        "kind": "tool_call",
        "id": f"t{number}",
        "name": "Bash",
        "args": {"command": f"echo {number}"},
        **fields,
    }


def result(number, **fields):
    return {"kind": "tool_result", "id": f"t{number}", "output": f"{number}", **fields}


def rows_of(page):
    """Read what the timeline shows: number and words of every row."""
    return page.eval_on_selector_all(
        ROWS, "rows => rows.map(r => r.textContent.replace(/\\s+/g, ' ').trim())"
    )


def test_event_shows_within_a_second_in_two_browsers_one_of_which_reconnects(open_page, send, places, wire):
    send("live", {"kind": "prompt", "text": "Watch me"}, call(0), result(0))
    steady = open_page(places("live"))
    shaky = open_page(places("live"), port=wire.port, quiet=False)
    for page in (steady, shaky):
        expect(page.locator("[data-live-word]")).to_have_text("Live")

    delays = []
    for number in (91, 92, 93):  # a busy machine may stumble once
        posted = time.monotonic()
        send("live", call(number))
        for page in (steady, shaky):
            expect(page.locator(ROWS, has_text=f"echo {number}")).to_be_visible(timeout=5_000)
        delays.append(time.monotonic() - posted)
    assert min(delays) < 1.0

    wire.cut()
    expect(shaky.locator("[data-live-word]")).not_to_have_text("Live")
    for number in range(2, 8):
        send("live", call(number))
    send(
        "live",
        result(91),
        result(3, is_error=True),
        {"kind": "retry", "attempt": 1, "error": "429 rate limited"},
    )
    expect(steady.locator(ROWS, has_text="echo 7")).to_be_visible(timeout=5_000)
    expect(shaky.locator(ROWS, has_text="echo 7")).to_have_count(0)

    wire.mend()
    expect(shaky.locator("[data-live-word]")).to_have_text("Live", timeout=20_000)
    expect(shaky.locator(ROWS, has_text="echo 7")).to_be_visible(timeout=5_000)
    send("live", call(8))
    expect(shaky.locator(ROWS, has_text="echo 8")).to_be_visible(timeout=5_000)
    expect(steady.locator(ROWS, has_text="echo 8")).to_be_visible(timeout=5_000)
    fresh = open_page(places("live"))
    assert rows_of(shaky) == rows_of(steady) == rows_of(fresh)


def test_list_shows_new_and_changed_runs_without_reload(open_page, send, places):
    page = open_page(places())
    expect(page.locator("[data-live-word]")).to_have_text("Live")
    page.evaluate("window.here = true")
    send("fresh-run", {"kind": "prompt", "text": "A run that just began"})
    row = page.locator("tr[data-run]", has_text="A run that just began")
    expect(row).to_be_visible(timeout=5_000)
    expect(row).to_contain_text("Running")
    expect(page.locator("tr[data-run]").first).to_contain_text("A run that just began")
    send("fresh-run", {"kind": "run_end", "status": "failed"})
    expect(row).to_contain_text("Failed", timeout=5_000)
    expect(row).to_have_count(1)
    assert page.evaluate("window.here")


def test_list_drops_a_run_that_its_filter_does_not_show_any_more(open_page, send, places):
    send("leaving", {"kind": "prompt", "text": "About to end"})
    page = open_page(places() + "?status=running")
    row = page.locator("tr[data-run]", has_text="About to end")
    expect(row).to_be_visible()
    expect(page.locator("[data-live-word]")).to_have_text("Live")
    send("leaving", {"kind": "run_end", "status": "done"})
    expect(row).to_have_count(0, timeout=5_000)


def test_page_polls_where_sockets_cannot_be_had(open_page, send, places):
    send("polled", {"kind": "prompt", "text": "No sockets here"})
    page = open_page(places("polled"), script=NO_SOCKETS)
    expect(page.locator("[data-live-word]")).to_have_text("Polling", timeout=10_000)
    send("polled", call(1))
    expect(page.locator(ROWS, has_text="echo 1")).to_be_visible(timeout=4_000)


@pytest.mark.parametrize("script", ["", NO_SOCKETS], ids=["socket", "polling"])
def test_what_stands_around_the_rows_grows_along(open_page, send, places, script):
    run = f"glance-{len(script)}"
    send(run, {"kind": "run_start"})
    page = open_page(places(run), script=script)
    expect(page.locator("[data-live-word]")).to_have_text("Polling" if script else "Live", timeout=10_000)
    expect(page.locator(".timeline .empty")).to_be_visible()
    overview, steps = page.locator("[data-overview]"), page.locator("[data-count=steps]")
    expect(overview).to_contain_text("Nothing failed so far")
    send(run, {"kind": "prompt", "text": "Make it grow"}, call(1), result(1, is_error=True))
    expect(overview).to_contain_text("What failed so far", timeout=4_000)
    expect(overview).to_contain_text("Make it grow")
    expect(steps).to_have_text("2")
    expect(page.locator("[data-run-title]")).to_have_text("Make it grow")
    expect(page.locator(".timeline .empty")).to_have_count(0)

    page.locator(ROWS, has_text="echo 1").click()
    expect(page.locator("[data-panel]")).to_be_visible()
    send(run, call(2))
    expect(steps).to_have_text("3", timeout=4_000)
    expect(page.locator("[data-panel]")).to_be_visible()
    page.keyboard.press("Escape")
    expect(overview).to_contain_text("What failed so far")
    send(run, {"kind": "run_end", "status": "failed", "outcome": "gave up"})
    expect(overview).to_contain_text("Where it broke", timeout=4_000)
    expect(page.locator("[data-head]")).to_contain_text("Failed · gave up")


def test_reader_who_scrolled_up_is_not_moved(open_page, send, places):
    send(
        "scrolled",
        {"kind": "prompt", "text": "Long"},
        *(event for n in range(80) for event in (call(n), result(n))),
    )
    page = open_page(places("scrolled"))
    expect(page.locator("[data-live-word]")).to_have_text("Live")
    page.evaluate("scrollTo(0, 300)")
    send("scrolled", call(80))
    expect(page.locator(f"{ROWS} code", has_text="echo 80")).to_be_attached(timeout=5_000)
    assert page.evaluate("scrollY") == 300
    expect(page.locator("[data-fresh]")).to_have_text("1 new step ↓")
    page.locator("[data-fresh]").click()
    send("scrolled", call(81))
    expect(page.locator(f"{ROWS} code", has_text="echo 81")).to_be_in_viewport(timeout=5_000)

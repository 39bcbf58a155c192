"""Delegations in a real browser: one row, live in any order, and every way to the span leads to that row."""

from playwright.sync_api import expect

CALL = {
    "kind": "tool_call",
    "id": "t1",
    "name": "Task",
    "args": {"description": "Review a.ts"},
    "ts": 1767323046,
}
START = {"kind": "agent_start", "agent": "r1", "name": "Reviewer", "call": "t1", "text": "Look at needle.ts",
         "ts": 1767323047}  # fmt: skip
INNER = {"kind": "tool_call", "agent": "r1", "name": "Read", "args": {"file_path": "a.ts"}}


def rows_of(page):
    """Read what the timeline shows: number and words of every row and lane, open or closed."""
    words = "rows => rows.map(r => (r.dataset.lane ?? '') + r.textContent.replace(/\\s+/g, ' ').trim())"
    return page.eval_on_selector_all(
        "ol[data-rows] li[data-seq] > .step, ol[data-rows] .lane > summary", words
    )


def test_span_that_came_first_gives_way_to_its_call_and_its_lane_stays_open(open_page, send, places):
    send("order", {"kind": "prompt", "text": "Review", "ts": 1767323045}, START)
    send("order", {**INNER, "id": "r1a"})
    page = open_page(places("order"))
    expect(page.locator("[data-live-word]")).to_have_text("Live")
    page.locator(".lane > summary").click()
    inner = page.locator(".lane li[data-seq='2'] > .step")
    expect(inner).to_be_visible()
    page.locator("li[data-seq='1'] > .step").click()
    expect(page.locator("#panel [data-panel='1']")).to_be_visible()
    send("order", CALL)
    call = page.locator("li[data-seq='3']")
    expect(call.locator("> .step")).to_have_attribute("aria-current", "true", timeout=5_000)
    expect(page.locator("li[data-seq='1']")).to_have_count(0)
    expect(call.locator(inner)).to_be_visible()
    send("order", {**INNER, "id": "r1b"}, {"kind": "agent_end", "agent": "r1"})
    expect(call.locator(".lane li[data-seq='4'] > .step")).to_be_visible(timeout=5_000)
    expect(call.locator("summary")).to_have_text("Reviewer 2 steps")
    fresh = open_page(places("order"))
    assert [row for row in rows_of(page) if "Read" not in row] == rows_of(fresh)


def test_every_way_to_a_span_marks_the_row_of_its_call_and_shows_the_span(open_page, send, places):
    send("ways", {"kind": "prompt", "text": "Review", "ts": 1767323045}, CALL, START, {**INNER, "id": "r1a"})
    send("ways", {"kind": "tool_call", "id": "t2", "name": "Bash", "args": {"command": "echo needle"}})
    page = open_page(places("ways") + "?step=2")
    row = page.locator("li[data-seq='1'] > .step")
    expect(row).to_have_attribute("aria-current", "true")
    expect(page.locator("#panel [data-panel='2']")).to_be_visible()
    page.keyboard.press("j")
    expect(page.locator("#panel [data-panel='4']")).to_be_visible()
    page.keyboard.press("k")
    expect(page.locator("#panel [data-panel='1']")).to_be_visible()
    page.keyboard.press("f")
    page.keyboard.type("needle")
    page.keyboard.press("Enter")
    expect(page.locator("[data-find-count]")).to_have_text("– of 2")
    page.keyboard.press("n")
    expect(page.locator("#panel [data-panel='2']")).to_be_visible()
    expect(row).to_have_attribute("aria-current", "true")
    assert "step=2" in page.url
    page.keyboard.press("n")
    expect(page.locator("#panel [data-panel='4']")).to_be_visible()
    page.keyboard.press("N")
    expect(page.locator("#panel [data-panel='2']")).to_be_visible()
    page.wait_for_load_state("networkidle")


def test_tree_marks_the_call_for_its_span_and_opens_into_the_agents_steps(open_page, send, places):
    send("branch", {"kind": "prompt", "text": "Review", "ts": 1767323045}, CALL, START)
    send("branch", {**INNER, "id": "r1a"})
    page = open_page(places("branch") + "tree/?step=2")
    row = page.locator("li[data-seq='1'] > .step")
    expect(row).to_have_attribute("aria-current", "true")
    expect(page.locator("#panel [data-panel='2']")).to_be_visible()
    row.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("li[data-seq='1'] li[data-seq='3'] > .step")).to_be_visible()
    expect(page.locator("li[data-seq='2']")).to_have_count(0)
    page.wait_for_load_state("networkidle")

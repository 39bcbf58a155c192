"""The tree in a real browser: by keyboard, without JavaScript, live."""

import pytest
from playwright.sync_api import expect

CURRENT = "ol[role=tree] .step[aria-current]"


@pytest.fixture
def nested(send, request):
    """A run of two turns, the test's own; a sub-agent in the second one has a failing call."""
    run = f"nested-{request.node.name}"
    send(
        run,
        {"kind": "prompt", "id": "p", "text": "Look around"},
        {"kind": "llm_call", "id": "m1", "turn": 1, "model": "claude-opus-4-8", "content": "First."},
        {"kind": "tool_call", "id": "a", "name": "Bash", "args": {"command": "ls"}, "output": "x"},
        {"kind": "llm_call", "id": "m2", "turn": 2, "model": "claude-opus-4-8", "content": "Second."},
        {"kind": "agent_start", "id": "spawn", "agent": "sub", "name": "Explore", "text": "look"},
        {"kind": "tool_call", "id": "b", "agent": "sub", "name": "Grep", "args": {"pattern": "x"}},
        {"kind": "tool_result", "id": "b", "agent": "sub", "output": "none", "is_error": True},
        {"kind": "agent_end", "agent": "sub", "text": "done"},
    )
    return run


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


@pytest.fixture
def live(open_page, places):
    """Open the tree of a run, connected."""

    def open_live(run, query="", **options):
        page = open_page(f"{places(run)}tree/{query}", **options)
        expect(page.locator("[data-live-word]")).to_have_text("Live")
        return page

    return open_live


def tools(*names):
    return [{"kind": "tool_call", "id": name, "name": "Bash", "args": {"command": name}} for name in names]


def test_tree_of_a_running_run_draws_itself_anew(live, send, nested):
    page = live(nested, "?open=t1&by=cost")
    page.locator("[data-node=t1] [data-seq='2'] > .step").click()
    expect(page.locator("#panel [data-panel='2']")).to_be_visible()
    page.locator(CURRENT).focus()
    page.locator("[data-node=t1]").evaluate("li => { li.wasHere = true; }")
    send(nested, *tools("late"), {"kind": "llm_call", "id": "m3", "turn": 3, "content": "Third."})
    expect(page.locator("[data-node=t3] > .step")).to_contain_text("Third.")
    expect(page.locator("[data-node=t2] > .step .tag")).to_contain_text("4 steps")
    expect(page.locator(".is-whole")).to_contain_text("3 turns")
    expect(page.locator(CURRENT)).to_contain_text("ls")
    expect(page.locator(CURRENT)).to_be_focused()
    assert page.locator("[data-node=t1]").evaluate("li => li.wasHere")
    assert page.locator("[role=treeitem][tabindex='0']").count() == 1
    page.locator("[data-node=t3] > .step").click()
    expect(page.locator("#panel [data-panel='7']")).to_be_visible()
    assert page.url.endswith("/tree/?by=cost&step=7&open=t1")


def test_what_is_open_grows_and_what_was_closed_stays_closed(live, send, nested):
    page = live(nested, "?step=2")
    page.locator("[data-node=t1] > .twisty").dispatch_event("click")
    page.locator("[data-node=t2] > .twisty").dispatch_event("click")
    expect(page.locator("[data-seq='4'] > .step")).to_be_visible()
    send(nested, *tools("late"))
    expect(page.locator("[data-node=t2] [data-seq='6'] > .step")).to_contain_text("late")
    expect(page.locator("[data-node=t1] > .step")).to_have_attribute("aria-expanded", "false")
    page.locator("[data-node=t1] > .twisty").dispatch_event("click")
    expect(page.locator("[data-node=t1] [data-seq='2']")).to_be_visible()


def test_who_scrolled_is_not_moved_and_told_of_rows_below(live, send):
    calls = [{"kind": "llm_call", "id": f"m{n}", "turn": n, "content": f"Call {n}."} for n in range(1, 61)]
    send("tall", *calls)
    page = live("tall", viewport={"width": 1200, "height": 500})
    page.evaluate("scrollTo(0, 900)")
    top = page.locator("[data-node=t30]").evaluate("li => li.getBoundingClientRect().top")
    send("tall", {"kind": "prompt", "id": "p", "turn": 2, "text": "Above"},
         {"kind": "llm_call", "id": "m61", "turn": 61, "content": "Call 61."})  # fmt: skip
    expect(page.locator("[data-node=t61]")).to_have_count(1)
    now = page.locator("[data-node=t30]").evaluate("li => li.getBoundingClientRect().top")
    assert abs(now - top) < 1  # pages scroll by whole pixels, rows are not that high
    expect(page.locator("[data-fresh]")).to_contain_text("new row")
    page.locator("[data-fresh]").click()
    expect(page.locator("[data-node=t61]")).to_be_in_viewport()
    expect(page.locator("[data-fresh]")).to_be_hidden()


def test_tree_waits_while_a_menu_is_open(live, send, nested):
    page = live(nested)
    page.keyboard.press("?")
    expect(page.locator("dialog[open]")).to_be_visible()
    send(nested, *tools("late"))
    expect(page.locator("[data-head]")).to_contain_text("tool")
    page.wait_for_timeout(1_000)
    expect(page.locator("[data-node=t2] > .step .tag")).to_contain_text("3 steps")
    page.keyboard.press("Escape")
    expect(page.locator("[data-node=t2] > .step .tag")).to_contain_text("4 steps")


def test_steps_a_reader_loaded_stay(live, send):
    many = [f"c{n}" for n in range(130)]
    send("wide", {"kind": "llm_call", "id": "m1", "turn": 1, "content": "First."}, *tools(*many))
    page = live("wide", "?open=t1")
    page.locator("[data-node=t1] .more a").click()
    expect(page.locator("[data-node=t1] [data-seq='130']")).to_be_attached()
    send("wide", *tools("late"))
    expect(page.locator("[data-node=t1] > .step .tag")).to_contain_text("132 steps")
    expect(page.locator("[data-node=t1] [data-seq='130']")).to_be_attached()


@pytest.mark.parametrize("width", [390, 1440])
def test_nothing_scrolls_sideways(open_page, places, nested, width):
    page = open_page(places(nested) + "tree/?open=t1.t2.s4", viewport={"width": width, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0

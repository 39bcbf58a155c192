"""The story above the strip in a real browser: told by the worker while the run goes on, and the way back."""

import pytest
from playwright.sync_api import expect

PATIENT = 30_000  # milliseconds: the worker judges when the machine lets it


def shell(number, command, *, exit_code):
    return [
        {"kind": "tool_call", "id": f"t{number}", "name": "Bash", "args": {"command": command}},
        {"kind": "tool_result", "id": f"t{number}", "output": "<b>out</b>", "exit_code": exit_code},
    ]


@pytest.fixture
def broken(send):
    """Green, then a change that nobody declared, then red for good."""
    change = {"kind": "file_change", "step": "t2", "path": "a.ts", "op": "edit", "origin": "observed",
              "before": "a\n", "after": "b\n"}  # fmt: skip
    send(
        "broken",
        {"kind": "prompt", "text": "Fix it"},
        *shell(1, "npm test", exit_code=0),
        *shell(2, "sed -i s/a/b/ a.ts", exit_code=0),
        change,
        *[event for number in (3, 4, 5) for event in shell(number, "npm run build", exit_code=2)],
    )
    return "broken"


def test_story_comes_live_and_b_walks_backwards(open_page, places, send, broken):
    page = open_page(places(broken))
    account = page.locator("[data-story] .account")
    expect(account).to_contain_text(
        "changed a.ts without declaring it; npm run build has been red since", timeout=PATIENT
    )
    send(broken, *shell(6, "npm run build", exit_code=2))
    expect(account).to_contain_text("red since, 4 times", timeout=PATIENT)
    bar = page.locator("[data-cause-bar]")
    page.keyboard.press("b")
    expect(bar).to_contain_text("1 of 4 · step 6")
    expect(page.locator("#panel [data-panel='6']")).to_be_visible()
    page.keyboard.press("b")
    page.keyboard.press("b")
    expect(bar).to_contain_text("3 of 4 · step 2 Changed a.ts, without declaring it.")
    page.keyboard.press("B")
    expect(bar).to_contain_text("2 of 4 · step 3 Here npm run build was red for the first time.")
    page.keyboard.press("m")
    expect(page.locator("#panel [data-panel='2']")).to_be_visible()


def test_story_links_lead_to_steps_without_scripts(open_page, places, broken):
    page = open_page(places(broken))
    expect(page.locator("[data-story] .moment")).to_have_text("step 2", timeout=PATIENT)
    assert page.locator("[data-story] .moment").get_attribute("href").endswith("?step=2")


def test_suspect_is_shown_with_its_diff(open_page, places, broken):
    page = open_page(places(broken))
    diff = page.locator("#panel .change", has_text="a.ts")
    expect(diff).to_contain_text("hidden: not declared by the call", timeout=PATIENT)
    expect(diff.locator(".diff")).to_be_visible()


def test_list_tells_live_what_rules_found(open_page, places, send):
    page = open_page(places())
    send(
        "listed",
        {"kind": "prompt", "text": "Build the listed thing"},
        *[event for number in (1, 2, 3) for event in shell(number, "npm run build", exit_code=2)],
    )
    row = page.locator("tr[data-run]", has_text="Build the listed thing")
    expect(row.locator(".ruled")).to_contain_text("Failing check", timeout=PATIENT)

"""Checks in a real browser: told live, marked under the strip, suspects a click away."""

import pytest
from playwright.sync_api import expect

PATIENT = 30_000  # milliseconds: the worker judges when the machine lets it


def shell(number, command, *, exit_code):
    return [
        {"kind": "tool_call", "id": f"t{number}", "name": "Bash", "args": {"command": command}},
        {"kind": "tool_result", "id": f"t{number}", "output": "out", "exit_code": exit_code},
    ]


@pytest.fixture
def broken(send, request):
    """Green, then a change that nobody declared, then red."""
    change = {"kind": "file_change", "step": "t2", "path": "conf/ttl.ts", "op": "edit",
              "origin": "observed", "before": "ttl: 3600\n", "after": "ttl: 36OO\n"}  # fmt: skip
    run = request.node.name
    send(
        run,
        {"kind": "prompt", "text": "Fix it"},
        *shell(1, "npm test", exit_code=0),
        *shell(2, "sed -i s/00/OO/ conf/ttl.ts", exit_code=0),
        change,
        *shell(3, "npm test", exit_code=1),
    )
    return run


def test_checks_come_live_with_suspects_a_click_away(open_page, places, send, broken):
    page = open_page(places(broken))
    marks = page.locator("#panel .outcome")
    expect(marks).to_have_count(2, timeout=PATIENT)
    page.locator("#panel .broken summary").click()
    diff = page.locator("#panel .broken .change")
    expect(diff).to_contain_text("ttl: 36OO")
    send(broken, *shell(4, "npm test", exit_code=1))
    expect(marks).to_have_count(3, timeout=PATIENT)
    expect(diff).to_contain_text("ttl: 36OO")  # what was open stays open
    expect(page.locator("[data-story]")).to_have_attribute("data-checks", "1g 3r 4r")
    page.get_by_role("link", name="red at step 4").click()
    expect(page.locator("#panel .standing")).to_have_text(
        "Red for the 2nd time in a row. Last green: step 1. Suspect: ttl.ts at step 2, hidden."
    )


def test_strip_marks_checks_under_the_bars(open_page, places, broken):
    page = open_page(places(broken))
    expect(page.locator("[data-story]")).to_have_attribute("data-checks", "1g 3r", timeout=PATIENT)
    expect(page.locator("[data-strip-view]")).to_have_attribute("data-drawn", "4")
    seen = page.evaluate(
        """() => [1, 2, 3].map((seq) => {
          const bar = flight.find(seq), dense = devicePixelRatio || 1;
          const x = flight.px(bar.x) + (bar.w * flight.scale - 1.5) / 2, y = flight.TOP + flight.TALL + 6;
          const [red, green, , alpha] = flight.pen.getImageData(x * dense, y * dense, 1, 1).data;
          return alpha < 200 ? "" : red > green ? "red" : "green";
        })"""
    )
    assert seen == ["green", "", "red"]


def test_checks_and_their_suspects_are_links_without_scripts(open_page, places, broken):
    page = open_page(places(broken))
    expect(page.locator("#panel .outcome")).to_have_count(2, timeout=PATIENT)
    plain = open_page(places(broken), java_script_enabled=False)
    plain.locator("#panel .broken summary").click()
    plain.locator("#panel .broken .suspect-diff a").click()
    expect(plain.locator(".change")).to_contain_text("ttl: 36OO")

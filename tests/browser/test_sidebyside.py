"""Two runs are chosen in the list and read beside each other, by keyboard and without scripts."""

import pytest
from playwright.sync_api import expect


@pytest.fixture
def pair(send):
    """Two runs that part after a long same beginning, and meet again."""
    for run, last in (("beside-a", "cp b"), ("beside-b", "mv c")):
        events = []
        commands = [
            *(f"make part{n}" for n in range(30)),
            last,
            "git push",
            "rm x" if run == "beside-a" else "ls",
        ]
        for n, command in enumerate(commands):
            call = f"{run}-{n}"
            events += [
                {"kind": "tool_call", "id": call, "name": "Bash", "args": {"command": command}},
                {"kind": "tool_result", "id": call, "output": f"did {command}"},
            ]
        send(run, {"kind": "run_start", "name": f"Try {run}"}, *events, {"kind": "run_end", "status": "done"})


def test_runs_are_chosen_and_compared_by_keyboard(open_page, places, pair):
    page = open_page(f"{places()}?q=beside-")
    bar = page.locator("[data-picks]")
    expect(bar).to_be_hidden()
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(bar).to_contain_text("Compare with…")
    page.keyboard.press("j")
    page.keyboard.press("x")
    bar.get_by_role("button", name="Compare 2 runs").click()
    expect(page.locator(".beside-why .says")).to_contain_text("They part at step 30 of A and 30 of B")
    page.keyboard.press("n")
    expect(page.locator(".step[aria-current] .n")).to_have_text("30")
    page.keyboard.press("n")
    expect(page.locator(".step[aria-current] .n")).to_have_text("32")
    page.keyboard.press("p")
    expect(page.locator(".step[aria-current] .n")).to_have_text("30")
    expect(page.locator(".beside-table h2").first).to_have_text("Checks at the end")


@pytest.mark.parametrize("scripts", [True, False])
def test_fold_opens(open_page, places, pair, scripts):
    page = open_page(f"{places()}?q=beside-", java_script_enabled=scripts)
    for box in page.locator("input.pick").all():
        box.check()
    page.locator("[data-picks] button[type=submit]").click()
    expect(page.locator("#row-12")).to_have_count(0)
    page.locator(".beside-fold a").click()
    expect(page.locator("#row-12")).to_be_visible()
    expect(page.locator("#row-12 .step").first).to_contain_text("make part12")

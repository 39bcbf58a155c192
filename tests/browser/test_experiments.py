"""From an experiment's matrix to its runs and its prompts, in a real browser."""

import pytest
from playwright.sync_api import expect

PHONE = {"width": 390, "height": 844}


@pytest.fixture
def tried(send):
    """One task under two prompts, one of which fails."""
    for run, system, outcome in (("p1", "Be **calm**.", "resolved"), ("p2", "Be brisk.", "unresolved")):
        start = {
            "kind": "run_start",
            "task": "Mend the <b>fence</b>",
            "variant": system[3:7],
            "prompt_name": "mender",
        }
        call = {
            "kind": "llm_call",
            "id": "m",
            "messages": [{"role": "user", "content": "x"}],
            "system": system,
        }
        send(run, start, call, {"kind": "run_end", "status": "done", "outcome": outcome})


def open_when_judged(open_page, url, text, **given):
    """Open a page, again until the worker has looked at the runs."""
    page = open_page(url, **given)
    for _ in range(40):
        if page.get_by_text(text).first.is_visible():
            return page
        page.wait_for_timeout(250)
        page.reload()
    raise AssertionError(f"{text!r} never came")


def test_matrix_opens_the_runs_of_a_cell(open_page, places, tried):
    page = open_when_judged(open_page, f"{places()}experiments/?q=fence", "Mend the <b>fence</b>")
    page.locator("tbody .tries.is-fail").last.click()
    expect(page.locator(".list [data-run]")).to_have_count(1)
    expect(page.locator(".filters")).to_contain_text("Mend the <b>fence</b>")


def test_prompt_shows_what_changed_and_is_copied(open_page, places, tried):
    page = open_when_judged(open_page, f"{places()}prompts/?family=mender", "mender")
    page.locator(".versions th .link", has_text="v2").click()
    expect(page.locator("h1")).to_have_text("mender v2")
    expect(page.locator(".diff .is-del, .diff .del").first).to_be_visible()
    expect(page.get_by_role("button", name="Copy")).to_be_visible()


def test_matrix_is_cards_on_a_phone(open_page, places, tried):
    page = open_when_judged(
        open_page, f"{places()}experiments/?q=fence", "Mend the <b>fence</b>", viewport=PHONE
    )
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    expect(page.locator("tbody tr").last).to_have_css("display", "block")

"""Alerts in a real browser: the inbox and the bell are live, the form shows past runs while it is typed."""

import pytest
from playwright.sync_api import expect

PATIENT = 30_000  # milliseconds: the worker judges when the machine lets it


@pytest.fixture
def loop(send):
    """Give a function that lets an agent read one file again and again."""

    def loop_once(run):
        call = {"kind": "tool_call", "name": "Read", "args": {"file_path": "/w/a.py"}}
        ids = [f"{run}{number}" for number in range(4)]
        send(
            run,
            *[
                {**each, "id": one}
                for one in ids
                for each in (call, {"kind": "tool_result", "output": "1\tx"})
            ],
        )

    return loop_once


def test_the_inbox_is_live_and_keeps_the_focus(open_page, places, loop):
    loop("looping-1")
    page = open_page(places() + "alerts/")
    first = page.locator(".alert", has_text="looping-1")
    expect(first).to_be_visible(timeout=PATIENT)
    expect(page.locator("[data-badge-number]")).to_be_visible(timeout=PATIENT)
    expect(page.locator("[data-live-word]")).to_have_text("Live", timeout=PATIENT)
    first.get_by_role("button", name="Acknowledge").focus()
    loop("looping-2")
    expect(page.locator(".alert", has_text="looping-2")).to_be_visible(timeout=PATIENT)
    expect(first.get_by_role("button", name="Acknowledge")).to_be_focused()
    first.get_by_role("button", name="Resolve").click()
    expect(page.locator(".alert", has_text="looping-2")).to_be_visible()
    expect(first).to_have_count(0)
    page.get_by_role("link", name="Resolved", exact=True).click()
    expect(first).to_contain_text("Resolved by")


def test_the_cards_of_findings_are_live_and_keep_the_focus(open_page, places, loop):
    loop("looping-3")
    page = open_page(places() + "findings/")
    card = page.locator(".signature-card", has_text="Tool loop")
    expect(card).to_be_visible(timeout=PATIENT)
    expect(page.locator("[data-live-word]")).to_have_text("Live", timeout=PATIENT)
    card.get_by_role("button", name="Resolve").focus()
    before = card.locator(".card-facts a").inner_text()
    loop("looping-4")
    expect(card.locator(".card-facts a")).not_to_have_text(before, timeout=PATIENT)
    expect(card.get_by_role("button", name="Resolve")).to_be_focused()


def test_the_preview_follows_what_is_typed(open_page, places):
    page = open_page(places() + "alerts/rules/new/?kind=fact")
    head = page.locator(".alert-preview h3")
    expect(head).to_have_text("Would have fired for 1 run", timeout=PATIENT)
    page.get_by_label("More than").fill("300")
    expect(head).to_have_text("Would have fired for 0 runs", timeout=PATIENT)


def test_rules_can_be_made_without_scripts(open_page, places):
    page = open_page(places() + "alerts/rules/new/?kind=stuck", java_script_enabled=False)
    page.get_by_label("Minutes without an event").fill("3")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".alert-preview h3")).to_contain_text("Would have fired for")
    page.get_by_role("button", name="Save the rule").click()
    page.get_by_role("link", name="No event for 3 minutes").click()
    page.get_by_role("button", name="Delete this rule").click()
    expect(page.get_by_role("status").first).to_contain_text("are deleted")

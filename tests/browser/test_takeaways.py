"""A verdict by keyboard, and the archive as a download, in a real browser."""

import json
from pathlib import Path

from playwright.sync_api import expect


def test_verdict_is_given_by_keyboard_and_the_archive_downloads(open_page, places, send):
    send("judged", {"kind": "prompt", "text": "Fix it"}, {"kind": "final", "text": "Done"})
    page = open_page(places("judged"))
    page.keyboard.press("v")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.locator("[name=reason]").fill("Broke the build")
    page.locator("[name=tags]").fill("flaky")
    page.keyboard.press("Enter")
    expect(page.locator(".verdict .status")).to_have_text("Bad")
    expect(page.locator(".verdict a.chip[href*='tag=']")).to_have_text("flaky")
    page.locator(".verdict summary", has_text="Export").click()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Archive").click()
    lines = Path(waiting.value.path()).read_text().splitlines()
    assert [json.loads(line)["kind"] for line in lines][:1] == ["archived_run"]
    assert waiting.value.suggested_filename == "fix-it.jsonl"

"""Replay in a real browser: a list is copied and downloaded, the links of the panel lead there."""

import json
import zipfile

from playwright.sync_api import expect

ALLOWED = ["clipboard-read", "clipboard-write"]


def test_list_is_copied_in_the_chosen_format(open_page, places):
    page = open_page(f"{places('demo-sideways')}?step=12", permissions=ALLOWED)
    page.locator("#panel").get_by_role("link", name="Messages up to here").click()
    page.get_by_role("link", name="OpenAI responses").click()
    expect(page.get_by_role("link", name="OpenAI responses")).to_have_attribute("aria-current", "true")
    page.locator("[data-copy-answer]").click()
    expect(page.locator("[data-copy-answer]")).to_have_text("Copied")
    copied = json.loads(page.evaluate("navigator.clipboard.readText()"))
    assert copied["input"][0]["role"] == "system"
    assert {item["type"] for item in copied["input"]} == {"message", "function_call", "function_call_output"}
    page.locator("[data-copy-button]").click()
    command = page.evaluate("navigator.clipboard.readText()")
    assert command.startswith("curl https://api.openai.com/v1/responses ")
    assert command.endswith("-d @step-12-responses-request.json")


def test_request_and_files_are_downloaded(open_page, places, tmp_path):
    page = open_page(f"{places('demo-sideways')}steps/12/messages/?format=anthropic")
    with page.expect_download() as request:
        page.get_by_role("link", name="Download request").click()
    assert request.value.suggested_filename == "step-12-anthropic-request.json"
    body = json.loads(request.value.path().read_text())
    assert (body["model"], body["messages"][0]["role"]) == ("claude-sonnet-4-6", "user")
    page.goto(page.url.partition("/messages/")[0] + "/files/")
    with page.expect_download() as packed:
        page.get_by_role("link", name="Download zip").click()
    with zipfile.ZipFile(packed.value.path()) as archive:
        assert archive.namelist() == ["LIST.txt", "files/auth/session.ts", "files/config/default.ts"]
        assert "ttl: 36OO," in archive.read("files/config/default.ts").decode()


def test_related_runs_lead_to_each_other(open_page, places):
    page = open_page(places("demo-replayed"))
    page.get_by_role("link", name="replayed from step 9").click()
    expect(page.locator("#panel [data-panel='9']")).to_be_visible()
    expect(page.locator("[data-run-title]")).to_have_text("Sessions expire too early for EU users")

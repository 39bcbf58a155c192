"""Connect in a real browser: a key that goes along, lines of each shell, what comes and what is refused."""

import http.client
import json

from playwright.sync_api import expect

OPIK = {
    "id": "01a1f817-c36c-7034-9634-b45c710f4ac3",
    "trace_id": "01a1f817-c36c-7034-9634-b45c710f4ac4",
    "name": "chat",
    "type": "llm",
    "model": "gpt-5",
    "start_time": "2026-11-24T15:00:00Z",
    "end_time": "2026-11-24T15:00:01Z",
    "input": {"messages": [{"role": "user", "content": "hello from opik"}]},
    "output": {"role": "assistant", "content": "ho"},
}
PATH = "/api/v1/private/spans/batch"


def post(product, key, agent):
    connection = http.client.HTTPConnection("127.0.0.1", product.port, timeout=20)
    headers = {"authorization": key, "content-type": "application/json", "user-agent": agent}
    connection.request("POST", PATH, json.dumps({"spans": [OPIK]}), headers)
    status = connection.getresponse().status
    connection.close()
    return status


def lines(page):
    """The lines to paste, as far as they are shown."""
    return page.locator(".stage", has_text="Paste this").locator("[data-copy-text]:visible").first


def test_key_is_made_goes_along_and_the_page_turns_green(open_page, places, product):
    page = open_page(places() + "connect/?client=langsmith")
    expect(lines(page)).to_contain_text("LANGSMITH_API_KEY=as_YOUR_KEY")
    page.get_by_role("button", name="Make a key for LangSmith SDK").click()
    key = page.locator("[data-key-input]").input_value()
    assert key.startswith("as_")
    page.get_by_role("link", name="Opik").click()
    expect(lines(page)).to_contain_text(f"OPIK_API_KEY={key}")
    page.get_by_text("PowerShell", exact=True).click()
    expect(lines(page)).to_contain_text(f"$env:OPIK_API_KEY = '{key}'")
    expect(page.locator("[data-live-word]")).to_have_text("Live")
    expect(page.locator(".arrival")).to_contain_text("Waiting for your first event")
    assert post(product, "as_" + "q" * 40, "lost/1") == 401
    expect(page.locator(".arrival-refused")).to_contain_text("lost/1", timeout=15_000)
    expect(page.locator(".arrival-refused")).to_contain_text("nobody made this one")
    assert post(product, key, "opik/2") == 204
    expect(page.locator(".arrival.is-here")).to_contain_text("Opik is connected.", timeout=15_000)
    page.locator(".arrival a").first.click()
    expect(page.locator("h1")).to_have_text("hello from opik")


def test_phone_chooses_from_a_list_and_nothing_is_wider(open_page, places):
    page = open_page(places() + "connect/", viewport={"width": 390, "height": 844})
    page.get_by_label("Agent or SDK").select_option("codex")
    expect(page.locator("h1")).to_have_text("Connect Codex CLI")
    expect(lines(page)).to_contain_text("install codex")
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_without_javascript_links_and_tabs_work(open_page, places):
    page = open_page(places() + "connect/", java_script_enabled=False)
    page.get_by_role("link", name="Langfuse SDK").click()
    expect(page.locator("h1")).to_have_text("Connect Langfuse SDK")
    page.locator("label", has_text="fish").first.click()
    expect(lines(page)).to_contain_text("set -gx LANGFUSE_BASE_URL")
    page.get_by_role("link", name="Look again").click()
    expect(page.locator("h1")).to_have_text("Connect Langfuse SDK")

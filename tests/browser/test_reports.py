"""A comparison asked for by the form, and taken along, in a real browser."""

from pathlib import Path

from playwright.sync_api import expect


def test_form_counts_sides_and_leads_to_the_report(open_page, places, send):
    for name, variant in (("one", "calm"), ("two", "calm"), ("three", "brisk")):
        start = {"kind": "run_start", "variant": variant, "task": "Mend it"}
        send(name, start, {"kind": "run_end", "status": "done", "outcome": "resolved"})
    page = open_page(f"{places()}reports/")
    for side, variant in (("a", "calm"), ("b", "brisk")):
        page.locator(f"[name='{side}.variant']").fill(variant)
        page.locator(f"[name='{side}.variant']").blur()
    expect(page.locator(".side-counts")).to_have_text("A 2 runs B 1 run")
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Not enough to tell")
    assert page.url.endswith("reports/?a.variant=calm&b.variant=brisk")
    page.locator("summary", has_text="Export").click()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Runs (CSV), one a row").click()
    rows = Path(waiting.value.path()).read_text().splitlines()
    assert [row.partition(",")[0] for row in rows[1:]] == ["A", "A", "B"]

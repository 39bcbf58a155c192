"""The page that lets people try the read API, under our content security policy."""

import pytest
from playwright.sync_api import expect


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_call_can_be_tried(open_page, product, scheme):
    page = open_page("/api/", color_scheme=scheme, viewport={"width": 390, "height": 844})
    page.get_by_role("button", name="Authorize").click()
    page.get_by_label("auth-bearer-value").fill(product.read_key)
    page.get_by_label("Apply credentials").click()
    page.get_by_role("button", name="Close", exact=True).click()
    page.locator(".opblock-summary-path[data-path='/api/v1/runs']").click()
    page.get_by_role("button", name="Execute").click()
    expect(page.locator(".live-responses-table .response .response-col_status")).to_have_text("200")
    expect(page.locator(".live-responses-table")).to_contain_text("external_id")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390

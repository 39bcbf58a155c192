"""The whole file: its windows, its lines and the versions that wrote them."""

import pytest

TEXT = "".join(f"line {n}\n" for n in range(1, 1_601))


@pytest.fixture
def whole_file(send, places):
    """The address of the whole file of a run that changed one line of 1,600."""
    change = {"kind": "file_change", "step": "t1", "path": "big.txt", "op": "edit", "before": TEXT}
    send(
        "whole-file",
        {"kind": "run_start", "task": "Change one line."},
        {"kind": "tool_call", "id": "t1", "name": "Edit", "args": {"file_path": "big.txt"}, "output": "ok"},
        {**change, "after": TEXT.replace("line 1234\n", "changed\n")},
        {"kind": "final", "text": "Done."},
    )
    return f"{places('whole-file')}files/?path=big.txt&view=whole"


def test_an_address_of_a_far_line_leads_to_its_window(open_page, whole_file):
    page = open_page(f"{whole_file}#L1234")
    page.wait_for_url(lambda url: "start=1001" in url)
    line = page.locator("#L1234")
    assert line.locator(".code").inner_text() == "changed"
    assert line.locator(".by").inner_text() == "step 0"
    page.wait_for_function("document.querySelector('#L1234').getBoundingClientRect().top < innerHeight")


def test_lines_and_their_version_light_up_together(open_page, whole_file):
    page = open_page(f"{whole_file}&start=1201")
    page.locator("#L1234 .by a").focus()
    lit = page.locator(".is-lit")
    assert lit.evaluate_all("all => all.map(each => each.id || each.dataset.version)") == ["1", "L1234"]
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url.endswith("?step=0"))


def test_more_lines_come_into_view(open_page, whole_file):
    page = open_page(whole_file)
    assert page.locator("tr[id^=L]").count() == 500
    page.locator("tr.more").scroll_into_view_if_needed()
    page.wait_for_selector("#L1000")
    assert page.locator("tr[id^=L]").evaluate_all("all => all.map(each => Number(each.id.slice(1)))") == [
        *range(1, page.locator("tr[id^=L]").count() + 1)
    ]

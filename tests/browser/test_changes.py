"""Reading diffs in a real browser: keys, switches, lines on demand, addresses of lines."""

import pytest
from playwright.sync_api import expect


def lines(*changed, size=120):
    return "".join(f"line {n}{'!' if n in changed else ''}\n" for n in range(1, size + 1))


@pytest.fixture
def diffs(send):
    """A run that changed three files, one of them far down, one in spaces alone."""
    send(
        "diffs",
        {"kind": "tool_call", "id": "c", "name": "Edit", "args": {"file_path": "a.py"}},
        {"kind": "tool_result", "id": "c", "output": "ok"},
        {"kind": "file_change", "id": "c", "path": "a.py", "before": lines(), "after": lines(60)},
        {"kind": "file_change", "id": "c", "path": "b.py", "before": "if x:\ny\n", "after": "if x:\n  y\n"},
        {"kind": "file_change", "id": "c", "path": "long.py", "op": "create", "after": lines(size=2_000)},
    )
    return "diffs"


def test_keys_walk_files_and_switch_how_they_are_read(open_page, places, diffs):
    page = open_page(places(diffs) + "changes/", viewport={"width": 1200, "height": 500})
    expect(page.locator(".change")).to_have_count(3)
    page.keyboard.press("]")
    page.keyboard.press("]")
    expect(page.locator(".change.is-here")).to_have_attribute("id", "change-1")
    expect(page.locator(".change.is-here")).to_be_in_viewport()
    page.keyboard.press("s")
    page.wait_for_url("**/changes/?view=split#change-1")
    expect(page.locator("table.is-split")).to_have_count(2)
    page.keyboard.press("w")
    page.wait_for_url("**/changes/?view=split&ws=ignore#change-1")
    expect(page.locator("#change-1")).to_contain_text("Only whitespace differs.")
    page.keyboard.press("f")
    page.keyboard.type("a.*")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=a.*")
    expect(page.locator(".change")).to_have_count(1)


def test_unchanged_lines_and_long_diffs_open_on_demand(open_page, places, diffs):
    page = open_page(places(diffs) + "changes/")
    first = page.locator("#change-0")
    expect(first.locator("tr.same")).to_have_count(6)
    first.locator(".expand", has_text="↑").first.click()
    expect(first.locator("tr.same")).to_have_count(26)
    first.get_by_text("36 unchanged lines").click()
    expect(first.locator("tr.same")).to_have_count(62)
    long = page.locator("#change-2")
    long.get_by_text("Load diff (2,000 lines)").click()
    expect(long.locator("tr.add")).to_have_count(300)
    long.locator("tr.add").last.scroll_into_view_if_needed()
    expect(long.locator("tr.add")).to_have_count(600)


def test_lines_have_addresses(open_page, places, diffs):
    page = open_page(places(diffs) + "changes/")
    page.locator("#change-0-R58").click()
    assert page.url.endswith("#change-0-R58")
    page.locator("#change-0-R61").click(modifiers=["Shift"])
    assert page.url.endswith("#change-0-R58-R61")
    expect(page.locator("tr.is-chosen")).to_have_count(5)
    page.reload()
    expect(page.locator("tr.is-chosen")).to_have_count(5)
    page.goto(page.url.split("#")[0] + "?view=split#change-2-R1700")
    page.wait_for_url("**/changes/2/?view=split&line=R1700#change-2-R1700")
    expect(page.locator("tr.is-chosen")).to_contain_text("line 1700")
    expect(page.locator("tr.is-chosen")).to_be_in_viewport()


def test_everything_is_a_link_without_javascript(open_page, places, diffs):
    page = open_page(places(diffs) + "changes/", java_script_enabled=False)
    page.locator("#change-2 .load a").click()
    expect(page.locator("tr.add")).to_have_count(300)
    page.get_by_text("Show more of this diff").click()
    expect(page.locator("tr.add").first).to_contain_text("line 301")
    page.get_by_role("link", name="Side by side").click()
    expect(page.locator("table.is-split")).to_be_visible()
    page.get_by_role("link", name="All changes").click()
    page.locator("#change-0 .expand").last.click()
    expect(page.locator("tr.same")).to_have_count(119)


def test_more_changes_of_a_live_run_are_told(open_page, places, send):
    call = {"kind": "tool_call", "id": "c", "name": "Bash", "args": {"command": "make"}}
    send("growing", call)
    page = open_page(places("growing") + "changes/")
    expect(page.locator("[data-live-word]")).to_have_text("Live")
    expect(page.locator(".empty")).to_contain_text("No file was changed so far")
    send("growing", {"kind": "file_change", "step": "c", "path": "a.py", "before": "a", "after": "b"})
    page.locator("[data-newer]").click(timeout=10_000)
    expect(page.locator(".change")).to_have_count(1)
    expect(page.locator("[data-newer]")).to_be_hidden()


def test_switch_far_down_keeps_the_place(open_page, places, send):
    call = {"kind": "tool_call", "id": "c", "name": "Bash", "args": {"command": "codemod"}}
    edits = (
        {"kind": "file_change", "step": "c", "path": f"{n:02}.py", "before": "a", "after": "b"}
        for n in range(60)
    )
    send("codemod", call, *edits)
    page = open_page(places("codemod") + "changes/")
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    expect(page.locator("#change-40")).to_be_attached()
    page.locator("#change-40").evaluate("card => card.scrollIntoView()")
    page.keyboard.press("s")
    page.wait_for_url("**/changes/?view=split&after=39#change-40")
    expect(page.locator("#change-40")).to_be_in_viewport()
    page.goto(page.url.split("?")[0] + "#change-59")
    page.wait_for_url("**/changes/59/#change-59")


def test_the_chosen_step_goes_along_through_all_pages_of_changes(open_page, places, send):
    send(
        "along",
        *(
            event
            for n, path in enumerate(("a.py", "b.py"))
            for event in (
                {
                    "kind": "tool_call",
                    "id": f"c{n}",
                    "name": "Edit",
                    "args": {"file_path": path},
                    "output": "ok",
                },
                {"kind": "file_change", "id": f"c{n}", "path": path, "before": lines(), "after": lines(60)},
            )
        ),
    )
    page = open_page(places("along") + "changes/?step=1", viewport={"width": 1200, "height": 500})
    expect(page.locator(".change.is-here")).to_have_attribute("data-step", "1")
    for link in ("Net diff", "All changes, step by step", "History", "All changes"):
        page.get_by_role("link", name=link, exact=True).first.click()
        page.wait_for_url("**step=1**")
        expect(page.locator("[data-strip-hand]")).to_have_attribute("aria-valuenow", "1")
    page.keyboard.press("f")
    page.keyboard.type("b.*")
    page.keyboard.press("Enter")
    page.wait_for_url("**step=1&q=b.*")
    page.locator("[data-to-log]").click()
    page.wait_for_url("**/log/?step=1")


def test_the_chosen_step_goes_along_without_javascript(open_page, places, diffs):
    page = open_page(places(diffs) + "changes/?step=0", java_script_enabled=False)
    for link in ("Net diff", "All changes, step by step", "History", "All changes", "Whole file"):
        page.get_by_role("link", name=link, exact=True).first.click()
        page.wait_for_url("**step=0**")
    page.locator("[data-to-transcript]").click()
    page.wait_for_url("**?step=0")
    assert page.locator("#panel [data-panel='0']").is_visible()

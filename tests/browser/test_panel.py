"""The step panel in a real browser: raw and back, what is copied, side by side where there is room."""

import pytest
from playwright.sync_api import expect

EDIT = {"file_path": "/w/a.py", "old_string": "x = 1", "new_string": "x = 2"}


@pytest.fixture
def edited(send):
    """A run with a command and an edit after which a formatter changed more."""
    send(
        "edited",
        {"kind": "run_start", "cwd": "/w"},
        {"kind": "tool_call", "id": "a", "name": "Bash", "args": {"command": "ls"}},
        {"kind": "tool_result", "id": "a", "output": "\x1b[32mok\x1b[0m", "exit_code": 0},
        {"kind": "tool_call", "id": "b", "name": "Edit", "args": EDIT},
        {"kind": "tool_result", "id": "b", "output": "done"},
        {"kind": "file_change", "step": "b", "path": "a.py", "before": "x = 1\n", "after": "x = 2\n"},
        {"kind": "file_change", "step": "b", "path": "a.py", "before": "x = 1\n", "after": "x = 2;\n",
         "origin": "observed"},
        {"kind": "run_end", "status": "done"},
    )  # fmt: skip
    return "edited"


def test_raw_is_a_key_away_and_the_address_says_so(open_page, places, edited):
    page = open_page(f"{places(edited)}?step=0")
    expect(page.locator("#panel .a-32")).to_have_text("ok")
    page.keyboard.press("r")
    expect(page.locator("#panel .is-raw")).to_contain_text("␛[32mok")
    assert "raw=1" in page.url
    page.reload()
    expect(page.locator("#panel")).to_contain_text('{"command": "ls"}')
    page.locator("#panel [rel=next]").click()
    expect(page.locator("#panel [data-panel='1'].is-raw")).to_be_visible()
    page.keyboard.press("k")
    expect(page.locator("#panel [data-panel='0'].is-raw")).to_be_visible()
    assert "raw=1" in page.url
    page.keyboard.press("r")
    expect(page.locator("#panel .is-raw")).to_have_count(0)
    assert "raw=1" not in page.url


def test_link_and_markdown_are_copied(open_page, places, edited):
    page = open_page(f"{places(edited)}?step=0", permissions=["clipboard-read", "clipboard-write"])
    page.keyboard.press("y")
    expect(page.locator("#panel [data-copy-link]")).to_have_text("Copied")
    link = page.evaluate("navigator.clipboard.readText()")
    assert link.endswith(f"{places(edited)}?step=0")
    expect(page.locator("#panel [data-copy-link]")).to_contain_text("Copy link")
    page.keyboard.press("Shift+Y")
    expect(page.locator("#panel [data-copy-markdown]")).to_have_text("Copied")
    text = page.evaluate("navigator.clipboard.readText()")
    assert text.startswith("**Ran** `ls` · exit 0\n")
    assert text.endswith(f"<{link}>\n")


def test_long_output_is_reached_by_keyboard_and_a_short_one_is_no_stop(open_page, places, send):
    for key, lines in (("s", 2), ("l", 400)):
        send(
            "long",
            {
                "kind": "tool_call",
                "id": key,
                "name": "Bash",
                "args": {"command": "x"},
                "output": "y\n" * lines,
            },
        )
    page = open_page(f"{places('long')}?step=0")
    expect(page.locator("#panel .term").last).not_to_have_attribute("tabindex", "0")
    page.keyboard.press("j")
    expect(page.locator("#panel .term").last).to_have_attribute("tabindex", "0")


@pytest.mark.parametrize(("width", "columns"), [(1440, 2), (390, 1)])
def test_intent_and_effect_stand_side_by_side_where_there_is_room(open_page, places, edited, width, columns):
    page = open_page(f"{places(edited)}steps/1/", viewport={"width": width, "height": 900})
    asked, did = page.locator(".effect > .asked"), page.locator(".effect > .did")
    expect(page.locator(".flag")).to_contain_text("a formatter or a hook changed it: 1 line differs.")
    sides = asked.bounding_box()["x"] != did.bounding_box()["x"]
    assert (2 if sides else 1) == columns
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_what_was_asked_is_one_line_as_wide_as_the_panel(open_page, places, edited):
    page = open_page(f"{places(edited)}?step=1", viewport={"width": 1280, "height": 900})
    asked, did = (page.locator(f"#panel .effect > {part}") for part in (".asked", ".did"))
    if asked.get_attribute("open") is not None:
        asked.locator("summary").click()
    assert asked.bounding_box()["width"] == did.bounding_box()["width"]
    assert asked.locator("summary").bounding_box()["height"] < 32

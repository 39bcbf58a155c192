"""Pages in a real browser: keys, phones, no JavaScript, and traces that attack."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.settling import settle

CURRENT = "ol[data-rows] .step[aria-current]"
EVIL = (
    "<script>alert(1)</script><img src=x onerror=alert(2)>"
    "\x1b]8;;javascript:alert(3)\x07x\x1b]8;;\x07 [l](javascript:alert(4))"
)


@pytest.fixture
def story(send):
    """A run with a failure, a retry and an edit."""
    send(
        "story",
        {"kind": "prompt", "text": f"Fix {EVIL}"},
        {"kind": "llm_call", "id": "m1", "turn": 1, "model": "claude-opus-4-8",
         "content": f"I **look** {EVIL}",
         "usage": {"input_tokens": 10, "output_tokens": 5}},
        {"kind": "tool_call", "id": "a", "name": "Read", "args": {"file_path": f"{EVIL}.py"}},
        {"kind": "tool_result", "id": "a", "output": f"1\t{EVIL}"},
        {"kind": "tool_call", "id": "b", "name": "Bash", "args": {"command": f"make {EVIL}"}},
        {"kind": "tool_result", "id": "b", "output": f"\x1b[31m{EVIL}", "is_error": True, "exit_code": 2},
        {"kind": "retry", "attempt": 1, "error": f"429 {EVIL}"},
        {"kind": "tool_call", "id": "c", "name": "Edit", "args": {"file_path": "a.py"}},
        {"kind": "tool_result", "id": "c", "output": "ok"},
        {"kind": "file_change", "id": "c", "path": f"{EVIL}/a.py", "before": "x = 1\n",
         "after": f"x = '{EVIL}'\n"},
        {"kind": "final", "text": f"Done {EVIL}"},
        {"kind": "run_end", "status": "done"},
    )  # fmt: skip
    return "story"


def test_keys_walk_the_timeline(open_page, places, story):
    page = open_page(places(story))
    page.keyboard.press("j")
    expect(page.locator(CURRENT)).to_contain_text("Asked")
    page.keyboard.press("j")
    expect(page.locator(CURRENT + " .n")).to_have_text("1")
    expect(page.locator("#panel [data-panel='1']")).to_be_visible()
    assert "step=1" in page.url
    page.keyboard.press("k")
    expect(page.locator(CURRENT + " .n")).to_have_text("0")
    page.keyboard.press("e")
    expect(page.locator(CURRENT)).to_contain_text("make")
    page.keyboard.press("e")
    expect(page.locator(CURRENT)).to_contain_text("Retried")
    page.keyboard.press("Shift+E")
    expect(page.locator(CURRENT)).to_contain_text("make")
    page.keyboard.press("Escape")
    expect(page.locator("#panel .overview")).to_be_visible()
    page.keyboard.press("?")
    expect(page.locator("dialog[open]")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)
    page.keyboard.press("/")
    expect(page.locator("[data-search]")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("d")
    page.wait_for_url("**/changes/")
    page.keyboard.press("g")
    page.keyboard.press("l")
    page.wait_for_url(f"**{places()}")


def test_keys_open_a_run_of_the_list(open_page, places, story):
    page = open_page(places() + "?q=Fix")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/runs/*/")


def test_no_trace_runs_a_script_anywhere(open_page, places, story):
    page = open_page(places(story))
    for seq in range(page.locator("ol[data-rows] li[data-seq]").count()):
        page.goto(f"{page.url.split('?')[0]}?step={seq}")
        assert page.locator("#panel img, #panel script, #panel a[href^=javascript]").count() == 0
    page.goto(page.url.split("?")[0] + "changes/")
    page.goto(page.url.replace("changes/", ""))
    page.wait_for_timeout(200)


@pytest.mark.parametrize("width", [390, 1440])
def test_nothing_scrolls_sideways_and_the_console_is_quiet(open_page, places, story, width):
    page = open_page(places(), viewport={"width": width, "height": 844}, color_scheme="light")
    origin, base = page.url.removesuffix(places()), places(story)
    for path in (
        places(),
        places() + "?q=nothing-like-it",
        base,
        *(f"{base}?step={n}" for n in range(7)),
        f"{base}changes/",
    ):
        page.goto(origin + path)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            settle(page)
            assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, (path, scheme)
            assert page.evaluate("document.body.scrollWidth - innerWidth") <= 0, (path, scheme)


def test_the_run_list_fits_windows_between_phone_and_desk(open_page, places, story):
    page = open_page(places(), viewport={"width": 1440, "height": 844})
    for width in (1280, 1180, 1024, 900, 780):
        page.set_viewport_size({"width": width, "height": 844})
        table = page.locator("table.list").evaluate("list => list.getBoundingClientRect().right - innerWidth")
        assert table <= 0, width


def test_steps_open_without_javascript(open_page, places, story):
    page = open_page(places(story), java_script_enabled=False)
    page.locator("ol[data-rows] .step").nth(2).click()
    expect(page.locator("#panel h2")).to_contain_text("Read")
    assert "step=2" in page.url


def test_long_run_loads_windows_as_one_scrolls(open_page, places, send):
    for start in range(0, 450, 150):
        send("windows", *({"kind": "log", "text": f"line {n}"} for n in range(start, start + 150)))
    page = open_page(places("windows"))
    rows = page.locator("ol[data-rows] li[data-seq]")
    assert rows.count() == 160
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    expect(rows).to_have_count(320)
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    expect(rows).to_have_count(450)
    seqs = page.eval_on_selector_all(
        "ol[data-rows] li[data-seq]", "rows => rows.map(r => Number(r.dataset.seq))"
    )
    assert seqs == list(range(450))


def test_tabs_keep_the_step_that_the_reader_went_to(open_page, places, story):
    page = open_page(places(story))
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator("#panel [data-panel='1']")).to_be_visible()
    page.locator("[data-to-changes]").click()
    page.wait_for_url("**/changes/?step=1")
    page.locator("[data-to-transcript]").click()
    expect(page.locator("#panel [data-panel='1']")).to_be_visible()


STRIP = "on the strip"
LISTED_KEYS = """strip => [...document.querySelectorAll("[data-help] dt")]
    .filter((dt) => !dt.nextElementSibling.textContent.startsWith(strip))
    .map((dt) => [...dt.querySelectorAll("kbd")].map((kbd) => kbd.textContent).join(" "))"""
OTHERS = {"Enter", "Space", "Esc", "↑", "↓", "←", "→"}  #: not in the table of keys


def test_the_help_lists_each_key_once_and_only_keys_that_work(open_page, places, send):
    send(
        "keys",
        {"kind": "tool_call", "id": "c", "name": "Edit", "args": {"file_path": "a.py"}, "output": "ok"},
        {"kind": "file_change", "id": "c", "path": "a.py", "before": "x\n", "after": "y\n"},
    )
    changes = ("changes/", "changes/0/", "changes/net/", "files/?path=a.py")
    page = open_page(places("keys"))
    start = page.url
    for leaf in ("", "tree/", "log/", "steps/0/", *changes):
        page.goto(start + leaf)
        page.keyboard.press("?")
        text = re.sub(
            r"Shift (\w)", lambda found: found[1].upper(), " ".join(page.evaluate(LISTED_KEYS, STRIP))
        )
        text = re.sub(r"\bg ([gl])\b", r"g_\1", text)
        listed = [key.replace("_", " ") for key in text.split() if key not in OTHERS]
        assert len(listed) == len(set(listed)), leaf
        known = page.evaluate("Object.keys(pageKeys.keys)")
        assert set(listed) <= set(known), leaf

"""The transcript in a real browser: thinking, opening in place, and what stays when both change."""

import json

import pytest
from playwright.sync_api import expect

EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)> [l](javascript:alert(3))"


def call(number, name="Bash", **args):
    return [
        {
            "kind": "tool_call",
            "id": f"t{number}",
            "name": name,
            "args": args or {"command": f"echo {number}"},
        },
        {"kind": "tool_result", "id": f"t{number}", "output": f"out {number} {EVIL}"},
    ]


def answer(number, *, thinking="", text=""):
    blocks = [{"type": "thinking", "thinking": thinking}] if thinking else []
    blocks += [{"type": "text", "text": text}] if text else []
    return {
        "kind": "llm_call",
        "id": f"m{number}",
        "turn": number,
        "model": "claude-opus-4-8",
        "content": blocks,
        "usage": {"input_tokens": 10, "output_tokens": 5},
    }


@pytest.fixture
def told(send):
    """Two turns with thinking, words and calls."""
    send(
        "told",
        {"kind": "prompt", "text": f"Fix **it** {EVIL}"},
        answer(1, thinking=f"Let me see {EVIL}", text=f"I **look** first. {EVIL}"),
        *call(1),
        answer(2, thinking="Nothing said aloud"),
        *call(2),
    )
    return "told"


def test_t_shows_thinking_and_the_address_remembers(open_page, places, told):
    page = open_page(places(told))
    thought = page.locator(".thought", has_text="Let me see")
    expect(thought).to_be_hidden()
    expect(page.locator("li[data-seq='1'] .folded")).to_be_visible()
    page.keyboard.press("t")
    expect(thought).to_be_visible()
    expect(page.locator(".thought", has_text="Nothing said aloud")).to_be_visible()
    assert page.url.endswith("?thinking=1")
    page.keyboard.press("j")
    expect(page.locator("#panel [data-panel='0']")).to_be_visible()
    assert "thinking=1" in page.url
    assert "step=0" in page.url
    page.reload()
    expect(thought).to_be_visible()
    page.locator("[data-toggle-thinking]").click()
    expect(thought).to_be_hidden()
    assert "thinking" not in page.url


def test_steps_open_in_place_and_close_again(open_page, places, told):
    page = open_page(places(told))
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator("#panel [data-panel='2']")).to_be_visible()
    page.keyboard.press("o")
    opened = page.locator("li[data-seq='2'] > .opened")
    expect(opened).to_contain_text("out 1")
    assert opened.locator("script, img, .panel-nav, h2").count() == 0
    expect(page.locator("li[data-seq='2'] > .opens")).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Space")
    expect(opened).to_have_count(0)
    page.locator("li[data-seq='4'] > .opens").click()
    expect(page.locator("li[data-seq='4'] > .opened")).to_contain_text("out 2")
    expect(page.locator("#panel [data-panel='2']")).to_be_visible()  # the panel stays where it was
    top = page.evaluate("document.querySelector(\"li[data-seq='4'] > .step\").getBoundingClientRect().bottom")
    below = page.evaluate(
        "document.querySelector(\"li[data-seq='4'] > .opened\").getBoundingClientRect().top"
    )
    assert below >= top - 1


def test_open_step_tells_what_it_became(open_page, places, send):
    started, finished = call(1)
    send("opened-live", {"kind": "prompt", "text": "Wait"}, started)
    page = open_page(places("opened-live"))
    expect(page.locator("[data-live-word]")).to_have_text("Live")
    page.locator("li[data-seq='1'] > .opens").click()
    opened = page.locator("li[data-seq='1'] > .opened")
    expect(opened).to_contain_text("No result yet.")
    send("opened-live", finished)
    expect(opened).to_contain_text("out 1", timeout=5_000)


def test_words_of_a_row_are_at_most_three_lines_until_it_is_opened(open_page, places, send):
    send("wordy", {"kind": "prompt", "text": "Go"}, answer(1, text="word " * 300 + json.dumps({"a": 1})))
    page = open_page(places("wordy"))
    what = page.locator("li[data-seq='1'] .what")
    assert (
        what.evaluate("e => e.getBoundingClientRect().height / parseFloat(getComputedStyle(e).lineHeight)")
        < 3.2
    )
    page.locator("li[data-seq='1'] > .opens").click()
    expect(page.locator("li[data-seq='1'] > .opened")).to_contain_text('{"a": 1}')


def read(number, **fields):
    [called, told] = call(number, "Read", file_path=f"src/f{number}.ts")
    return [called, {**told, **fields}]


def shape_of(page):
    """Read rows and groups as nested lists of numbers, with the words of the groups."""
    return page.evaluate(
        """() => [...document.querySelector("ol[data-rows]").children].map((li) => li.matches(".group")
          ? [li.querySelector("summary").textContent.trim().replace(/\\s+/g, " "),
             ...[...li.querySelectorAll("li[data-seq]")].map((row) => row.dataset.seq)]
          : li.dataset.seq)"""
    )


def test_groups_that_grow_live_are_those_of_a_page_rendered_fresh(open_page, places, send):
    send("reads", {"kind": "prompt", "text": "Read all"}, *read(1), *read(2))
    page = open_page(places("reads"))
    expect(page.locator("[data-live-word]")).to_have_text("Live")
    for part in (
        [*read(3)],
        [read(4)[0]],
        [read(4)[1], *read(5, is_error=True)],
        [*read(6), *read(7), *read(8)],
    ):
        send("reads", *part)
    expect(page.locator("ol[data-rows] li[data-seq]")).to_have_count(9, timeout=5_000)
    expect(page.locator("ol[data-rows] .group")).to_have_count(2, timeout=5_000)
    expected = [
        "0",
        ["Read 4 files: f1.ts, f2.ts, f3.ts, f4.ts", "1", "2", "3", "4"],
        "5",
        ["Read 3 files: f6.ts, f7.ts, f8.ts", "6", "7", "8"],
    ]
    assert shape_of(page) == expected == shape_of(open_page(places("reads")))

    send("reads", read(2, is_error=True)[1])  # what was told late breaks the first group
    expect(page.locator("li[data-seq='2'] > .step.is-fail")).to_be_visible(timeout=5_000)
    assert (
        shape_of(page) == shape_of(open_page(places("reads"))) == ["0", "1", "2", "3", "4", "5", expected[3]]
    )


def test_j_reaches_each_read_of_a_group(open_page, places, send):
    send("walked", {"kind": "prompt", "text": "Read"}, *read(1), *read(2), *read(3), *call(4))
    page = open_page(places("walked"))
    third = page.locator("li[data-seq='3'] > .step")
    expect(third).to_be_hidden()
    for _ in range(4):
        page.keyboard.press("j")
    expect(third).to_be_visible()
    expect(third).to_have_attribute("aria-current", "true")
    expect(page.locator("#panel [data-panel='3']")).to_be_visible()
    plain = open_page(f"{places('walked')}?step=2", java_script_enabled=False)
    expect(plain.locator("li[data-seq='2'] > .step")).to_be_visible()


def test_reads_of_two_windows_are_one_group(open_page, places, send):
    send("two-windows", *({"kind": "log", "text": f"{n}"} for n in range(158)))
    send("two-windows", *(event for n in range(4) for event in read(n)), {"kind": "log", "text": "end"})
    page = open_page(places("two-windows"))
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    expect(page.locator("li[data-seq='162']")).to_be_attached()
    assert shape_of(page)[158:] == [
        ["Read 4 files: f0.ts, f1.ts, f2.ts, f3.ts", "158", "159", "160", "161"],
        "162",
    ]


def test_e_goes_into_a_closed_lane_that_failed(open_page, places, send):
    send(
        "lanes",
        {"kind": "prompt", "text": "Delegate"},
        {"kind": "agent_start", "id": "a1", "name": "Explore", "task": "look"},
        {**call(1)[0], "agent": "a1"},
        {**call(1)[1], "agent": "a1", "is_error": True},
    )
    page = open_page(places("lanes"))
    failed = page.locator("li[data-seq='2'] > .step")
    expect(page.locator(".lane summary")).to_contain_text("1 failed")
    expect(failed).to_have_count(0)
    page.keyboard.press("e")
    expect(failed).to_be_visible()
    expect(page.locator("#panel [data-panel='1']")).to_be_visible()
    page.keyboard.press("e")
    expect(failed).to_have_attribute("aria-current", "true")
    expect(page.locator("#panel [data-panel='2']")).to_be_visible()
    expect(page.locator(".lane .step-panel")).to_have_count(0)
    page.wait_for_load_state("networkidle")


def test_find_goes_through_hits_beyond_the_rows_that_are_loaded(open_page, places, send):
    for start in range(0, 450, 150):
        lines = (
            {"kind": "log", "text": f"line {n}{' Needle_%' if n % 100 == 40 else ''}"}
            for n in range(start, start + 150)
        )
        send("find", *lines)
    page = open_page(places("find"))
    page.evaluate("addEventListener('find:hits', (e) => { window.told = e.detail.steps }, true)")
    page.keyboard.press("f")
    expect(page.locator("[data-find-field]")).to_be_focused()
    page.keyboard.type("needle_%")
    page.keyboard.press("Enter")
    expect(page.locator("#panel h2")).to_have_text("5 steps")
    expect(page.locator("[data-find-count]")).to_have_text("– of 5")
    assert page.locator(".found-hit mark").all_text_contents() == ["Needle_%"] * 5
    assert page.evaluate("window.told") == [40, 140, 240, 340, 440]
    assert page.url.endswith("?find=needle_%25")

    page.keyboard.press("n")
    expect(page.locator("#panel [data-panel='40']")).to_be_visible()
    expect(page.locator("[data-find-count]")).to_have_text("1 of 5")
    page.keyboard.press("Shift+N")
    expect(page.locator("#panel [data-panel='440']")).to_be_visible()
    expect(page.locator("li[data-seq='440'] > .step")).to_be_in_viewport()
    assert page.locator("li[data-seq='0']").count() == 0  # another window
    assert page.evaluate("new URLSearchParams(location.search).get('find')") == "needle_%"

    page.reload()
    expect(page.locator("[data-find-count]")).to_have_text("5 of 5")
    page.keyboard.press("Escape")
    expect(page.locator(".found .found-hit")).to_have_count(5)
    page.locator(".found-hit", has_text="line 240").click()
    expect(page.locator("#panel [data-panel='240']")).to_be_visible()
    expect(page.locator("li[data-seq='240'] > .step[aria-current]")).to_be_in_viewport()
    page.keyboard.press("Escape")
    expect(page.locator(".found")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("[data-overview]")).to_be_visible()
    expect(page.locator("[data-find-field]")).to_have_value("")
    assert "find" not in page.url


def test_find_works_without_javascript(open_page, places, told):
    page = open_page(places(told), java_script_enabled=False)
    page.locator("[data-find-field]").fill("OUT 2")
    page.locator("[data-find-field]").press("Enter")
    expect(page.locator(".found h2")).to_have_text("1 step")
    page.locator(".found-hit").click()
    expect(page.locator("#panel h2")).to_contain_text("echo 2")


def test_words_of_a_hit_run_no_script(open_page, places, told):
    page = open_page(places(told) + "?find=onerror")
    expect(page.locator(".found-hit mark").first).to_have_text("onerror")
    assert page.locator(".found img, .found script").count() == 0


def test_g_goes_to_the_ends_of_a_run_that_is_not_loaded_whole(open_page, places, send):
    for start in range(0, 450, 150):
        send("ends", *({"kind": "log", "text": f"line {n}"} for n in range(start, start + 150)))
    page = open_page(places("ends"))
    page.keyboard.press("Shift+G")
    expect(page.locator("li[data-seq='449'] > .step[aria-current]")).to_be_in_viewport()
    expect(page.locator("#panel [data-panel='449']")).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("g")
    expect(page.locator("li[data-seq='0'] > .step[aria-current]")).to_be_in_viewport()
    expect(page.locator("#panel [data-panel='0']")).to_be_visible()

    expect(page.locator("[data-live-word]")).to_have_text("Live")
    send("ends", {"kind": "log", "text": "one more"})
    expect(page.locator("[data-fresh]")).to_have_text("1 new step ↓", timeout=5_000)
    page.locator("[data-fresh]").click()
    expect(page.locator("li[data-seq='450'] > .step[aria-current]")).to_be_in_viewport()


def test_failure_beyond_the_loaded_rows_is_reached_by_its_link_and_by_e(open_page, places, send):
    for start in range(0, 450, 150):
        send("far-failure", *({"kind": "log", "text": f"line {n}"} for n in range(start, start + 150)))
    send("far-failure", call(1)[0], {**call(1)[1], "is_error": True})
    failed = "li[data-seq='450'] > .step[aria-current]"
    page = open_page(places("far-failure"))
    page.locator("[data-overview] .step").click()
    expect(page.locator(failed)).to_be_in_viewport()
    expect(page.locator("#panel [data-panel='450']")).to_be_visible()
    other = open_page(places("far-failure"))
    expect(other.locator("[data-strip-view]")).to_have_attribute("data-drawn", "451")
    other.keyboard.press("e")
    expect(other.locator(failed)).to_be_in_viewport()

"""System prompts, their templates and their names."""

import json

from runs.comparing.prompts import (
    family_of,
    label_of,
    parts_of_label,
    system_text,
    template_of,
)


def test_system_prompt_of_any_spelling() -> None:
    blocks = [{"type": "text", "text": "Be brief."}, {"type": "text", "text": "Be kind."}]
    assert system_text(b'{"role":"system","content":"Be brief."}') == "Be brief."
    assert (
        system_text(json.dumps({"role": "developer", "content": blocks}).encode()) == "Be brief.\n\nBe kind."
    )
    assert system_text(b'{"role":"system","parts":[{"text":"Be brief."}]}') == "Be brief."


def test_other_messages_are_no_system_prompt() -> None:
    for message in (
        b'{"role":"user","content":"Fix it"}',
        b'{"role":"system","content":" "}',
        b"[]",
        b"\xff",
    ):
        assert system_text(message) is None


def test_template_masks_what_differs_from_run_to_run() -> None:
    text = (
        "You work in /work/shop/web and /work/shop.\n"
        "Today's date: Tue Mar 3, 2026\n"
        "It is 2026-03-03T10:00:00Z; released on 5 March 2026 at 10:15.\n"
        "Scratch: /tmp/a1b2/x.txt, home /home/maya/notes\n"
        "Session 0b9d6f1e-1f2a-4b3c-8d4e-5f6071829304 at commit 3f2a9bc01d.\n"
        "Platform: linux 6.1\n"
        "Port: 48213; budget 200000 tokens."
    )
    assert template_of(text, cwd="/work/shop") == (
        "You work in {cwd}/web and {cwd}.\n"
        "Today's date: {…}\n"
        "It is {time}; released on {date} at {clock}.\n"
        "Scratch: {tmp}, home {home}/notes\n"
        "Session {uuid} at commit {hex}.\n"
        "Platform: {…}\n"
        "Port: {number}; budget {number} tokens."
    )


def test_template_keeps_the_words_of_a_prompt() -> None:
    text = "Run `make test` after at most 3 edits. Answer in 80 words. See docs/2 and RFC 9562."
    assert template_of(text) == text


def test_families_and_labels() -> None:
    assert family_of("codex", "") == "codex"
    assert family_of("", "Explore") == "agent · Explore"
    assert parts_of_label(label_of("re view v2", 13)) == ("re view v2", 13)
    for no_label in ("terse", " v3", "a v", "a v-1", "a v³"):
        assert parts_of_label(no_label) is None

"""The snippets are whole: the address and key are filled in, and what is pasted can be read."""

import json
import subprocess

import pytest

from teams.snippets import KEY_PLACEHOLDER, snippets_for

SNIPPETS = {s.slug: s for s in snippets_for(url="https://scope.example.com", key="as_k")}


@pytest.mark.parametrize("slug", SNIPPETS)
def test_snippet_is_filled_in(slug: str) -> None:
    text = SNIPPETS[slug].text

    assert "https://scope.example.com/api/v1/" in text
    assert "as_k" in text
    assert "__" not in text.replace("__URL__", "?")


@pytest.mark.parametrize("slug", [s.slug for s in SNIPPETS.values() if s.language == "shell"])
def test_shell_snippet_parses(slug: str) -> None:
    assert subprocess.run(["/bin/sh", "-n", "-c", SNIPPETS[slug].text], check=False).returncode == 0


def test_python_snippet_compiles() -> None:
    compile(SNIPPETS["python"].text, "snippet", "exec")


def test_curl_snippet_holds_events() -> None:
    lines = [line for line in SNIPPETS["curl"].text.splitlines() if line.startswith("{")]

    assert [json.loads(line)["kind"] for line in lines] == ["prompt", "final"]


def test_snippet_without_key_says_where_it_goes() -> None:
    assert all(KEY_PLACEHOLDER in s.text for s in snippets_for(url="http://x"))

"""Codex: the program that is told of turns, and log records. TOML is only added to, between marks."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path

from agentscope_recorder.cli.troubles import Trouble
from agentscope_recorder.hooks import homes
from agentscope_recorder.installing.wishes import Wish
from agentscope_recorder.posting import Target

BEGIN, END = "# >>> agentscope-recorder", "# <<< agentscope-recorder"
OURS = re.compile(rf"\n?{BEGIN}\n.*?{END}\n", re.DOTALL)
TABLE = re.compile(r"^\s*\[\s*otel\b|^\s*otel\s*[.=]", re.MULTILINE)
#: The program that Codex tells of turns: ours stands where the user's stood, which is kept as a comment.
NOTIFY_BEGIN, NOTIFY_END = "# >>> agentscope-recorder notify", "# <<< agentscope-recorder notify"
OUR_NOTIFY = re.compile(rf"{NOTIFY_BEGIN}\n((?:# was: .*\n)*).*?\n{NOTIFY_END}\n", re.DOTALL)
WAS = "# was: "
#: A table begins: `notify` stands above the first one.
FIRST_TABLE = re.compile(r"^[ \t]*\[{1,2}[A-Za-z0-9_.\"' -]+\]{1,2}[ \t]*(?:#.*)?$", re.MULTILINE)
STRING = r"""(?:"(?:[^"\\\n]|\\.)*"|'[^'\n]*')"""
NOTIFY = re.compile(
    rf"^[ \t]*notify[ \t]*=[ \t]*\[(?P<words>(?:{STRING}|[\s,]|#.*)*)\][ \t]*(?:#.*)?\n?", re.MULTILINE
)
ANY_NOTIFY = re.compile(r"^[ \t]*[\"']?notify[\"']?[ \t]*=", re.MULTILINE)


def default_path() -> Path:
    """Name the settings of the user."""
    return Path(os.environ.get("CODEX_HOME") or Path.home() / ".codex") / "config.toml"


def installed(text: str, wish: Wish) -> str:
    """Add our lines. Raises Trouble where the settings send somewhere already."""
    kept = without(text)
    if TABLE.search(kept):
        raise Trouble(
            "The settings have an [otel] table already; the page Connect has the lines to put there."
        )
    head = with_notify(kept, wish) if os.name == "posix" else kept
    head = head if not head or head.endswith("\n") else head + "\n"
    return f"{head}{chr(10) if head else ''}{BEGIN}\n{block_of(wish.target)}{END}\n"


def with_notify(text: str, wish: Wish) -> str:
    """Put our program where that of the user is, which ours runs, or above all. Raises Trouble."""
    table = FIRST_TABLE.search(text)
    head, rest = (text[: table.start()], text[table.start() :]) if table else (text, "")
    found = NOTIFY.search(head)
    if found is None and ANY_NOTIFY.search(head):
        raise Trouble("The notify of the settings is not a list of texts; mend it first.")
    before = words_in(found["words"]) if found else []
    home = homes.home_for(wish.settings, "codex")
    words = [sys.executable, "-I", "-S", str(Path(homes.__file__).with_name("notify.py")), str(home), *before]
    line = f"notify = {json.dumps(words, ensure_ascii=False)}\n"
    was = "".join(f"{WAS}{one}\n" for one in found[0].splitlines()) if found else ""
    start, end = found.span() if found else (0, 0)
    return f"{head[:start]}{NOTIFY_BEGIN}\n{was}{line}{NOTIFY_END}\n{head[end:]}{rest}"


def words_in(text: str) -> list[str]:
    """Read the texts of a list. Raises Trouble."""
    try:
        return [
            str(json.loads(word)) if word.startswith('"') else word[1:-1]
            for word in re.findall(rf"#.*|({STRING})", text)
            if word
        ]
    except ValueError as error:
        raise Trouble(f"The notify of the settings cannot be read ({error}); mend it first.") from error


def block_of(target: Target) -> str:
    """Write the block of log records."""
    return f"""[otel]
log_user_prompt = true

[otel.exporter.otlp-http]
endpoint = "{target.url}/v1/logs"
protocol = "binary"

[otel.exporter.otlp-http.headers]
x-api-key = "{target.key}"
"""


def without(text: str) -> str:
    """Take our lines out, and give the user's program its place back."""
    told = OUR_NOTIFY.sub(lambda found: found[1].replace(WAS, ""), text)
    return OURS.sub("", told)


def prepare(wish: Wish) -> None:
    """Write down where events go. Raises OSError."""
    homes.write_config(homes.home_for(wish.settings, "codex"), wish.target)


def clear(settings: Path) -> None:
    """Remove what was prepared."""
    homes.remove(homes.home_for(settings, "codex"))

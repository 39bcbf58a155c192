"""Codex: the block of its settings that sends log records. TOML is only added to, between two marks."""

from __future__ import annotations

import os
import re
from pathlib import Path

from agentscope_recorder.cli.troubles import Trouble
from agentscope_recorder.installing.wishes import Wish
from agentscope_recorder.posting import Target

BEGIN, END = "# >>> agentscope-recorder", "# <<< agentscope-recorder"
OURS = re.compile(rf"\n?{BEGIN}\n.*?{END}\n", re.DOTALL)
TABLE = re.compile(r"^\s*\[\s*otel\b|^\s*otel\s*[.=]", re.MULTILINE)


def default_path() -> Path:
    """Name the settings of the user."""
    return Path(os.environ.get("CODEX_HOME") or Path.home() / ".codex") / "config.toml"


def installed(text: str, wish: Wish) -> str:
    """Add our block. Raises Trouble where the settings send somewhere already."""
    kept = without(text)
    if TABLE.search(kept):
        raise Trouble(
            "The settings have an [otel] table already; the page Connect has the lines to put there."
        )
    head = kept if not kept or kept.endswith("\n") else kept + "\n"
    return f"{head}{chr(10) if head else ''}{BEGIN}\n{block_of(wish.target)}{END}\n"


def block_of(target: Target) -> str:
    """Write the block."""
    return f"""[otel]
log_user_prompt = true

[otel.exporter.otlp-http]
endpoint = "{target.url}/v1/logs"
protocol = "binary"

[otel.exporter.otlp-http.headers]
x-api-key = "{target.key}"
"""


def without(text: str) -> str:
    """Take our block out."""
    return OURS.sub("", text)


def prepare(wish: Wish) -> None:
    """There is nothing else to write."""


def clear(settings: Path, target: Target) -> None:
    """There is nothing else to remove."""

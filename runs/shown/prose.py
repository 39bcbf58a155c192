"""What people and the agent said, as rows of the transcript show it: bounded, sanitised, without links."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString

from runs.kinds import Kind
from runs.limits import ROW_CHARS
from runs.markdown import excerpt_html
from runs.sentences import answer_texts

#: Lines and characters of a text that three lines of a row hold.
_LINES, _CHARS = 3, 160


@dataclass(frozen=True, kw_only=True, slots=True)
class Prose:
    """The words of a row. `is_long` says that opening the row shows more of them."""

    html: SafeString | str = ""
    thought: str = ""
    is_long: bool = False


NOTHING = Prose()


def prose_of(row: Mapping[str, Any]) -> Prose:
    """Find what was said in a step; nothing for steps that are told in a sentence."""
    if row["kind"] == Kind.PROMPT:
        return _prose(row["input_text"])
    if row["kind"] in (Kind.LLM, Kind.FINAL):
        text, thinking, _ = answer_texts(row["output_text"])
        thinking = thinking or str(row["detail"].get("thinking_preview") or "")
        return _prose(text, thought=thinking)
    return NOTHING


def _prose(text: str, *, thought: str = "") -> Prose:
    text, thought = text.strip(), thought.strip()
    return Prose(
        html=excerpt_html(_head(text)) if text else "",
        thought=_head(thought),
        is_long=len(text) > _CHARS or text.count("\n") >= _LINES,
    )


def _head(text: str) -> str:
    return text if len(text) <= ROW_CHARS else text[:ROW_CHARS].rstrip() + "…"

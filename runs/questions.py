"""Questions that an agent asked a human: the options, and what was chosen. Pure."""

import json
import re
from dataclasses import dataclass

from runs.ansi import strip_ansi
from runs.tools import text_in

QUESTIONS_MOST, OPTIONS_MOST = 20, 20
_ANSWER = re.compile(r'"((?:[^"\\]|\\.){1,500})"\s*=\s*"((?:[^"\\]|\\.){0,2000})"')


@dataclass(frozen=True, kw_only=True, slots=True)
class Option:
    """One answer that was offered."""

    label: str
    said: str = ""
    chosen: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """One question. `answer` is what was said in words of one's own, or chosen where no option says so."""

    text: str
    header: str
    options: list[Option]
    many: bool = False
    answer: str = ""


def questions_of(arguments: dict[str, object], detail: dict[str, object], output: str) -> list[Question]:
    """Read the questions of a call, with the answers that its result or its source told."""
    asked = arguments.get("questions")
    listed = asked if isinstance(asked, list) else [arguments]
    answers = answers_of(detail.get("answers"), output)
    questions = [item for item in listed[:QUESTIONS_MOST] if isinstance(item, dict)]
    return [_question(item, answers) for item in questions if text_in(item, "question", "header", "message")]


def answers_of(told: object, output: str) -> dict[str, str]:
    """Read answers by question: from the source's own facts, else from the words of the result."""
    if isinstance(told, dict):
        return {str(key): _words(value) for key, value in told.items()}
    try:
        value = json.loads(output) if output.lstrip().startswith("{") else None
    except (ValueError, RecursionError):
        value = None
    if isinstance(value, dict):
        inner = value.get("answers", value)
        return {str(key): _words(said) for key, said in inner.items()} if isinstance(inner, dict) else {}
    return {_plain(asked): _plain(said) for asked, said in _ANSWER.findall(output[:20_000])}


def _plain(text: str) -> str:
    return text.replace('\\"', '"').replace("\\\\", "\\")


def _words(value: object) -> str:
    if isinstance(value, dict):
        value = value.get("answers", value.get("answer", ""))
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _question(item: dict[str, object], answers: dict[str, str]) -> Question:
    text = text_in(item, "question", "message") or text_in(item, "header")
    names = (text, text_in(item, "header"), text_in(item, "id"))
    answer = next((answers[name] for name in names if name in answers), "")
    given = item.get("options")
    options = [_option(option, answer) for option in given[:OPTIONS_MOST]] if isinstance(given, list) else []
    return Question(
        text=strip_ansi(text[:4_000]),
        header=strip_ansi(text_in(item, "header")[:200]),
        options=options,
        many=item.get("multiSelect") is True,
        answer="" if _is_covered(options, answer) else strip_ansi(answer[:4_000]),
    )


def _option(option: object, answer: str) -> Option:
    told = option if isinstance(option, dict) else {"label": str(option)}
    label = text_in(told, "label", "value", "name")
    picked = {part.strip() for part in answer.split(",")} | {answer.strip()}
    said = strip_ansi(text_in(told, "description")[:2_000])
    return Option(label=strip_ansi(label[:500]), said=said, chosen=bool(label) and label in picked)


def _is_covered(options: list[Option], answer: str) -> bool:
    chosen = [option.label for option in options if option.chosen]
    return bool(chosen) and not answer.replace(", ".join(chosen), "").strip(", ")

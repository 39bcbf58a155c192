"""`.aider.llm.history`: every call of the model with its whole context, and the answer."""

import re
from datetime import datetime
from typing import Any

from msgspec import Struct, field

from ingest import wild

HEAD = re.compile(r"^(TO LLM|LLM RESPONSE) (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\s*$")
ROLE = re.compile(r"^(SYSTEM|USER|ASSISTANT|TOOL|FUNCTION|DEVELOPER)(?: (.*))?$", re.DOTALL)
RULE = "-------"
ADDED = "added these files to the chat"


class Call(Struct):
    """One call."""

    asked_at: datetime | None
    messages: list[dict[str, Any]] = field(default_factory=list)
    answered_at: datetime | None = None
    answer: str = ""

    def files(self) -> dict[str, str]:
        """Find the files whose whole text the model was given."""
        found: dict[str, str] = {}
        for message in self.messages:
            text = str(message["content"])
            if message["role"] == "user" and ADDED in text[:2_000]:
                found |= files_in(text.split("\n"))
        return found


def files_in(lines: list[str]) -> dict[str, str]:
    """Read files' texts: a name, a fence, the text, the fence again."""
    found: dict[str, str] = {}
    at = 1
    while at < len(lines):
        fence = lines[at].rstrip() if lines[at].startswith("```") else ""
        name = lines[at - 1].strip()
        if not fence or not name:
            at += 1
            continue
        mark = "`" * (len(fence) - len(fence.lstrip("`")))
        end = next((n for n in range(at + 1, len(lines)) if lines[n].rstrip() == mark), len(lines))
        if end < len(lines):
            found[name] = "".join(f"{line}\n" for line in lines[at + 1 : end])
        at = end + 2
    return found


def is_log(data: bytes) -> bool:
    return re.match(rb"\s*TO LLM \d{4}-\d\d-\d\dT", data[:100]) is not None


def calls_in(data: bytes) -> list[Call]:
    """Read every call of the log, in order."""
    found: list[Call] = []
    answers = False
    text = wild.clean(wild.utf8(data).decode("utf-8", "replace")).replace("\r\n", "\n")
    for line in text.removesuffix("\n").split("\n"):
        head = HEAD.match(line)
        if head and head[1] == "TO LLM":
            found.append(Call(wild.when(head[2])))
            answers = False
        elif head and found:
            found[-1].answered_at = wild.when(head[2])
            answers = True
        elif found and answers:
            role = ROLE.match(line)
            found[-1].answer += f"{role[2] or '' if role else line}\n"
        elif found:
            take_line(found[-1].messages, line)
    for call in found:
        call.answer = call.answer.strip("\n")
        for message in call.messages:
            message["content"] = str(message["content"]).removesuffix("\n")
    return found


def take_line(messages: list[dict[str, Any]], line: str) -> None:
    """Add a line to the message that is open; a rule begins the next one."""
    role = ROLE.match(line)
    if line == RULE:
        messages.append({"role": "", "content": ""})
    elif role and messages:
        messages[-1]["role"] = messages[-1]["role"] or role[1].lower()
        messages[-1]["content"] += f"{role[2] or ''}\n"

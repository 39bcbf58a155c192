"""What a system prompt is, and what its template: the text without what differs from run to run. Pure."""

import json
import re
from collections.abc import Iterator

from runs.comparing.limits import PROMPT_CHARS
from runs.records import digest_of

_SYSTEM_ROLES = frozenset({"system", "developer"})

_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?"
_DAY = r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? )?"
#: What stands for a masked part -> what is masked, tried in this order.
_MASKS = (
    ("uuid", r"\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b"),
    ("time", r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?: ?Z\b| ?[+-]\d\d:?\d\d\b| UTC\b)?"),
    ("date", rf"\b\d{{4}}[-/]\d\d?[-/]\d\d?\b|\b\d\d?[./]\d\d?[./]\d{{4}}\b|"
             rf"\b{_DAY}{_MONTH} \d\d?(?:st|nd|rd|th)?,? \d{{4}}\b|\b{_DAY}\d\d?\.? {_MONTH},? \d{{4}}\b"),
    ("clock", r"\b\d\d?:\d\d(?::\d\d(?:[.,]\d+)?)?(?: ?[AaPp][Mm]\b)?"),
    ("tmp", r"(?:/private)?/(?:tmp|var/folders|var/tmp)/[^\s\"'`<>)\],;]+"),
    ("home", r"(?:/home|/Users)/[\w.-]+|\b[A-Za-z]:\\Users\\[\w.-]+|/root\b"),
    ("hex", r"\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{7,}\b"),
    ("number", r"(?<=[:=#] )\d{4,}\b|(?<=[=#])\d{4,}\b|\b\d{6,}\b"),
)  # fmt: skip
#: Places that hold one thing of the run, whatever it is: "Today's date: …", "Working directory: …".
_TOLD = (
    r"(?P<told>^[ \t>*-]*(?:today(?:'s date)?(?: is)?|(?:current )?(?:date|time)(?: is)?|"
    r"working directory|cwd|"
    r"os version|kernel|hostname|session(?: id)?|git branch|current branch|platform|username)\*{0,2}:[ \t]*"
    r"(?P<value>\S[^\n]*)$)"
)
_ALL = "|".join([_TOLD, *(f"(?P<{name}>(?-i:{pattern}))" for name, pattern in _MASKS)])
_ANY = re.compile(f"(?im){_ALL}")


def system_text(message: bytes) -> str | None:
    """Read the system prompt out of a stored message; None when it is none."""
    try:
        told = json.loads(message)
    except (ValueError, RecursionError):
        return None
    if not isinstance(told, dict) or told.get("role") not in _SYSTEM_ROLES:
        return None
    return text_of_blocks(told.get("content", told.get("parts", told.get("text"))))


def text_of_blocks(content: object) -> str | None:
    """Read a text, or a list of blocks of text; None when there are no words in it."""
    if isinstance(content, str):
        return content if content.strip() else None
    text = "\n\n".join(_texts(content))
    return text if text.strip() else None


def _texts(content: object) -> Iterator[str]:
    for block in content if isinstance(content, list) else [content]:
        if isinstance(block, str):
            yield block
        elif isinstance(block, dict) and isinstance(block.get("text"), str):
            yield block["text"]


def template_of(text: str, *, cwd: str = "") -> str:
    """Mask what differs from run to run: dates, times, folders of this machine, ids, long numbers.

    Two texts with the same template are one version of a prompt.
    """
    parts, at = [], 0
    text = _plain(text)
    for match in _pattern(cwd).finditer(text):
        name, start, end = _place(match)
        parts += [text[at:start], f"{{{name}}}"]
        at = end
    return "".join([*parts, text[at:]])


def masked_in(text: str, *, cwd: str = "") -> list[tuple[str, str, str]]:
    """List what `template_of` masks: (what it is, the words before it, what stood there)."""
    text = _plain(text)
    places = map(_place, _pattern(cwd).finditer(text))
    return [
        (name, text[max(0, start - 40) : start].rpartition("\n")[2], text[start:end])
        for name, start, end in places
    ]


def _plain(text: str) -> str:
    return text[:PROMPT_CHARS].replace("\r\n", "\n").strip()


def _pattern(cwd: str) -> re.Pattern[str]:
    """Look for the folder that a run works in before everything else."""
    folder = cwd.rstrip("/\\")
    folders = {folder, folder.replace("\\", "/")} if len(folder) > 3 else set()
    own = "|".join(re.escape(each) for each in sorted(folders))
    return re.compile(f"(?im)(?P<cwd>(?-i:{own}))(?![\\w-])|{_ALL}") if own else _ANY


def _place(match: re.Match[str]) -> tuple[str, int, int]:
    if match["told"]:
        return "…", *match.span("value")
    return str(match.lastgroup), *match.span()


def prompt_step_key(lane: str) -> str:
    """Name the step that holds a prompt which was told beside the messages, of one lane."""
    return f"system-prompt:{lane}" if lane else "system-prompt"


def version_key(template: str, told: str) -> bytes:
    """Name a version inside its family: its template, and what the client calls it."""
    return digest_of(f"{told}\0{template}".encode("utf-8", "replace"))


def family_of(agent: str, kind: str) -> str:
    """Name prompts that were told no name: those of an agent program, and of each kind of its sub-agents."""
    program = agent or "agent"
    return f"{program} · {kind}" if kind else program


def label_of(family: str, number: int) -> str:
    """Name a version of a prompt; the variant of a run that was sent none."""
    return f"{family} v{number}"


def parts_of_label(label: str) -> tuple[str, int] | None:
    """Read a name as `label_of` writes it; None when it is none."""
    family, _, number = label.rpartition(" v")
    return (
        (family, int(number))
        if family and number.isascii() and number.isdigit() and len(number) < 9
        else None
    )

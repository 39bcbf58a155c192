"""What Aider itself says between prompts and answers: usage, edits, commits, questions, failures."""

import re
from collections.abc import Iterator
from enum import StrEnum

from msgspec import Struct

from runs.records import Tokens

TOKENS = re.compile(
    r"^Tokens: (?P<sent>[\d.,]+[kM]?) sent(?:, (?P<write>[\d.,]+[kM]?) cache write)?"
    r"(?:, (?P<hit>[\d.,]+[kM]?) cache hit)?, (?P<received>[\d.,]+[kM]?) received\."
    r"(?: Cost: \$(?P<cost>[\d.]+) message)?"
)
APPLIED = re.compile(r"^Applied edit to (.+)$")
SKIPPED = re.compile(r"^(?:Skipping edits to|Did not apply edit to) (.+?)(?: \(|$)")
COMMIT = re.compile(r"^Commit ([0-9a-f]{7,40}) (.+)$")
QUESTION = re.compile(r"^(.*?\?) \(Y\)es.*?\]: ?(.*)$")
RETRY = re.compile(r"^Retrying in ([\d.]+) seconds")
ERROR = re.compile(r"^(?:litellm\.)?(\w{3,60}(?:Error|Exception|Timeout))\b:? ?(.*)$")
UNMATCHED = re.compile(r"^## (SearchReplace\w+|UnifiedDiff\w+): .*?(?: in (\S.*))?$")
RUNNING = re.compile(r"^Running (.+)$")
MODEL = re.compile(r"^(?:Main model|Model): (\S+) with (\S+) edit format")
VERSION = re.compile(r"^Aider v(\S+)")
LIMITS = ("Only 3 reflections allowed", "The LLM did not conform to the edit format")
WINDOW = re.compile(r"has hit a token limit|exceeds? the .*?(?:context|token)", re.IGNORECASE)
STOPPED = ("^C again to exit", "^C KeyboardInterrupt")
NEW_FILE = re.compile(r"^(?:Allow creation of new file (.+?)\?|Create new file\?)")


class Fact(StrEnum):
    """What a line tells."""

    USAGE = "usage"
    APPLIED = "applied"
    SKIPPED = "skipped"
    COMMIT = "commit"
    QUESTION = "question"
    RETRY = "retry"
    ERROR = "error"
    UNMATCHED = "unmatched"
    RUNNING = "running"
    MODEL = "model"
    VERSION = "version"
    LIMIT = "limit"
    STOPPED = "stopped"


class Note(Struct, frozen=True):
    """One line that tells something; `one` and `two` are what it names."""

    fact: Fact
    line: str
    one: str = ""
    two: str = ""
    about: str = ""  #: the line before a question, which says what it is about


PATTERNS = (
    (Fact.USAGE, TOKENS),
    (Fact.APPLIED, APPLIED),
    (Fact.SKIPPED, SKIPPED),
    (Fact.COMMIT, COMMIT),
    (Fact.QUESTION, QUESTION),
    (Fact.RETRY, RETRY),
    (Fact.UNMATCHED, UNMATCHED),
    (Fact.RUNNING, RUNNING),
    (Fact.MODEL, MODEL),
    (Fact.VERSION, VERSION),
    (Fact.ERROR, ERROR),
)


def notes_in(lines: list[str]) -> Iterator[Note]:
    """Read the lines that tell something."""
    before = ""
    for line in lines:
        said = line.strip()
        note = note_of(said)
        if note is not None:
            yield Note(note.fact, said, note.one, note.two, before if note.fact is Fact.QUESTION else "")
        before = said if note is None else ""


def note_of(said: str) -> Note | None:
    """Read one line."""
    found = next(((fact, match) for fact, pattern in PATTERNS if (match := pattern.match(said))), None)
    if found is not None:
        fact, match = found
        groups = [group or "" for group in match.groups()] if fact is not Fact.USAGE else []
        return Note(fact, said, *groups[:2])
    if said.startswith(STOPPED):
        return Note(Fact.STOPPED, said)
    return Note(Fact.LIMIT, said) if said.startswith(LIMITS) or WINDOW.search(said) else None


def usage_in(line: str) -> tuple[Tokens, dict[str, object], float | None] | None:
    """Read a usage line, whose numbers are rounded: (buckets, as written, cost in dollars)."""
    match = TOKENS.match(line)
    if match is None:
        return None
    sent, write, hit, received = (rounded(match[name]) for name in ("sent", "write", "hit", "received"))
    inside = write + hit
    uncached = sent - inside if inside <= sent else sent  # some models count the cache beside what was sent
    tokens = Tokens(input=uncached, cache_read=hit, cache_write_5m=write, output=received)
    told = {name: match[name] for name in ("sent", "write", "hit", "received", "cost") if match[name]}
    cost = match["cost"]
    return tokens, dict(told), float(cost) if cost and cost.count(".") <= 1 and cost != "." else None


def rounded(word: str | None) -> int:
    """Read `2.6k`."""
    if not word:
        return 0
    scale = {"k": 1_000, "M": 1_000_000}.get(word[-1], 1)
    digits = word.rstrip("kM").replace(",", "")
    try:
        return min(round(float(digits) * scale), 10**8)
    except ValueError:
        return 0

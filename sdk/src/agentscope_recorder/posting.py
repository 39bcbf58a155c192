"""One request to the server, and what its answer means for the lines that were sent."""

from __future__ import annotations

import enum
import gzip
import http.client
import json
from typing import NamedTuple

from agentscope_recorder.limits import REQUEST_SECONDS
from agentscope_recorder.proxies import connection_to

PATH = "/api/v1/events"
AGENT = "agentscope-recorder/0.1"


class Verdict(enum.Enum):
    """What to do after a request."""

    STORED = "stored"
    LATER = "later"  #: send it again, after a pause
    SMALLER = "smaller"  #: send it in parts; of one line: leave it out
    NEVER = "never"  #: nothing will be taken: the key or the address is wrong


class Answer(NamedTuple):
    """What came of a request."""

    verdict: Verdict
    sentence: str = ""
    pause: float = 0.0  #: seconds that the server asks to wait
    away: bool = False  #: nobody answered


class Target(NamedTuple):
    """Where events go."""

    url: str
    key: str


def post_lines(
    target: Target, lines: list[bytes], seconds: float = REQUEST_SECONDS, *, path: str = PATH
) -> Answer:
    """Send lines in one request. It does not raise."""
    headers = {
        "Authorization": f"Bearer {target.key}",
        "Content-Type": "application/x-ndjson",
        "Content-Encoding": "gzip",
        "User-Agent": AGENT,
    }
    body = gzip.compress(b"\n".join(lines), compresslevel=1)
    try:
        status, after, told = request(target, "POST", body, headers, seconds, path=path)
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Answer(Verdict.LATER, f"{target.url} does not answer ({why(error)}).", away=True)
    return judged(target, status, after, told)


def request(
    target: Target, method: str, body: bytes, headers: dict[str, str], seconds: float, *, path: str = PATH
) -> tuple[int, str, bytes]:
    """Make one request: (status, Retry-After, body). Raises OSError, HTTPException, ValueError."""
    connection, before, more = connection_to(target.url, seconds)
    try:
        connection.request(method, before + path, body=body or None, headers={**headers, **more})
        answer = connection.getresponse()
        return answer.status, answer.getheader("Retry-After") or "", answer.read(65_536)
    finally:
        connection.close()


def why(error: Exception) -> str:
    """Say why nobody answered, with what to do where it is known."""
    if "WRONG_VERSION_NUMBER" in str(error):
        return "it speaks no TLS there; is the address http://?"
    return str(error) or type(error).__name__


def judged(target: Target, status: int, after: str, told: bytes) -> Answer:
    """Say what a status means. 422 is an answer too: nothing could be read, and the server has kept it.

    What is no JSON comes from a gateway or another program: it has stored nothing, and judges no line.
    """
    is_ours = told.lstrip()[:1] == b"{"
    if (status < 300 or status == 422) and is_ours:
        return Answer(Verdict.STORED)
    if status == 413 or (status == 400 and is_ours):
        return Answer(Verdict.SMALLER, sentence_in(told) or f"The server refused lines with {status}.")
    if status in (401, 403):
        return Answer(Verdict.NEVER, f"The server does not take the key: {sentence_in(told) or status}")
    if status < 500 and status not in (407, 408, 409, 425, 429):
        return Answer(
            Verdict.NEVER, f"There is no AgentScope at {target.url} ({status}); check AGENTSCOPE_URL."
        )
    return Answer(Verdict.LATER, f"The server answers {status}.", pause=seconds_of(after))


def sentence_in(told: bytes) -> str:
    """Take the server's own sentence out of its answer."""
    try:
        return str(json.loads(told)["error"])
    except (ValueError, KeyError, TypeError):
        return ""


def seconds_of(after: str) -> float:
    """Read Retry-After in seconds; a date is taken as no word."""
    try:
        return max(float(after), 0.0)
    except ValueError:
        return 0.0

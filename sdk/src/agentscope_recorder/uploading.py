"""Sends whole files of agents to the server's import: the server knows what of them is new."""

from __future__ import annotations

import http.client
import json
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from agentscope_recorder.posting import Answer, Target, Verdict, judged, request, why

PATH = "/api/v1/import"
#: Seconds that an import may take; a long session is read in some.
SECONDS = 120.0


class Imported(NamedTuple):
    """What the server made of files."""

    runs: list[str]  #: addresses of their pages
    problems: int  #: parts that could not be read


def upload(target: Target, files: Iterable[tuple[str, Path]]) -> tuple[Answer, Imported]:
    """Send files, each with the path that it has in its group, as one import. It does not raise."""
    boundary = uuid.uuid4().hex
    headers = {
        "Authorization": f"Bearer {target.key}",
        "Content-Type": f"multipart/form-data; boundary={boundary}",
    }
    try:
        body = form_of(files, boundary)
        status, after, told = request(target, "POST", body, headers, SECONDS, path=PATH)
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Answer(Verdict.LATER, f"{target.url} does not answer ({why(error)}).", away=True), Imported(
            [], 0
        )
    return judged(target, status, after, told), imported(told)


def form_of(files: Iterable[tuple[str, Path]], boundary: str) -> bytes:
    """Write a form with files; their names are their paths. Raises OSError."""
    parts = []
    for name, path in files:
        shown = name.replace("\\", "/").replace('"', "%22").replace("\r", "").replace("\n", "")
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="files"; filename="{shown}"\r\n'
        path_head = f'--{boundary}\r\nContent-Disposition: form-data; name="paths"\r\n\r\n{shown}\r\n'
        parts += [path_head.encode(), head.encode(), b"Content-Type: application/octet-stream\r\n\r\n"]
        parts += [path.read_bytes(), b"\r\n"]
    return b"".join(parts) + f"--{boundary}--\r\n".encode()


def imported(told: bytes) -> Imported:
    """Read the answer to an import."""
    try:
        answer = json.loads(told)
        runs = [str(run["url"]) for run in answer.get("runs", [])]
        return Imported(runs, len(answer.get("quarantined", [])))
    except (ValueError, TypeError, KeyError, AttributeError):
        return Imported([], 0)

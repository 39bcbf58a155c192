"""`doctor`: what stands between a trace and the server: address, key, scope, clock, folder."""

from __future__ import annotations

import argparse
import email.utils
import http.client
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from agentscope_recorder.cli.hook_checks import checks_of_hooks
from agentscope_recorder.config import Config, config_path, read_config
from agentscope_recorder.posting import PATH

#: Seconds that the clocks may differ; steps are placed by the clock of the agent.
SKEW_SECONDS = 5.0
SECONDS = 5.0
Check = tuple[bool, str]


def describe(parser: argparse.ArgumentParser) -> None:
    """There are no arguments of its own."""


def run(options: argparse.Namespace) -> int:
    """Print every check; the exit status is 1 when one failed."""
    config = read_config(url=options.url, key=options.key)
    checks = [
        *settings_of(config),
        folder_of(config.folder),
        *(answers_of(config) if config.url and config.key else ()),
        *checks_of_hooks(config),
    ]
    for fine, sentence in checks:
        print(f"{'✓' if fine else '✗'} {sentence}")
    return 0 if all(fine for fine, _ in checks) else 1


def settings_of(config: Config) -> Iterator[Check]:
    """Say where address and key come from."""
    where = f"set AGENTSCOPE_URL and AGENTSCOPE_KEY, or write url and key into {config_path()}"
    yield bool(config.url), f"address: {config.url}" if config.url else f"no address; {where}"
    yield bool(config.key), f"key: {config.key[:6]}…" if config.key else f"no key; {where}"


def folder_of(folder: Path) -> Check:
    """Say whether traces can be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        fine = os.access(folder, os.W_OK)
    except OSError as error:
        return False, f"traces cannot be written to {folder} ({error.strerror}); set AGENTSCOPE_TRACES"
    return fine, f"traces go to {folder}" if fine else f"{folder} cannot be written; set AGENTSCOPE_TRACES"


def answers_of(config: Config) -> Iterator[Check]:
    """Ask the server: does it answer, does it take the key, is its clock ours?"""
    place = urlsplit(config.url)
    kind = http.client.HTTPSConnection if place.scheme == "https" else http.client.HTTPConnection
    try:
        connection = kind(place.hostname or "", place.port, timeout=SECONDS)
        connection.request(
            "GET", place.path.rstrip("/") + PATH, headers={"Authorization": f"Bearer {config.key}"}
        )
        answer = connection.getresponse()
        told, date = answer.read(65_536), answer.getheader("Date")
        connection.close()
    except (OSError, http.client.HTTPException, ValueError) as error:
        yield False, f"{config.url} does not answer ({error}); is it running, and is the port right?"
        return
    yield True, f"{config.url} answers"
    yield key_check(answer.status, told)
    yield clock_check(date)


def key_check(status: int, told: bytes) -> Check:
    """Say what the server says of the key."""
    try:
        sentence = str(json.loads(told).get("error") or "")
    except (ValueError, AttributeError):
        sentence = ""
    if status == 200:
        return True, "the key may send events"
    if status in (401, 403):
        return (
            False,
            f"the key is refused: {sentence or status}; make one with the scope ingest under API keys",
        )
    return False, f"there is no AgentScope at this address: it answers {status}"


def clock_check(date: str | None) -> Check:
    """Compare the clocks."""
    try:
        theirs = email.utils.parsedate_to_datetime(date or "").timestamp()
    except (TypeError, ValueError):
        return True, "the server tells no time"
    skew = time.time() - theirs
    if abs(skew) <= SKEW_SECONDS:
        return True, "the clocks agree"
    return (
        False,
        f"this clock is {abs(skew):.0f} s {'ahead' if skew > 0 else 'behind'}; set it by NTP",
    )

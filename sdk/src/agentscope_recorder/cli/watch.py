"""`watch`: follows the folders of the agents, and sends sessions as they grow; it resumes where it ended."""

from __future__ import annotations

import argparse
import json
import os
import re
import time
from datetime import datetime
from pathlib import Path

from agentscope_recorder.cli.targets import target_of
from agentscope_recorder.cli.troubles import Trouble
from agentscope_recorder.config import read_config
from agentscope_recorder.posting import Answer, Target, Verdict
from agentscope_recorder.sessions import AGENTS, Eyes, Session
from agentscope_recorder.uploading import Imported, upload

#: Seconds between two looks at the folders.
LOOK_SECONDS = 1.0
#: Bytes a second that sending a growing session again may cost: a long one is sent less often.
BYTES_A_SECOND = 2 * 1024 * 1024
LONGEST_PAUSE_SECONDS = 60.0
DAYS = re.compile(r"(\d+)([dh])")
Stamp = tuple[int, int]
#: Variables by which agents are told where their folder is.
WHERE = (
    "CLAUDE_CONFIG_DIR",
    "CODEX_HOME",
    "GEMINI_CONFIG_DIR",
    "QWEN_CONFIG_DIR",
    "COPILOT_HOME",
    "XDG_DATA_HOME",
)


def describe(parser: argparse.ArgumentParser) -> None:
    """Name the arguments."""
    names = [agent.name for agent in AGENTS]
    parser.add_argument("--agent", action="append", choices=names, help="only this one; may be repeated")
    parser.add_argument("--since", default="1d", help="3d, 12h, a date, or all (else 1d)")
    parser.add_argument("--once", action="store_true", help="send what is there, and end")


def run(options: argparse.Namespace) -> int:
    """Send what is there, then what grows."""
    target, since = target_of(options), since_of(options.since, now=time.time())
    agents = tuple(agent for agent in AGENTS if not options.agent or agent.name in options.agent)
    watch = Watch(target, read_config().folder / "watched.json")
    for agent in agents:
        print(f"{agent.name}: {agent.folder() / agent.pattern}")
    if not any(agent.folder().is_dir() for agent in agents):
        names = " and ".join(WHERE)
        print(f"None of these folders is there. Run an agent once, or say where its folder is: {names}.")
    eyes = Eyes(agents, since)
    while True:
        due = [session for session in eyes.look() if watch.is_due(session)]
        for place, session in enumerate(due, 1):
            answer, made = watch.send(session)
            print(line_of(session, answer, made, f"{place} of {len(due)}"), flush=True)
            if answer.verdict is Verdict.NEVER:
                raise Trouble(answer.sentence)
        if options.once:
            print(f"{len(due)} session{'s' * (len(due) != 1)} sent." if due else "Nothing new.")
            return 0
        time.sleep(LOOK_SECONDS)


def since_of(word: str, *, now: float) -> float:
    """Read from when on sessions are sent. Raises Trouble."""
    if word == "all":
        return 0.0
    found = DAYS.fullmatch(word)
    if found:
        return now - int(found.group(1)) * (86_400 if found.group(2) == "d" else 3_600)
    try:
        return datetime.fromisoformat(word).timestamp()
    except ValueError as error:
        raise Trouble(f"--since {word} is no time; give 3d, 12h, 2026-01-31, or all.") from error


def line_of(session: Session, answer: Answer, made: Imported, place: str) -> str:
    """Say what became of a session."""
    head = f"{place} · {session.agent} · {session.main.stem}"
    if answer.verdict is not Verdict.STORED:
        return f"{head} · not sent: {answer.sentence}"
    odd = f" · {made.problems} part{'s' * (made.problems != 1)} could not be read" if made.problems else ""
    return f"{head} · {' '.join(made.runs) or 'no run in it yet'}{odd}"


class Watch:
    """Which sessions a server has, and as of when; kept in a file."""

    def __init__(self, target: Target, place: Path) -> None:
        self.target, self.place = target, place
        self.sent: dict[str, list[int]] = {}
        self.next: dict[Path, float] = {}
        self.refused: dict[Path, Stamp] = {}
        try:
            told = json.loads(place.read_text())
            self.sent = dict(told.get(target.url, {}))
        except (OSError, ValueError, TypeError, AttributeError):
            self.sent = {}  # the server knows what it has: sending again is harmless

    def is_due(self, session: Session) -> bool:
        """Say whether a session is not what the server has, and its turn has come."""
        try:
            stamp = session.stamp()
        except OSError:
            return False
        news = list(stamp) != self.sent.get(str(session.main)) and stamp != self.refused.get(session.main)
        return news and time.monotonic() >= self.next.get(session.main, 0.0)

    def send(self, session: Session) -> tuple[Answer, Imported]:
        """Send a session whole."""
        stamp = session.stamp()
        answer, made = upload(self.target, session.files)
        pause = min(max(stamp[0] / BYTES_A_SECOND, answer.pause, LOOK_SECONDS), LONGEST_PAUSE_SECONDS)
        self.next[session.main] = time.monotonic() + pause
        if answer.verdict is Verdict.STORED:
            self.sent[str(session.main)] = list(stamp)
            self.keep()
        elif answer.verdict is Verdict.SMALLER:
            self.refused[session.main] = stamp
        return answer, made

    def keep(self) -> None:
        """Remember what is sent. Raises Trouble."""
        try:
            told = json.loads(self.place.read_text())
        except (OSError, ValueError):
            told = {}
        spare = self.place.with_name(f"{self.place.name}.{os.getpid()}")
        try:
            spare.parent.mkdir(parents=True, exist_ok=True)
            spare.write_text(
                json.dumps({**(told if isinstance(told, dict) else {}), self.target.url: self.sent})
            )
            spare.replace(self.place)
        except OSError as error:
            raise Trouble(
                f"{self.place} cannot be written ({error.strerror}); set AGENTSCOPE_TRACES."
            ) from error

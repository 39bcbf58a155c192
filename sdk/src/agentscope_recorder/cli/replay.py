"""`replay`: the messages that the model was sent at a step, ready to be sent again."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from agentscope_recorder.cli.traces import Event, runs_in
from agentscope_recorder.cli.troubles import Trouble


def describe(parser: argparse.ArgumentParser) -> None:
    """Name the arguments."""
    parser.add_argument("file", type=Path)
    parser.add_argument("--to", type=int, metavar="N", help="the Nth model call, from 1 (else the last)")
    parser.add_argument("--run", help="which run, where the file holds several (else the last)")


def run(options: argparse.Namespace) -> int:
    """Print the messages as JSON."""
    runs = runs_in(options.file)
    name = options.run or list(runs)[-1]
    if name not in runs:
        raise Trouble(f"{options.file} has no run {name}; it has {', '.join(runs)}.")
    text = json.dumps(messages_at(runs[name], options.to), ensure_ascii=False, indent=1)
    print("".join(letter if letter.isprintable() or letter == "\n" else escaped(letter) for letter in text))
    return 0


def escaped(letter: str) -> str:
    """Write what would steer the terminal, or has no bytes, as JSON does."""
    return json.dumps(letter)[1:-1]


def messages_at(events: list[Event], number: int | None) -> list[Any]:
    """Take the messages of the Nth model call that has some. Raises Trouble."""
    calls = [
        event
        for event in events
        if event.get("kind") == "llm_call" and isinstance(event.get("messages"), list)
    ]
    if not calls:
        raise Trouble("No model call of this run has its messages: pass `messages=` to llm_call.")
    place = len(calls) if number is None else number
    if not 1 <= place <= len(calls):
        raise Trouble(f"The run has {len(calls)} model calls; --to takes 1 to {len(calls)}.")
    call = calls[place - 1]
    system = [{"role": "system", "content": call["system"]}] if call.get("system") else []
    return [*system, *call["messages"]]

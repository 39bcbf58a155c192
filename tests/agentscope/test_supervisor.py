"""The process around web and worker: it starts them again, and ends whatever they do."""

import multiprocessing
import os
import shlex
import signal
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from agentscope.engines import wait_until
from agentscope.supervisor import Program

COUNTING = "import os, time; print('up', os.getpid(), flush=True); time.sleep(60)"
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up'); time.sleep(60)"


class Running:
    """A program in its reader, and the messages of the reader."""

    def __init__(self, code: str) -> None:
        self.stopping = multiprocessing.Event()
        self.messages: Any = multiprocessing.Queue()
        command = f"{shlex.quote(sys.executable)} -u -c {shlex.quote(code)}"
        program = Program(command, name="it", stopping=self.stopping)
        self.reader = multiprocessing.Process(target=program.run, args=(self.messages, True))
        self.reader.start()

    def hear(self, kind: str) -> Any:
        """Wait for the next message of a kind, and return what it says."""
        while True:
            message = self.messages.get(timeout=20)
            if message.type == kind:
                return message.data


@pytest.fixture
def run() -> Iterator[Any]:
    started: list[Running] = []

    def start(code: str) -> Running:
        started.append(Running(code))
        return started[-1]

    yield start
    for running in started:
        running.reader.kill()
        running.reader.join()


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_killed_program_is_started_again(run: Any) -> None:
    running = run(COUNTING)
    first = running.hear("start")["pid"]
    assert running.hear("line") == f"up {first}\n".encode()  # the process named is the program itself
    os.kill(first, signal.SIGKILL)
    assert running.hear("line") == b"ended with status 137; starting again in 1 s\n"
    assert running.hear("start")["pid"] != first


def test_program_told_to_stop_is_not_started_again(run: Any) -> None:
    running = run(COUNTING)
    pid = running.hear("start")["pid"]
    running.hear("line")
    running.stopping.set()
    os.killpg(pid, signal.SIGTERM)
    assert running.hear("stop") == {"returncode": -signal.SIGTERM}


def test_stubborn_program_ends_with_its_reader(run: Any) -> None:
    running = run(STUBBORN)
    pid = running.hear("start")["pid"]
    running.hear("line")
    os.kill(pid, signal.SIGTERM)
    running.reader.kill()
    assert wait_until(lambda: not is_alive(pid), seconds=5)

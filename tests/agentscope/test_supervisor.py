"""The shell around web and worker: it must end, whatever its program does."""

import os
import shlex
import signal
import subprocess
import sys

from agentscope.supervisor import RESTARTING

STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("up", flush=True)
time.sleep(60)
"""


def test_program_that_does_not_stop_is_killed() -> None:
    command = f"{shlex.quote(sys.executable)} -c {shlex.quote(STUBBORN)}"
    shell = RESTARTING.format(command=command, seconds=0.2)
    with subprocess.Popen(["sh", "-c", shell], stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "up\n"
        os.kill(running.pid, signal.SIGTERM)
        assert running.wait(5) == 0
        assert running.stdout.read() == ""

"""Signals, forks, many recorders, no home, a folder that is gone: the agent goes on as it would."""

import os
import subprocess
import sys

import pytest

from tests.recorder.far_side import far_side
from tests.recorder.reading import told


def python(code, *, cwd="/", seconds=60, **environment):
    """Run a program; one that hangs is a failure."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **environment}
    return subprocess.run(
        [sys.executable, "-c", code],
        env=environment,
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )


def test_signal_handler_may_record_in_the_midst_of_an_event(trace):
    """Handlers run between any two steps of the interpreter, also where a lock is held."""
    code = f"""
import itertools, signal, time
from agentscope_recorder import Recorder
run = Recorder({str(trace)!r}, url="http://127.0.0.1:9", key="k")
heard = itertools.count()
def hear(number, frame):
    run.error("interrupted")
    run.llm_call(content=[{{"type": "tool_use", "id": str(next(heard)), "name": "x"}}])
signal.signal(signal.SIGALRM, hear)
signal.setitimer(signal.ITIMER_REAL, 0.001, 0.0007)
until = time.monotonic() + 3
n = 0
while time.monotonic() < until:
    run.tool_result(run.tool_call("count", n), n)
    n += 1
signal.setitimer(signal.ITIMER_REAL, 0)
print(2 * n + 2 * next(heard))
run.end()
"""
    done = python(code)
    assert done.returncode == 0, done.stderr
    assert len(told(trace)) == int(done.stdout) + 1


def test_sigterm_in_the_midst_of_an_event_sends_the_rest_and_ends(trace):
    with far_side() as server:
        code = f"""
import os, signal, threading
from agentscope_recorder import Recorder
run = Recorder({str(trace)!r}, url={server.url!r}, key="k")
threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGTERM)).start()
n = 0
while True:
    run.log("info", str(n))
    n += 1
    if n % 100 == 0:
        threading.Event().wait(0.01)
"""
        assert python(code).returncode == -15
        sent = [line for line in server.lines() if b'"log"' in line]
        assert len(told(trace)) - 1 <= len(sent) <= len(told(trace))


def test_hundreds_of_recorders_leave_no_files_and_threads_open(tmp_path):
    with far_side() as server:
        code = f"""
import os, threading
from agentscope_recorder import Recorder
for n in range(100):
    with Recorder(f"{tmp_path}/{{n % 3}}.jsonl", url={server.url!r}, key="k", run=f"r{{n}}") as run:
        run.log("info", "x")
run.log("info", "after the end")
import time; time.sleep(1)
print(len(os.listdir("/proc/self/fd")), threading.active_count())
"""
        limits = "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (60, 60))\n"
        done = python(limits + code, seconds=120)
    assert done.stderr == ""
    files, threads = map(int, done.stdout.split())
    assert files < 15
    assert threads < 5
    assert sum(len(path.read_text().splitlines()) for path in tmp_path.glob("*.jsonl")) == 301


def test_forked_child_that_ends_the_run_leaves_the_parents_snapshots(trace, tmp_path):
    repo = tmp_path / "repo"
    repo.mkdir()
    subprocess.run(["git", "init", "-q"], cwd=repo, check=True)
    code = f"""
import os
from agentscope_recorder import Recorder
with Recorder({str(trace)!r}, workspace={str(repo)!r}) as run:
    if os.fork() == 0:
        run.tool_result(run.tool_call("in child"), "x")
        run.end()
        os._exit(0)
    os.wait()
    with run.step("tool", "bash", id="t1"):
        open({str(repo / "a")!r}, "w").write("1")
"""
    done = python(code)
    assert done.stderr == ""
    assert ("file_change", "t1", "a") in told(trace, "step", "path")


@pytest.mark.parametrize("way", ["fork", "spawn"])
def test_processes_of_multiprocessing_write_into_the_run(trace, tmp_path, way):
    program = tmp_path / "program.py"
    program.write_text(f"""
import multiprocessing, os
from agentscope_recorder import Recorder

def work(n):
    run = Recorder({str(trace)!r})
    run.tool_result(run.tool_call("work", n), n)
    run.end()

if __name__ == "__main__":
    with Recorder({str(trace)!r}, run="r1") as run:
        os.environ.update(run.environment())
        workers = [multiprocessing.get_context({way!r}).Process(target=work, args=(n,)) for n in range(3)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
""")
    done = python(f"import runpy; runpy.run_path({str(program)!r}, run_name='__main__')")
    assert done.stderr == ""
    events = told(trace, "run", "id")
    assert {run for _, run, _ in events} == {"r1"}
    assert sum(kind == "tool_call" for kind, _, _ in events) == 3
    assert len({id for kind, _, id in events if kind == "tool_call"}) == 3
    assert events[-1][0] == "run_end"


def test_user_without_a_home_and_folder_that_is_gone(tmp_path):
    gone = tmp_path / "gone"
    gone.mkdir()
    code = """
import os
from agentscope_recorder import Recorder
os.rmdir(os.getcwd())
for name in ("HOME", "XDG_STATE_HOME", "AGENTSCOPE_CONFIG"):
    os.environ.pop(name, None)
os.setuid(54321)
run = Recorder()
run.prompt("the plan")
print("the plan" in run.path.read_text())
"""
    done = python(code, cwd=gone, TMPDIR="/tmp")
    assert (done.stdout, done.returncode) == ("True\n", 0), done.stderr


def test_events_of_the_last_moments_are_written(trace):
    code = f"""
import atexit, sys
from agentscope_recorder import Recorder
class Late:
    def __init__(self, run): self.run = run
    def __del__(self): self.run.log("info", "collected")
atexit.register(lambda: run.log("info", "before all others"))
run = Recorder({str(trace)!r}, url="http://127.0.0.1:9", key="k")
late = Late(run)
atexit.register(lambda: run.log("info", "at exit"))
sys.exit(4)
"""
    done = python(code)
    assert done.returncode == 4
    assert [text for _, text in told(trace, "text")] == ["at exit", "before all others", "collected"]
    assert len(done.stderr.splitlines()) == 1


def test_path_that_is_none(capfd, tmp_path):
    from agentscope_recorder import Recorder

    run = Recorder("a\0b", run="x")
    run.log("info", "goes on")
    assert Recorder(object(), run="a/../b c").path.name == "a-..-b-c.jsonl"  # type: ignore[arg-type]  # what an agent may pass
    assert len(capfd.readouterr().err.splitlines()) == 2

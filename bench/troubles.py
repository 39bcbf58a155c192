"""A loop that is recorded while something is wrong.

.venv/bin/python -m bench.troubles NAME STEPS FOLDER works on 50 steps without a recorder, on 50 with it, and
so on, in a process of its own, and prints what both took as JSON; `bench.recorder` makes a table of it.
"""

import contextlib
import hashlib
import http.server
import json
import resource
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "sdk" / "src"))

from agentscope_recorder import Recorder

#: What a recorder is given while something is wrong: a file, and perhaps an address.
Place = tuple[Path, str]
Trouble = Callable[[Path], AbstractContextManager[Place]]
AWAY = "http://127.0.0.1:9"


@contextlib.contextmanager
def server(status: int, *, after: int = 0, seconds: float = 0.0) -> Iterator[str]:
    """Answer everything with a status, the first requests with 200; slowly, if asked."""
    taken = [0]

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            taken[0] += 1
            time.sleep(seconds)
            self.send_response(200 if taken[0] <= after else status)
            self.send_header("content-length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, format: str, *args: object) -> None:
            return

    place = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    place.daemon_threads = True
    threading.Thread(target=place.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{place.server_address[1]}"
    finally:
        place.shutdown()
        place.server_close()


def answering(status: int, *, after: int = 0, seconds: float = 0.0) -> Trouble:
    """A server with one answer."""

    @contextlib.contextmanager
    def trouble(folder: Path) -> Iterator[Place]:
        with server(status, after=after, seconds=seconds) as url:
            yield folder / "run.jsonl", url

    return trouble


def at(url: str) -> Trouble:
    """An address where nothing answers."""
    return lambda folder: contextlib.nullcontext((folder / "run.jsonl", url))


@contextlib.contextmanager
def silent_server(folder: Path) -> Iterator[Place]:
    """Connections are taken, and nothing is ever said."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield folder / "run.jsonl", f"http://127.0.0.1:{listener.getsockname()[1]}"


@contextlib.contextmanager
def tls_to_plain(folder: Path) -> Iterator[Place]:
    """The address says https, the server does not."""
    with server(200) as url:
        yield folder / "run.jsonl", url.replace("http:", "https:")


@contextlib.contextmanager
def full_disk(folder: Path) -> Iterator[Place]:
    """A file can have 100 kB, then no more."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        yield folder / "run.jsonl", ""
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def unwritable(folder: Path) -> AbstractContextManager[Place]:
    """No folder can be made there."""
    return contextlib.nullcontext((Path("/proc/nowhere/run.jsonl"), ""))


TROUBLES: dict[str, Trouble] = {
    "written only": at(""),
    "sent": answering(200),
    "disk is full": full_disk,
    "folder cannot be written": unwritable,
    "server is away": at(AWAY),
    "no such host": at("http://nowhere.invalid"),
    "server is silent": silent_server,
    "server takes 2 s": answering(200, seconds=2.0),
    "500": answering(500),
    "413": answering(413),
    "401": answering(401),
    "401 midway": answering(401, after=1),
    "https to a plain port": tls_to_plain,
}

STEPS_AT_ONCE = 50


class Clock:
    """What work took: seconds, and seconds of the processor for this thread alone."""

    def __init__(self) -> None:
        self.seconds = self.processor = 0.0

    @contextlib.contextmanager
    def runs(self) -> Iterator[None]:
        """Count the block."""
        begin, processor = time.perf_counter(), time.thread_time()
        yield
        self.seconds += time.perf_counter() - begin
        self.processor += time.thread_time() - processor


def work(n: int) -> str:
    """Do what a step does: about a millisecond of it."""
    digest = hashlib.sha256(str(n).encode())
    for _ in range(1_500):
        digest.update(digest.digest())
    return digest.hexdigest()


def work_recorded(run: Recorder, n: int) -> str:
    """Do the same, and record it."""
    step = run.tool_call("work", {"n": n}, id=f"t{n}")
    done = work(n)
    run.tool_result(step, done)
    return done


def troubled(name: str, steps: int, folder: Path) -> dict[str, float]:
    """Work with and without a recorder, in turn, while something is wrong; the results must be the same."""
    alone, recorded, end = Clock(), Clock(), Clock()
    with TROUBLES[name](folder) as (path, url):
        run = Recorder(path, run="bench", url=url, key="k" if url else "")
        for first in range(0, steps, STEPS_AT_ONCE):
            numbers = range(first, first + STEPS_AT_ONCE)
            with alone.runs():
                expected = [work(n) for n in numbers]
            with recorded.runs():
                found = [work_recorded(run, n) for n in numbers]
            assert found == expected
        with end.runs():
            run.end()
        missing = 2 * steps + 2 - len(run.path.read_bytes().splitlines())
    return {
        "alone": alone.seconds,
        "recorded": recorded.seconds,
        "microseconds": (recorded.processor - alone.processor) / steps * 1e6,
        "end": end.seconds,
        "missing": missing,
    }


def rows_of_troubles(steps: int) -> list[list[str]]:
    """Let each thing go wrong in a process of its own: a row of the table each."""
    rows = []
    for name in TROUBLES:
        with tempfile.TemporaryDirectory() as folder:
            words = [sys.executable, "-m", "bench.troubles", name, str(steps), folder]
            done = subprocess.run(words, capture_output=True, text=True, check=True)
        told, warnings = json.loads(done.stdout), len(done.stderr.splitlines())
        rows.append(
            [
                name,
                f"{told['alone']:.3f}",
                f"{told['recorded']:.3f}",
                f"{told['microseconds']:.0f}",
                f"{told['end']:.2f}",
                str(warnings),
                f"{told['missing']:,}",
            ]
        )
    return rows


if __name__ == "__main__":
    print(json.dumps(troubled(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))))

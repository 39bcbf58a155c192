"""`manage.py serve`: start the services, the database, web and worker; keep them running; stop them together.

Imports no Django: this process stays for as long as the product runs.
"""

import hashlib
import json
import mmap
import multiprocessing
import os
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from honcho.manager import Manager
from honcho.process import Popen, Process

from agentscope import embedded
from agentscope.env import SettingError, data_folder, read_number, read_text
from agentscope.unprivileged import end_with_parent

CHECKOUT = Path(__file__).resolve().parent.parent
STOP_SECONDS = 30
#: A program that does not stop by itself is killed then.
KILL_SECONDS = 6

#: A program that ended is started again after so long.
REST_SECONDS = 1
#: Web processes that are started unless WEB_PROCESSES says otherwise; each takes 100 MB.
WEBS_MOST = 4
#: Connections that wait until a web process takes them.
BACKLOG = 512
#: How far the worker stands back where processors are short: what is posted is stored first, judged after.
WORKER_NICE = 10

#: Descriptors that every program gets: the socket that all web processes take connections from, their table.
_shared: list[int] = []


# honcho has no types, so its classes are Any to mypy.
class Child(Popen):  # type: ignore[misc]
    """A program that is killed when its reader ends, also by kill -9.

    A mere SIGTERM would not do: Daphne waits for ever for a request in the middle of a sync middleware.
    """

    def __init__(self, command: str, **options: Any) -> None:
        super().__init__(f"exec {command}", preexec_fn=self.before_exec, pass_fds=_shared, **options)

    @staticmethod
    def before_exec() -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)  # the reader ignores them, and that would be inherited
        end_with_parent(signal.SIGKILL)


class Program(Process):  # type: ignore[misc]
    """One line of the Procfile, in a small process that reads its output and starts it again when it ends."""

    def __init__(self, cmd: str, *, stopping: Any, **options: Any) -> None:
        super().__init__(cmd, **options)
        self.stopping = stopping

    def run(self, events: Any = None, ignore_signals: bool = False) -> None:
        """Run the program until the manager stops all, whose signals go to it and not to this reader."""
        end_with_parent(signal.SIGKILL)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        self._events = events
        code = 0
        while not self.stopping.is_set():
            code = self.run_once()
            if not self.stopping.is_set():
                shown = code if code >= 0 else 128 - code
                self._send_message(
                    f"ended with status {shown}; starting again in {REST_SECONDS} s\n".encode()
                )
                self.stopping.wait(REST_SECONDS)
        self._send_message({"returncode": code}, type="stop")

    def run_once(self) -> int:
        """Start the program, pass its output on, and return its exit status."""
        self._child = Child(self.cmd, env=self.env, cwd=self.cwd)
        self._send_message({"pid": self._child.pid}, type="start")
        if self.stopping.is_set():
            self._child.terminate()  # all were told to stop while this one started
        for line in iter(self._child.stdout.readline, b""):
            self._send_message(line)
        self._child.stdout.close()
        return int(self._child.wait())


class Supervisor(Manager):  # type: ignore[misc]
    """Runs web and worker, and watches over the keepers of the embedded services."""

    def __init__(self, services: list[embedded.Service], *, url: str, demo: Path | None) -> None:
        super().__init__()
        self.stopping = multiprocessing.Event()
        self._process_ctor = partial(Program, stopping=self.stopping)
        self.services = services
        self.url = url
        self.demo = demo

    def _start(self) -> None:
        super()._start()
        # After the forks: a thread would not come along.
        threading.Thread(target=self.announce, daemon=True).start()
        threading.Thread(target=self.watch_services, daemon=True).start()

    def terminate(self) -> None:
        """Ask all to stop, then kill the rest; Honcho alone waits for ever for the first one to stop."""
        self.stopping.set()
        super().terminate()
        timer = threading.Timer(KILL_SECONDS, self.kill)
        timer.daemon = True
        timer.start()

    def announce(self) -> None:
        """Say where the product is once it answers."""
        while not answers(f"{self.url}/healthz"):
            time.sleep(0.05)
        say_where(self.url, self.demo)

    def watch_services(self) -> None:
        while not self._terminating:
            embedded.keep_services(self.services)
            time.sleep(1)


def serve() -> int:
    """Run the product until Ctrl-C or SIGTERM; return the exit status."""
    data = data_folder()
    is_production = read_text("AGENTSCOPE_ENV") == "production"
    host, port = read_text("HOST", "127.0.0.1"), read_number("PORT", default=8000, low=1, high=65535)
    webs = read_number("WEB_PROCESSES", default=min(os.cpu_count() or 1, WEBS_MOST), low=1, high=64)
    door = open_door(host, port)
    embedded.make_data_folder(data)
    (data / "port").write_text(str(port))  # for settings of commands that are not told it
    services = chosen_services(data)
    say(
        f"starting {' and '.join(service.name for service in services)}"
        if services
        else "using your services"
    )
    checker = check_settings()
    embedded.start_services(services)
    if os.waitpid(checker, 0)[1]:
        return 1
    demo = None if is_production else data / "demo.json"
    prepare_database(data, services, demo=demo)
    if is_production:
        manage("collectstatic", "--noinput", "--verbosity", "0")
    url = f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}"
    say("starting web and worker")
    supervisor = Supervisor(services, url=url, demo=demo)
    door.listen(BACKLOG)
    _shared.append(door.fileno())
    for name, command in programs(door.fileno(), webs=webs).items():
        supervisor.add_process(name, command, cwd=CHECKOUT)
    supervisor.loop()
    say("stopping" + "".join(f" {service.name}" for service in services))
    embedded.wait_for_end(services, seconds=STOP_SECONDS)
    # Told to stop, and stopped: that is a success.
    return 0 if supervisor.returncode in (130, 143) else 1


def check_settings() -> int:
    """Read all settings in a child, while the services start; it says what is wrong. Return its id."""
    child = os.fork()
    if child:
        return child
    try:
        import_module("agentscope.settings")
    except SettingError as error:
        say(str(error))
        os._exit(1)
    os._exit(0)


def programs(door: int, *, webs: int) -> dict[str, str]:
    """Return the Procfile: name to shell command. `door` is the descriptor of the listening socket."""
    python = shlex.quote(sys.executable)
    web = f"{python} -m daphne -v 0 --fd {door} agentscope.asgi:application"
    return {
        **webs_of(web, webs=webs),
        "worker": f"nice -n {WORKER_NICE} {python} manage.py worker",
    }


def webs_of(command: str, *, webs: int) -> dict[str, str]:
    """Name the web processes; several share a table of how many connections each has (agentscope.door)."""
    if webs == 1:
        return {"web": command}
    with tempfile.TemporaryFile() as file:
        file.truncate(mmap.PAGESIZE)
        table = os.dup(file.fileno())
    _shared.append(table)
    return {
        f"web.{place + 1}": f"env AGENTSCOPE_DOOR={table}:{place}:{webs} {command}" for place in range(webs)
    }


def chosen_services(data: Path) -> list[embedded.Service]:
    """Return the embedded services that no URL replaces."""
    names = {"postgres": "DATABASE_URL", "redis": "REDIS_URL"}
    return [embedded.Service(name, data) for name, variable in names.items() if not read_text(variable)]


def open_door(host: str, port: int) -> socket.socket:
    """Bind the socket that all web processes share. Raises SettingError when something listens there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    door = socket.socket(family)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        door.bind((host, port))
    except OSError as error:
        door.close()
        raise SettingError(
            f"Port {port} of {host} cannot be used ({error.strerror}); set PORT to another one."
        ) from None
    return door


def prepare_database(data: Path, services: list[embedded.Service], *, demo: Path | None) -> None:
    """Migrate and seed, unless this very code has already done so with this very database."""
    mark = fingerprint(data)
    stamp = data / "migrated"
    is_embedded = any(service.name == "postgres" for service in services)
    if not is_embedded or not stamp.exists() or stamp.read_text() != mark:
        say("migrating the database")
        manage("migrate", "--verbosity", "0")
        if demo:
            say("making the demo team, where there is no team yet")
            manage("seed_demo")
    elif demo and not demo.exists():
        manage("seed_demo")
    embedded.make_data_folder(data)
    stamp.write_text(mark)


def fingerprint(data: Path) -> str:
    """Digest what decides whether there is something to migrate: migrations, packages, database."""
    digest = hashlib.sha256()
    for path in sorted([*CHECKOUT.glob("*/migrations/*.py"), CHECKOUT / "requirements.lock"]):
        digest.update(path.name.encode() + path.read_bytes())
    cluster = data / "postgres" / "PG_VERSION"
    if cluster.exists():
        digest.update(str(cluster.stat().st_mtime_ns).encode())
    return digest.hexdigest()


def manage(*arguments: str) -> None:
    """Run one management command to its end; its failure is ours."""
    done = subprocess.run([sys.executable, "manage.py", *arguments], cwd=CHECKOUT)
    if done.returncode:
        raise embedded.EmbeddedError(f"manage.py {arguments[0]} failed; its words are above.")


def answers(url: str) -> bool:
    """Say whether a GET is answered with 200."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def say_where(url: str, demo: Path | None) -> None:
    """Print URL, login and key; the file with them follows the port of this start."""
    say(f"ready at {url}/")
    if demo is None or not demo.exists():
        return
    facts = json.loads(demo.read_text())
    if facts["url"] != url:
        facts["url"] = url
        demo.write_text(json.dumps(facts, indent=2) + "\n")
    say(f"log in as  {facts['email']}  with password  {facts['password']}")
    say(f"API key    {facts['ingest_key']}  (sends runs to {facts['team']}/{facts['project']})")
    say(f"all of it  {demo}")
    say("Ctrl-C stops everything")


def say(line: str) -> None:
    print(f"agentscope | {line}", flush=True)

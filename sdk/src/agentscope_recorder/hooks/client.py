"""What Claude Code runs for each hook: gives the payload to the session's keeper, and waits for its look.

It is run by its path with `-I -S -E` and imports nothing but builtin modules: `json` or `re` alone would
double its time. It prints nothing, and ends with 0 whatever happens: Claude Code obeys hooks.
"""

import _signal
import _socket
import os
import sys
import time

#: Seconds that a tool waits at most for the look at the work tree before it.
WAIT_SECONDS = 1.0
#: Seconds in which the payload has come, or nobody closes our input.
READ_SECONDS = 2
#: Bytes of a payload that are taken; the rest is read, so that Claude Code can write it, and left.
MOST_BYTES = 64 * 1024 * 1024
SOCKET, LOCK = "socket", "lock"
#: What a keeper says: `doctor` shows it.
TROUBLES = "troubles.txt"
MARK = b'"session_id":'
#: Environment variable that keeps a hook from telling anything.
OFF = "AGENTSCOPE_HOOKS"


def main(home: str) -> None:
    """Tell one event."""
    began = time.time_ns()
    _signal.signal(_signal.SIGALRM, lambda *_: os._exit(0))
    _signal.alarm(READ_SECONDS)
    payload = everything(0)
    _signal.alarm(0)
    if MARK not in payload or not home:
        return
    folder = os.path.join(home, session_in(payload))
    os.makedirs(folder, 0o700, exist_ok=True)
    os.chdir(folder)  # the path of a socket may have 107 bytes at most
    waits = b'"PreToolUse"' in payload[:4096]
    for _ in range(2):  # a keeper that ends just now does not answer
        connection, is_new = connected(home, folder)
        try:
            connection.sendall(b"%d\n" % began + payload)
            connection.shutdown(1)
            if (is_new and not waits) or connection.recv(1):
                return
        except TimeoutError:
            return
        except OSError:
            continue
        finally:
            connection.close()


def default_home() -> str:
    """Name the folder of hooks without settings of their own."""
    state = os.environ.get("XDG_STATE_HOME") or os.path.expanduser("~/.local/state")
    return os.path.join(state, "agentscope", "hooks", "default")


def everything(file: int) -> bytes:
    """Read a payload whole, and keep of it what is taken."""
    parts: list[bytes] = []
    size = 0
    while True:
        part = os.read(file, 1 << 20)
        if not part:
            return b"".join(parts)
        if size < MOST_BYTES:
            parts.append(part)
        size += len(part)


def session_in(payload: bytes) -> str:
    """Name the session as a folder. Claude Code writes it first; the keeper reads the payload whole."""
    told = payload.partition(MARK)[2].partition(b'"')[2].partition(b'"')[0][:100]
    kept = (chr(byte) if chr(byte).isalnum() or byte in b"-_" else "_" for byte in told if byte < 128)
    return "".join(kept) or "_"


def connected(home: str, folder: str) -> "tuple[_socket.socket, bool]":
    """Connect to the keeper of the session, and start one where there is none: (connection, it is new)."""
    connection = connection_to_keeper()
    if connection is not None:
        return connection, False
    import fcntl

    lock = os.open(LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        connection = connection_to_keeper()  # another hook was first
        if connection is not None:
            return connection, False
        start(home, folder, lock)
        connection = connection_to_keeper()
        if connection is None:
            raise OSError("no keeper")
        return connection, True
    finally:
        os.close(lock)


def connection_to_keeper() -> "_socket.socket | None":
    """Connect; None where nobody listens."""
    connection = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    connection.settimeout(WAIT_SECONDS)
    try:
        connection.connect(SOCKET)
    except OSError:
        connection.close()
        return None
    return connection


def start(home: str, folder: str, lock: int) -> None:
    """Listen, and leave what comes to a process of its own, which the agent does not know."""
    try:
        os.unlink(SOCKET)
    except OSError:
        pass
    listener = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    listener.bind(SOCKET)
    os.chmod(SOCKET, 0o600)
    listener.listen(128)
    if os.fork():
        listener.close()
        return
    try:
        os.close(lock)
        keep(home, folder, listener.detach())
    finally:
        os._exit(0)


def keep(home: str, folder: str, listener: int) -> None:
    """Become the keeper: without the agent's terminal, group and pipes, which it would wait for."""
    os.setsid()
    os.umask(0o077)
    nothing = os.open(os.devnull, os.O_RDWR)
    troubles = os.open(TROUBLES, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for file, to in ((0, nothing), (1, nothing), (2, troubles)):
        os.dup2(to, file)
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path.insert(0, os.path.dirname(os.path.dirname(here)))
    from agentscope_recorder.hooks.keeper import run

    run(home, folder, listener)


def safely(home: str) -> None:
    """Tell one event, and end well whatever happens."""
    try:
        if os.environ.get(OFF) != "off":
            main(home)
    except BaseException:
        pass
    os._exit(0)


if __name__ == "__main__":
    safely("".join(sys.argv[1:2]))

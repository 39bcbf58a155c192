"""Open many WebSockets on one page and note when which marker arrives; a process of its own for `bench.live`.

    python -m bench.sockets PORT COOKIE PATH COUNT

Prints "ready" when all are open; when its standard input ends, prints one line of JSON: markers with
the times of their arrivals (the monotonic clock, one for all processes), frames, bytes, closed sockets.
"""

import asyncio
import base64
import json
import os
import re
import struct
import sys
import time

MARK = re.compile(rb"probe-(\d+)-")
TEXT, CLOSE, PING, PONG = 1, 8, 9, 10


class Sockets:
    """Open sockets and what came over them."""

    def __init__(self, port: int, cookie: str, path: str) -> None:
        self.port, self.cookie, self.path = port, cookie, path
        self.arrived: dict[str, list[float]] = {}
        self.frames = self.bytes = self.closed = 0

    async def open(self) -> asyncio.Task[None]:
        """Shake hands (RFC 6455, 4.1); return the task that reads."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=2**24)
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [
            f"GET {self.path} HTTP/1.1",
            f"Host: 127.0.0.1:{self.port}",
            f"Origin: http://127.0.0.1:{self.port}",
            f"Cookie: sessionid={self.cookie}",
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            f"Sec-WebSocket-Key: {key}",
        ]
        writer.write("\r\n".join([*lines, "", ""]).encode())
        head = await reader.readuntil(b"\r\n\r\n")
        if b" 101 " not in head.split(b"\r\n")[0]:
            raise SystemExit(head.decode())
        return asyncio.create_task(self.read(reader, writer))

    async def read(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                code, data = await read_frame(reader)
                if code == PING:
                    writer.write(masked(PONG, data))
                elif code == CLOSE:
                    break
                else:
                    self.take(data)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        self.closed += 1
        writer.close()

    def take(self, data: bytes) -> None:
        now = time.monotonic()
        self.frames += 1
        self.bytes += len(data)
        for mark in set(MARK.findall(data)):
            self.arrived.setdefault(mark.decode(), []).append(now)


async def read_frame(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """Read one frame of a server: never masked, and Daphne sends none in parts."""
    first, size = await reader.readexactly(2)
    if size == 126:
        (size,) = struct.unpack("!H", await reader.readexactly(2))
    elif size == 127:
        (size,) = struct.unpack("!Q", await reader.readexactly(8))
    return first & 15, await reader.readexactly(size)


def masked(code: int, data: bytes) -> bytes:
    """Write a short frame of a client: masked, here with zeros."""
    return bytes((0x80 | code, 0x80 | len(data))) + bytes(4) + data


async def main(port: int, cookie: str, path: str, count: int) -> None:
    sockets = Sockets(port, cookie, path)
    readers = [await sockets.open() for _ in range(count)]
    print("ready", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    told = {"arrived": sockets.arrived, "frames": sockets.frames, "bytes": sockets.bytes}
    print(json.dumps(told | {"closed": sockets.closed}), flush=True)
    for reader in readers:
        reader.cancel()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])))

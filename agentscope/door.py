"""Shares new connections evenly among web processes that listen on one socket.

Whoever wakes first would take all that wait there, and clients keep their connections: four exporters ended
up with one process of two, and one processor did nearly all the work.
"""

import mmap
import os
from typing import Any

from twisted.internet import reactor as installed
from twisted.internet.tcp import Port, Server

#: Set by the supervisor where there are several: table's descriptor, own place in it, how many there are.
TABLE = "AGENTSCOPE_DOOR"
#: Bytes of the table: a number a process, how many connections it has and one more; 0 while it starts.
TABLE_BYTES = mmap.PAGESIZE
#: Seconds that a process waits for one with fewer connections to go first, and how often.
WAIT, WAITS = 0.01, 10

reactor: Any = installed


class Door:
    """The listening socket, and how many connections each process has."""

    def __init__(self, descriptor: int, *, place: int, processes: int) -> None:
        self.counts = memoryview(mmap.mmap(descriptor, TABLE_BYTES)).cast("I")[:processes]
        self.place = place
        self.counts[place] = 0  # those of one that was killed are gone

    def take_over(self, port: Any) -> None:
        """Decide when the port takes a connection, and count those it has."""
        door = self

        class Guest(Server):
            def __init__(self, *given: Any) -> None:
                super().__init__(*given)
                door.counts[door.place] += 1

            def connectionLost(self, reason: Any) -> None:
                door.counts[door.place] -= 1
                super().connectionLost(reason)

        port.transport, port.doRead = Guest, lambda: self.open(port)
        self.counts[self.place] = 1

    def open(self, port: Any, waited: int = 0) -> None:
        """Take one connection, if it still waits; a process with fewer goes first."""
        if not port.connected:
            return
        if self.counts[self.place] > min(filter(None, self.counts)) and waited < WAITS:
            port.stopReading()
            reactor.callLater(WAIT, self.open, port, waited + 1)
            return
        port.startReading()
        port.numberAccepts = 1
        Port.doRead(port)


def share_connections() -> None:
    """Take connections as fairly as the others do, once the server listens."""
    descriptor, place, processes = map(int, os.environ[TABLE].split(":"))
    reactor.callWhenRunning(watch_port, Door(descriptor, place=place, processes=processes))


def watch_port(door: Door) -> None:
    for port in reactor.getReaders():
        if isinstance(port, Port):
            door.take_over(port)

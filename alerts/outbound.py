"""Posting to an address that a user typed: resolve once, refuse private networks, connect to just that.

No redirects, no proxies, caps on time and size. Knows no Django and no settings.
"""

import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from contextlib import closing
from typing import Any
from urllib.parse import SplitResult, urlsplit

from msgspec import Struct

#: Global unicast of IPv6. Beyond it lie loopback, link-local, mapped and translated addresses of all kinds.
_GLOBAL_V6 = ipaddress.ip_network("2000::/3")
#: Inside it: tunnels that carry an IPv4 address, which may be private (6to4, Teredo and other protocols).
_TUNNELS = (ipaddress.ip_network("2001::/23"), ipaddress.ip_network("2002::/16"))

_PORTS = {"http": 80, "https": 443}


class Refused(Exception):
    """An address that cannot be posted to, however often one tries; the message says why."""


class Unreachable(Exception):
    """Nobody answered in time, or not in HTTP; the message says what happened."""


class Answer(Struct, frozen=True, kw_only=True):
    """What came back."""

    status: int
    text: str  #: its beginning


def is_public(address: str) -> bool:
    """Say whether an IP address lies in the public internet."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        return ip in _GLOBAL_V6 and ip.is_global and not any(ip in tunnel for tunnel in _TUNNELS)
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def is_of_the_machine(address: str) -> bool:
    """Say whether an address is link-local: there clouds tell machines their secrets."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    mapped = ip.ipv4_mapped if isinstance(ip, ipaddress.IPv6Address) else None
    return (mapped or ip).is_link_local


class Place(Struct, frozen=True):
    """Where to connect to, as the system's resolver gave it."""

    family: int
    address: tuple[Any, ...]  #: begins with the IP address


def resolve(host: str, port: int, *, allow_private: bool) -> list[Place]:
    """Resolve a name, once. Raises Refused where an address is private or link-local, Unreachable."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unreachable(f"The name {host} was not found.") from error
    places = [Place(family, address) for family, _, _, _, address in found]
    if any(is_of_the_machine(str(place.address[0])) for place in places):
        raise Refused(f"{host} is an address of the machine's own network link; nothing is sent there.")
    if not allow_private and not all(is_public(str(place.address[0])) for place in places):
        raise Refused(
            f"{host} lies in a private network. An operator can allow that: ALERTS_ALLOW_PRIVATE=1."
        )
    return places


def connect(places: list[Place], *, deadline: float) -> socket.socket:
    """Connect to the first address that answers; no name is looked up any more. Raises OSError."""
    for n, place in enumerate(places, 1):
        line = socket.socket(place.family, socket.SOCK_STREAM)
        line.settimeout(_left(deadline))
        try:
            line.connect(place.address)
        except OSError:
            line.close()
            if n == len(places) or time.monotonic() >= deadline:
                raise
        else:
            return line
    raise OSError("The name has no address.")


def check_url(url: str) -> SplitResult:
    """Split an address that can be posted to. Raises Refused."""
    try:
        split = urlsplit(url)
        port = split.port
    except ValueError as error:
        raise Refused("This is not an address.") from error
    if split.scheme not in _PORTS or not split.hostname or port == 0:
        raise Refused("The address must begin with https:// or http:// and name a host.")
    if split.username is not None or split.password is not None:
        raise Refused("The address must not hold a user or password; the signature says who sends.")
    if any(character <= " " or character == "\x7f" for character in url):
        raise Refused("The address must not hold blanks.")
    return split


def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    allow_private: bool,
    seconds: float,
    most: int,
) -> Answer:
    """Post once; read at most `most` bytes of the answer. Raises Refused, Unreachable."""
    deadline = time.monotonic() + seconds
    split = check_url(url)
    host, port = str(split.hostname), split.port or _PORTS[split.scheme]
    places = resolve(host, port, allow_private=allow_private)
    try:
        with closing(connect(places, deadline=deadline)) as plain:
            return _talk(plain, split, body, headers, deadline=deadline, most=most)
    except TimeoutError as error:
        raise Unreachable(f"No answer within {seconds:.0f} seconds.") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        if time.monotonic() >= deadline:
            raise Unreachable(f"No answer within {seconds:.0f} seconds.") from error
        said = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise Unreachable(f"The receiver could not be reached: {said}.") from error


def _talk(
    plain: socket.socket,
    split: SplitResult,
    body: bytes,
    headers: Mapping[str, str],
    *,
    deadline: float,
    most: int,
) -> Answer:
    """Speak HTTP over a connection; whoever answers byte by byte is hung up on at the deadline."""
    line = plain.dup()  # wrapping takes the socket's handle away
    alarm = threading.Timer(_left(deadline), _hang_up, [line])
    alarm.start()
    try:
        connection = _connection_over(plain, split)
        with closing(connection):
            target = (split.path or "/") + (f"?{split.query}" if split.query else "")
            connection.request("POST", target, body=body, headers=dict(headers))
            answer = connection.getresponse()
            text = answer.read(most).decode("utf-8", "replace")
            return Answer(status=answer.status, text=text)
    finally:
        alarm.cancel()
        line.close()


def _connection_over(plain: socket.socket, split: SplitResult) -> http.client.HTTPConnection:
    """Give http.client the connection to the pinned address; the certificate is that of the name."""
    host = str(split.hostname)
    if split.scheme == "http":
        connection = http.client.HTTPConnection(host, split.port)
        connection.sock = plain
        return connection
    context = ssl.create_default_context()
    secure = http.client.HTTPSConnection(host, split.port, context=context)
    secure.sock = context.wrap_socket(plain, server_hostname=host)
    return secure


def _hang_up(line: socket.socket) -> None:
    try:
        line.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it is over already


def _left(deadline: float) -> float:
    return max(0.05, deadline - time.monotonic())

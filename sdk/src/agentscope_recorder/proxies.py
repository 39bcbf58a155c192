"""The connection to an address: direct, or by the proxy that the environment names."""

from __future__ import annotations

import base64
import http.client
import urllib.request
from urllib.parse import SplitResult, unquote, urlsplit

LOOPBACK = ("localhost", "127.0.0.1", "::1")


def connection_to(url: str, seconds: float) -> tuple[http.client.HTTPConnection, str, dict[str, str]]:
    """Give a connection, what stands before a path of it, and headers for the proxy. Raises ValueError."""
    place = urlsplit(url)
    if not place.hostname or place.scheme not in ("http", "https"):
        raise ValueError("the address is no http:// or https:// with a host")
    kind = http.client.HTTPSConnection if place.scheme == "https" else http.client.HTTPConnection
    path = place.path.rstrip("/")
    proxy = proxy_of(place)
    if proxy is None or not proxy.hostname:
        return kind(place.hostname, place.port, timeout=seconds), path, {}
    connection = kind(proxy.hostname, proxy.port or 80, timeout=seconds)
    if place.scheme == "https":
        connection.set_tunnel(place.hostname, place.port or 443, headers=credentials_of(proxy))
        return connection, path, {}
    return connection, f"http://{place.netloc}{path}", credentials_of(proxy)


def proxy_of(place: SplitResult) -> SplitResult | None:
    """Find the proxy that the environment names for an address; none for this machine."""
    proxies, host = urllib.request.getproxies_environment(), place.hostname or ""
    told = proxies.get(place.scheme) or proxies.get("all")
    if not told or host in LOOPBACK or urllib.request.proxy_bypass(host):
        return None
    return urlsplit(told if "://" in told else f"http://{told}")


def credentials_of(proxy: SplitResult) -> dict[str, str]:
    """Write the header that lets us through the proxy."""
    if not proxy.username:
        return {}
    pair = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"
    return {"Proxy-Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}

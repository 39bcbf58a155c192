"""Clients that people already run, and the lines that send their runs here: the Connect page, and its docs.

`docs/reference/clients.md` is written from this (`python -m docs.write_clients`).
"""

from dataclasses import replace

from ingest.clients.agents import AGENTS
from ingest.clients.client import ENV, KEY, URL, Client, Lines
from ingest.clients.frameworks import FRAMEWORKS
from ingest.clients.otel import OTEL
from ingest.clients.own import OWN
from ingest.clients.sdks import SDKS
from ingest.clients.sessions import SESSIONS
from ingest.clients.shells import SHELLS, for_shell

ALL = (*AGENTS, *SESSIONS, *SDKS, *OTEL, *FRAMEWORKS, *OWN)
CLIENTS: dict[str, Client] = {client.slug: client for client in ALL}

__all__ = ["CLIENTS", "ENV", "SHELLS", "Client", "Lines", "check_line", "filled", "for_shell"]


def filled(lines: Lines, *, url: str, key: str) -> Lines:
    """Put in the address of this installation (without a slash at its end) and a key."""
    return replace(lines, text=lines.text.replace(URL, url).replace(KEY, key))


def check_line(client: Client, *, url: str, key: str) -> str:
    """Write the command that says whether the key is fine."""
    return f'curl {url}/{client.checks} -H "x-api-key: {key}"'

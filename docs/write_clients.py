"""Write docs/reference/clients.md from the clients of the Connect page: `python -m docs.write_clients`."""

from collections.abc import Iterator
from pathlib import Path

from ingest.clients import CLIENTS, Client, Lines, check_line, filled

PAGE = Path(__file__).parent / "reference" / "clients.md"
PLACE = {"url": "https://agentscope.example.com", "key": "as_YOUR_KEY"}
HEAD = """\
# Clients

How each agent or SDK is pointed at AgentScope. The page *Connect* of a project shows the same lines with its
address and a key filled in, and says when the first run has come: [Connect](../guide/connect.md). This page
is written by `python -m docs.write_clients`. What becomes of what is sent: [OpenTelemetry](otlp.md),
[SDKs](sdks.md), [import](import.md).
"""


def page() -> str:
    """Write the whole page."""
    return HEAD + "".join(part for client in CLIENTS.values() for part in parts_of(client))


def parts_of(client: Client) -> Iterator[str]:
    """Write what is said of one client."""
    yield f"\n## {client.name}\n{client.says}\n"
    yield from map(block, client.lines)
    yield "".join(f"\n- {note}" for note in client.notes) + ("\n" if client.notes else "")
    if client.contents_say:
        yield f"\nContents: {client.contents_say}\n"
        yield from map(block, client.contents)
    yield f"\nCheck the key: `{check_line(client, **PLACE)}`\n"


def block(lines: Lines) -> str:
    """Write one thing to paste."""
    one = filled(lines, **PLACE)
    language = "sh" if one.language in ("env", "shell") else one.language
    return f"\n{one.label}:\n```{language}\n{one.text}\n```\n"


if __name__ == "__main__":
    PAGE.write_text(page())

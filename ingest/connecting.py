"""What the Connect page shows: the clients, their lines, and what has come from the one that was chosen."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from django.urls import reverse

from ingest.clients import CLIENTS, ENV, SHELLS, Client, Lines, filled, for_shell
from runs.models import Run
from runs.queries.arrivals import newest_runs, stamp_of_arrivals
from runs.words import one_line
from teams.models import Project
from teams.queries import newest_rejection


@dataclass(frozen=True, kw_only=True)
class Way:
    """One way to write the same lines: of a shell, or the only one."""

    name: str
    text: str


@dataclass(frozen=True, kw_only=True)
class LinesShown:
    """One thing to paste, in each way."""

    number: int
    label: str
    language: str
    ways: list[Way]


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """A run that has come."""

    title: str
    url: str
    agent: str
    at: datetime
    steps: int


@dataclass(frozen=True, kw_only=True)
class Arrivals:
    """What has come since the page began to wait, and before."""

    fresh: Arrival | None = None  #: of the chosen client, since then
    other: Arrival | None = None  #: of another one, since then
    last: Arrival | None = None  #: of the chosen client, before


@dataclass(frozen=True, kw_only=True)
class Group:
    """Clients under one heading."""

    name: str
    clients: list[Client] = field(default_factory=list)


def groups_of_clients() -> list[Group]:
    """List all clients by their headings."""
    grouped = groupby(CLIENTS.values(), lambda client: client.group)
    return [Group(name=name, clients=list(clients)) for name, clients in grouped]


def lines_shown(every: tuple[Lines, ...], *, url: str, key: str, first: int = 0) -> list[LinesShown]:
    """Fill in address and key; variables are written for each shell."""
    shown = []
    for number, one in enumerate(every, start=first):
        ways = list(_ways(filled(one, url=url, key=key)))
        shown.append(LinesShown(number=number, label=one.label, language=one.language, ways=ways))
    return shown


def _ways(lines: Lines) -> Iterator[Way]:
    if lines.language != ENV:
        yield Way(name=lines.label, text=lines.text)
        return
    for shell in SHELLS:
        yield Way(name=shell, text=for_shell(shell, lines.text))


def said_in_pieces(sentence: str) -> list[tuple[str, bool]]:
    """Take a sentence apart: (text, whether it is code)."""
    return [(text, bool(place % 2)) for place, text in enumerate(sentence.split("`"))]


def read_arrivals(project: Project, client: Client, *, since: datetime) -> Arrivals:
    """Read what has come: runs made since a moment, and older ones that have grown since."""
    runs = newest_runs(project, since=since)
    fresh = [run for run in runs if run.created_at >= since or run.updated_at >= since]
    older = [run for run in runs if run not in fresh]
    return Arrivals(
        fresh=_first(project, (run for run in fresh if is_of(run, client))),
        other=_first(project, (run for run in fresh if not is_of(run, client))),
        last=_first(project, (run for run in older if is_of(run, client))),
    )


def stamp_of_connect(project: Project) -> str:
    """Name in a few characters what has come and what was refused."""
    refused = newest_rejection(project.team)
    return f"{stamp_of_arrivals(project)}.{refused.timestamp() if refused else 0:.3f}"


def is_of(run: Run, client: Client) -> bool:
    """Say whether a run came from a client, as far as its sources tell."""
    return any(source.startswith(client.sources) for source in run.sources)


def _first(project: Project, runs: Iterator[Run]) -> Arrival | None:
    run = next(runs, None)
    if run is None:
        return None
    return Arrival(
        title=one_line(run.name or run.task, limit=100) or run.external_id,
        url=reverse("runs:run", args=[project.team.slug, project.slug, run.id]),
        agent=run.agent,
        at=run.updated_at,
        steps=run.steps,
    )

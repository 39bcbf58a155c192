"""The only writer of refused requests: many at once, never while a request waits."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import blake2b

from django.db import connection, transaction
from msgspec import Struct

from teams.limits import REJECTION_DAYS, REJECTIONS_OF_NOBODY, REJECTIONS_PER_TEAM
from teams.models import ApiKey, Rejection

#: Count what is known, else keep it. Rows come sorted, so that two processes never wait crosswise. A team or
#: project that has gone meanwhile takes its row along.
KEEP_REJECTION = """
    INSERT INTO teams_rejection AS known (team_id, project_id, digest, status, reason, method, path, client,
        address, key, count, first_at, last_at)
    SELECT %(team)s::bigint, %(project)s::bigint, %(digest)s, %(status)s, %(reason)s, %(method)s, %(path)s,
        %(client)s, %(address)s, %(key)s, %(count)s, %(first)s, %(last)s
    WHERE (%(team)s::bigint IS NULL OR EXISTS (SELECT 1 FROM teams_team WHERE id = %(team)s))
        AND (%(project)s::bigint IS NULL OR EXISTS (SELECT 1 FROM teams_project WHERE id = %(project)s))
    ON CONFLICT (team_id, digest) DO UPDATE
    SET count = LEAST(known.count::bigint + excluded.count, 2000000000)::int,
        last_at = GREATEST(known.last_at, excluded.last_at)
"""

#: Drop the oldest above the cap of a team, or of nobody.
TRIM_REJECTIONS = """
    DELETE FROM teams_rejection WHERE id IN (
        SELECT id FROM teams_rejection WHERE team_id IS NOT DISTINCT FROM %(team)s
        ORDER BY last_at DESC, id DESC OFFSET %(most)s
    )
"""


class Rejected(Struct, frozen=True, kw_only=True):
    """One refused request; two that are equal are counted as one."""

    team: int | None = None
    project: int | None = None
    status: int
    reason: str
    method: str
    path: str
    client: str
    address: str
    key: str = ""  #: visible beginning

    def digest(self) -> bytes:
        """Address it by all that it says."""
        said = (self.project, self.status, self.reason, self.method, self.path, self.client, self.address)
        return blake2b(repr((*said, self.key)).encode(), digest_size=16).digest()


class Times(Struct):
    """How often something was refused, and when."""

    count: int
    first: datetime
    last: datetime


def keep_rejections(found: Sequence[tuple[Rejected, Times]]) -> None:
    """Keep refused requests; one whose key only begins like one of ours goes to the team of that key."""
    owners = _owners_of({one.key for one, _ in found if one.team is None and one.key})
    rows = []
    for one, times in found:
        row = {name: getattr(one, name) for name in one.__struct_fields__} | {"digest": one.digest()}
        if one.team is None:
            row["team"], row["project"] = owners.get(one.key, (None, None))
        rows.append(row | {"count": times.count, "first": times.first, "last": times.last})
    rows.sort(key=lambda row: (row["team"] or 0, row["digest"]))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(KEEP_REJECTION, rows)
        for team in {row["team"] for row in rows}:
            most = REJECTIONS_OF_NOBODY if team is None else REJECTIONS_PER_TEAM
            cursor.execute(TRIM_REJECTIONS, {"team": team, "most": most})


def _owners_of(prefixes: set[str]) -> dict[str, tuple[int, int]]:
    """Find whose keys begin so: (team, project) by the beginning, where it is one key's only."""
    keys = ApiKey.objects.filter(prefix__in=prefixes).values_list("prefix", "project__team_id", "project_id")
    found: dict[str, set[tuple[int, int]]] = {}
    for prefix, team, project in keys:
        found.setdefault(prefix, set()).add((team, project))
    return {prefix: next(iter(owners)) for prefix, owners in found.items() if len(owners) == 1}


def forget_rejections_all_teams(now: datetime) -> int:
    """Forget what was refused last REJECTION_DAYS ago. Returns how many rows."""
    return Rejection.objects.filter(last_at__lt=now - timedelta(days=REJECTION_DAYS)).delete()[0]


def clear_rejections(team_id: int) -> None:
    """Forget what was refused of a team."""
    Rejection.objects.filter(team_id=team_id).delete()

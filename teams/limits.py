"""Every limit of the teams app: number, unit, reason."""

#: Characters in the name of a team, project or key: fits one line of a list.
NAME_LENGTH = 80

#: Characters in a slug: keeps `/<team>/<project>/runs/<uuid>/` readable in a terminal.
SLUG_LENGTH = 50

#: Days an invitation link works: long enough for a holiday, short enough for a lost mail.
INVITATION_DAYS = 7

#: Open invitations one team may hold: stops the form from being a mail cannon.
OPEN_INVITATIONS = 100

#: Seconds a process may remember a valid key. A revoked key must stop within 5 s; this leaves 2 s of room.
KEY_CACHE_SECONDS = 3.0

#: Keys one process remembers: a few hundred projects post at once; about 2 KB each.
KEY_CACHE_SIZE = 1024

#: Seconds between two writes of `last_used_at`: the page shows minutes, so ingest pays one UPDATE a minute.
KEY_TOUCH_SECONDS = 60

#: Characters of a credential we are ready to read: our keys have 43, Basic doubles that.
CREDENTIAL_LENGTH = 512

#: Days runs are kept unless a project says otherwise.
RETENTION_DAYS = 90

#: Longest retention a project may ask for: ten years, in days.
RETENTION_DAYS_MAX = 3650

#: Seconds after which an open socket that has news looks again whether its user is still a member.
SOCKET_ACCESS_SECONDS = 5

#: Refused requests a team is shown, collapsed; the oldest go first. Nobody reads more.
REJECTIONS_PER_TEAM = 200

#: The same of all requests that no team could be told for: for the operators.
REJECTIONS_OF_NOBODY = 1_000

#: Days a refused request is remembered after it came last.
REJECTION_DAYS = 14

#: Refused requests that the team page and the Connect page show; the page of all has the rest.
REJECTIONS_SHOWN = 5

#: Teams whose programs may share an address for requests without a key to be shown to them: behind a proxy
#: that does not say who asks, all share its address, and nobody is shown the requests of others.
ADDRESS_TEAMS = 8

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

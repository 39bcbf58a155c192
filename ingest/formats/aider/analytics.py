"""The analytics that Aider keeps when asked to (`--analytics-log`): exact tokens and cost, and no words."""

from bisect import bisect_left
from datetime import datetime, timedelta

from msgspec import Struct, field

from ingest import wild
from ingest.formats.aider.history import Session
from ingest.formats.claude_code.lines import Record
from runs.records import digest_of

#: A history's start and the program's launch are written within this of each other.
TOGETHER = timedelta(seconds=30)
#: Time zones differ from one another by whole quarters of an hour.
QUARTER = timedelta(minutes=15)
FARTHEST = timedelta(hours=15)
#: Launches of a day and a half that are looked at for one session.
MOST_NEAR = 500


class Launch(Struct):
    """One start of the program, and what happened until the next."""

    user: str
    at: datetime | None
    facts: Record = field(default_factory=dict)
    sent: list[Record] = field(default_factory=list)  #: `message_send`: the calls of the model
    last_at: datetime | None = None
    ended: bool = False
    shift: timedelta = timedelta()  #: of the machine's own time against UTC

    def name(self) -> str:
        told = f"{self.user} {self.at}"
        return f"aider-{digest_of(told.encode('utf-8', 'replace')).hex()}"


def is_event(record: Record) -> bool:
    return {"event", "properties", "user_id", "time"} <= record.keys()


def launches_in(records: list[Record]) -> list[Launch]:
    """Cut the events at the program's starts; those of several programs at once are told by nothing."""
    found: list[Launch] = []
    for record in records:
        event, facts = wild.text(record.get("event")) or "", wild.mapping(record.get("properties"))
        at = wild.when(record.get("time"))
        if event == "launched" or not found:
            found.append(Launch(wild.identity(record.get("user_id")) or "", at))
        launch = found[-1]
        launch.last_at = at or launch.last_at
        if event == "message_send":
            launch.sent.append({**facts, "at": at})
        elif event == "exit":
            launch.ended = True
        launch.facts = {**launch.facts, **facts}
    return found


class Launches:
    """All launches by time; each is given to one session."""

    def __init__(self, launches: list[Launch]) -> None:
        self.timed = sorted((launch.at, n) for n, launch in enumerate(launches) if launch.at is not None)
        self.every = launches
        self.given: set[int] = set()

    def of(self, session: Session) -> Launch | None:
        """Find the launch that a session began with: they differ by the time zone, and by nothing else."""
        if session.at is None:
            return None
        first = bisect_left(self.timed, (session.at - FARTHEST, 0))
        for at, number in self.timed[first : first + MOST_NEAR]:
            apart = session.at - at
            shift = QUARTER * round(apart / QUARTER)
            if number not in self.given and abs(apart - shift) <= TOGETHER and abs(shift) <= FARTHEST:
                self.given.add(number)
                self.every[number].shift = shift
                return self.every[number]
        return None

    def loose(self) -> list[Launch]:
        """List the launches that no session began with and that asked a model."""
        return [one for number, one in enumerate(self.every) if number not in self.given and one.sent]

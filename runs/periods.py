"""Periods of the pages over a project: whole hours or whole days of UTC, so that sums are exact. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from runs.findings.limits import HOURLY_MOST, PERIOD_DAYS

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
#: Name in the URL -> words, length.
PRESETS = {"24h": ("last 24 hours", DAY), "7d": ("last 7 days", 7 * DAY), "30d": ("last 30 days", 30 * DAY)}
#: Those of a page whose sums are by the day.
DAILY = {name: told for name, told in PRESETS.items() if told[1] > DAY}
DEFAULT = "7d"
#: How an hour stands in the URL.
_HOURS = {f"{hour:02}" for hour in range(24)}


@dataclass(frozen=True, kw_only=True)
class Period:
    """From `since` up to, not with, `until`."""

    since: datetime
    until: datetime
    words: str
    query: tuple[tuple[str, str], ...]  #: as it stands in the URL

    @property
    def length(self) -> timedelta:
        return self.until - self.since

    @property
    def is_hourly(self) -> bool:
        return self.length <= HOURLY_MOST * HOUR

    @property
    def step(self) -> timedelta:
        return HOUR if self.is_hourly else DAY

    @property
    def slots(self) -> list[datetime]:
        """List the start of each hour or day."""
        return [self.since + n * self.step for n in range(self.length // self.step)]


def read_period(
    query: Mapping[str, str], *, now: datetime, presets: Mapping[str, tuple[str, timedelta]] = PRESETS
) -> Period:
    """Read a period; the last seven days when none is told. Days of a custom one count whole."""
    if found := _slot(query.get("at", "")):
        return found
    first, last = _day(query.get("from", "")), _day(query.get("to", ""))
    if query.get("when") == "custom" and first and last and first <= last:
        first = max(first, last - timedelta(days=PERIOD_DAYS - 1))
        told = (("when", "custom"), ("from", first.isoformat()), ("to", last.isoformat()))
        words = f"{first} to {last}" if first != last else str(first)
        return Period(since=_midnight(first), until=_midnight(last) + DAY, words=words, query=told)
    name = query.get("when", "")
    name = name if name in presets else DEFAULT
    words, length = presets[name]
    unit = HOUR if length <= HOURLY_MOST * HOUR else DAY
    until = datetime.fromtimestamp(now.timestamp() // unit.total_seconds() * unit.total_seconds(), UTC) + unit
    return Period(since=until - length, until=until, words=words, query=(("when", name),))


def name_of_slot(slot: datetime, *, hourly: bool) -> str:
    """Write an hour or a day as `at` in the URL."""
    return slot.strftime("%Y-%m-%dT%H" if hourly else "%Y-%m-%d")


def _slot(value: str) -> Period | None:
    day, _, hour = value.partition("T")
    if (found := _day(day)) is None or (hour and hour not in _HOURS):
        return None
    since = _midnight(found) + (HOUR * int(hour) if hour else timedelta())
    words = since.strftime("%d %b %Y, %H:00" if hour else "%d %b %Y") + " UTC"
    return Period(since=since, until=since + (HOUR if hour else DAY), words=words, query=(("at", value),))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _day(value: str) -> date | None:
    try:
        found = date.fromisoformat(value)
    except ValueError:
        return None
    return found if 1971 <= found.year <= 9000 else None

"""What a run is called, where it ran and how it stands (FORMATS 1.10)."""

from collections import Counter
from datetime import datetime, timedelta

from ingest import wild
from ingest.formats.claude_code.facts import Facts
from ingest.formats.claude_code.lines import Record
from ingest.formats.claude_code.paths import repository_of
from runs.kinds import RunStatus
from runs.records import RunRecord
from runs.titles import title_of

#: A transcript whose newest record is younger is still being written.
STILL_RUNNING = timedelta(minutes=10)
MANY = 50
ENDED = frozenset({"end_turn", "stop_sequence"})


class Header:
    """Collects what the records of a session say about the whole."""

    def __init__(self, session: str) -> None:
        self.session = session
        self.first: datetime | None = None
        self.last: datetime | None = None
        self.title: str | None = None
        self.summaries: list[tuple[str, str]] = []
        self.prompt: str | None = None
        self.task: str | None = None
        self.description: str | None = None
        self.parent: str | None = None
        self.has_main = False
        self.cost: float | None = None
        self.models: Counter[str] = Counter()
        self.seen: dict[str, list[str]] = {}
        self.latest: dict[str, str] = {}
        self.commits: list[Facts] = []
        self.pull_requests: list[Facts] = []

    def learn(self, record: Record, at: datetime | None, *, main: bool) -> None:
        """Take what every record may say."""
        if at is not None:
            self.first = min(self.first or at, at)
            self.last = max(self.last or at, at)
        if not main:
            return
        for name in ("version", "gitBranch", "cwd", "entrypoint", "permissionMode"):
            value = wild.text(record.get(name))
            if value:
                self.add(name, value)

    def add(self, name: str, value: str) -> None:
        """Keep a distinct value, in order of first mention, and the newest."""
        self.latest[name] = value
        values = self.seen.setdefault(name, [])
        if value not in values and len(values) < MANY:
            values.append(value)

    def bookkeep(self, record: Record) -> None:
        """Take titles, modes and links."""
        kind = record.get("type")
        if kind in ("custom-title", "ai-title"):
            self.title = (
                wild.text(record.get("customTitle")) or wild.text(record.get("aiTitle")) or self.title
            )
        elif kind == "summary":
            title, leaf = wild.text(record.get("summary")), wild.text(record.get("leafUuid"))
            if title and leaf:
                self.summaries.append((leaf, title))
        elif kind == "permission-mode":
            mode = wild.text(record.get("permissionMode"))
            if mode:
                self.add("permissionMode", mode)

    def name(self, uuids: set[str]) -> str | None:
        """Call the run by its title, the summary of its own messages, or its first prompt."""
        summary = next((title for leaf, title in reversed(self.summaries) if leaf in uuids), None)
        prompt = self.prompt or self.description or self.task
        found = self.title or summary or (title_of(prompt) if prompt else None)
        return found[:200] if found else None

    def record(self, *, source: str, uuids: set[str], status: RunStatus, error: str | None) -> RunRecord:
        """Write the run. What only sub-agent files say gives way to what the main transcript says."""
        directories = self.seen.get("cwd")
        cwd = directories[0] if directories else None
        repository = repository_of(cwd).rstrip("/").rpartition("/")[2] if cwd else None
        task = self.prompt or self.task
        return RunRecord(
            external_id=self.session,
            source=source,
            at=self.last if self.has_main else self.first,
            session=self.session,
            parent=self.parent,
            name=self.name(uuids),
            task=task[:4_000] if task else None,
            agent="claude-code",
            agent_version=self.latest.get("version"),
            model=self.models.most_common(1)[0][0] if self.models else None,
            repo=repository or None,
            branch=self.latest.get("gitBranch"),
            cwd=cwd,
            status=status,
            error=error,
            started_at=self.first,
            ended_at=self.last if status != RunStatus.RUNNING else None,
            meta=self.meta() if self.has_main else {},
        )

    def meta(self) -> dict[str, object]:
        lists: dict[str, object] = {
            name: self.seen[key]
            for key, name in (
                ("version", "versions"),
                ("entrypoint", "entrypoints"),
                ("gitBranch", "branches"),
                ("cwd", "directories"),
                ("permissionMode", "permission_modes"),
            )
            if self.seen.get(key)
        }
        if self.models:
            lists["models"] = [model for model, _ in self.models.most_common(MANY)]
        if self.commits:
            lists["commits"] = self.commits[:MANY]
        if self.pull_requests:
            lists["pull_requests"] = self.pull_requests[:MANY]
        if self.cost is not None:
            lists["total_cost_usd"] = self.cost
        return lists

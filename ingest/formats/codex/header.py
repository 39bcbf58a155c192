"""What a run is called, where it ran and how it stands."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from ingest import wild
from ingest.formats.claude_code.paths import repository_of
from ingest.formats.codex.tools import Tool
from runs.kinds import RunStatus
from runs.records import RunRecord
from runs.titles import title_of

#: A rollout whose newest record is younger is still being written.
STILL_RUNNING = timedelta(minutes=10)
MANY = 50
LONG = 500


class Header:
    """Collects what the records of a run say about the whole."""

    def __init__(self) -> None:
        self.has_main = False
        self.meta: dict[str, Any] = {}
        self.parent: str | None = None
        self.first: datetime | None = None
        self.last: datetime | None = None
        self.prompt: str | None = None
        self.said: str | None = None  #: the first words of the agent: the name of a run without a prompt
        self.cwd: str | None = None
        self.models: Counter[str] = Counter()
        self.seen: dict[str, list[str]] = {}
        self.total: dict[str, Any] = {}
        self.agents: dict[str, Tool] = {}  #: sub-agent → the call that started it

    def learn_time(self, at: datetime | None) -> None:
        if at is not None:
            self.first = min(self.first or at, at)
            self.last = max(self.last or at, at)

    def add(self, name: str, value: object) -> None:
        """Keep a distinct word, in order of first mention."""
        word = wild.text(value)
        values = self.seen.setdefault(name, [])
        if word and word not in values and len(values) < MANY:
            values.append(word[:LONG])

    def learn_turn(self, context: dict[str, Any]) -> None:
        """Take what `turn_context` says of the turn that begins."""
        self.cwd = self.cwd or wild.text(context.get("cwd"))
        self.add("approval_policies", context.get("approval_policy"))
        sandbox = context.get("sandbox_policy")
        self.add(
            "sandboxes", wild.mapping(sandbox).get("type") or wild.mapping(sandbox).get("mode") or sandbox
        )
        self.add("directories", context.get("cwd"))

    def record(self, run: str, *, source: str, status: RunStatus, error: str | None) -> RunRecord:
        """Write the run. What only the file of a sub-agent says gives way to what the main one says."""
        git = wild.mapping(self.meta.get("git"))
        cwd = wild.text(self.meta.get("cwd")) or self.cwd
        title = title_of(self.prompt or self.said or "") or None
        return RunRecord(
            external_id=run,
            source=source,
            at=self.last if self.has_main else self.first,
            session=wild.identity(self.meta.get("session_id")) or run,
            parent=self.parent,
            name=title[:200] if title else None,
            task=self.prompt[:4_000] if self.prompt else None,
            agent="codex",
            agent_version=wild.text(self.meta.get("cli_version")),
            model=self.models.most_common(1)[0][0] if self.models else None,
            repo=repository_name(git, cwd),
            branch=wild.text(git.get("branch")),
            commit=wild.text(git.get("commit_hash")),
            cwd=cwd,
            status=status,
            error=error,
            started_at=self.first,
            ended_at=self.last if status != RunStatus.RUNNING else None,
            meta=self.facts() if self.has_main else {},
        )

    def facts(self) -> dict[str, object]:
        facts: dict[str, object] = {name: words for name, words in self.seen.items() if words}
        for name in ("originator", "model_provider", "thread_source"):
            if word := wild.text(self.meta.get(name)):
                facts[name] = word[:LONG]
        source = self.meta.get("source")
        if source:
            facts["source"] = wild.text(source) or wild.tree(source, 4)
        address = wild.text(wild.mapping(self.meta.get("git")).get("repository_url"))
        if address:
            facts["repository"] = address[:LONG]
        if self.models:
            facts["models"] = [model for model, _ in self.models.most_common(MANY)]
        if self.total:
            facts["total_token_usage"] = wild.tree(self.total, 2)
        return facts


def repository_name(git: dict[str, Any], cwd: str | None) -> str | None:
    """Name a repository by its address, else by its directory."""
    address = (wild.text(git.get("repository_url")) or "").rstrip("/").removesuffix(".git")
    name = address.replace(":", "/").rpartition("/")[2]
    if name:
        return name
    return repository_of(cwd).rstrip("/").rpartition("/")[2] or None if cwd else None

"""One hook event: who sends it, and when it came. The payload itself has no time (FORMATS.md 2.1).

The command hooks of our recorder keep events while the server is away: they add when each came. Scripts that
do the same may say it as `timestamp`; without either, an event counts from when it is posted.
"""

from datetime import UTC, datetime
from typing import Any

from msgspec import Struct, field

from ingest import wild
from ingest.formats.claude_code.paths import repository_of
from ingest.formats.claude_code.slim import slim
from runs.kinds import Kind, RunStatus
from runs.records import RunRecord, StepRecord, digest_of

SOURCE = "claude-code:hooks"
AGENT = "claude-code"
#: The field of a payload that our recorder adds: `ts`, `project`, and of a look what was seen.
OURS = "agentscope"
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


class Hook(Struct, frozen=True, kw_only=True):
    """A payload with what every event has."""

    name: str
    session: str
    at: datetime  #: when it came
    given: dict[str, Any]
    ours: dict[str, Any] = field(default_factory=dict)  #: what our recorder adds

    def text(self, name: str) -> str | None:
        """Read a text of the payload; an empty one is none."""
        return wild.text(self.given.get(name)) or None

    @property
    def lane(self) -> str:
        """The sub-agent that it happened in; empty is the main agent."""
        return wild.identity(self.given.get("agent_id")) or ""

    @property
    def cwd(self) -> str:
        return self.text("cwd") or ""

    @property
    def prompt(self) -> str:
        """The id of the prompt that it belongs to (from 2.1.196 on)."""
        return wild.identity(self.given.get("prompt_id")) or ""

    @property
    def own_key(self) -> str:
        """Name an event that has no id by all that it says: sent again it is the same."""
        told = slim(self.given) + (self.text_of_ours("ts") or "").encode()
        return f"hook:{self.name}:{digest_of(told).hex()}"

    def text_of_ours(self, name: str) -> str | None:
        """Read a text that our recorder adds."""
        return wild.text(self.ours.get(name)) or None


def hook_of(given: dict[str, Any], at: datetime) -> Hook | None:
    """Read a payload; None when it names no event or no session."""
    name, session = wild.text(given.get("hook_event_name")), wild.identity(given.get("session_id"))
    if not name or not session:
        return None
    ours = wild.mapping(given.get(OURS))
    came = wild.when(ours.get("ts")) or wild.when(given.get("timestamp"))
    rest = {field: value for field, value in given.items() if field != OURS}
    return Hook(
        name=name[:100], session=session, at=min(came, at) if came is not None else at, given=rest, ours=ours
    )


def known_of(hook: Hook) -> RunRecord:
    """Say what every hook knows of its session. It fills gaps only: the agent may work in a folder below."""
    repository = repository_of(hook.cwd).rstrip("/").rpartition("/")[2] if hook.cwd else ""
    mode = hook.text("permission_mode")
    return RunRecord(
        external_id=hook.session,
        source=SOURCE,
        at=BEGINNING,
        session=hook.session,
        agent=AGENT,
        model=hook.text("model"),
        repo=repository or None,
        cwd=hook.cwd or None,
        started_at=hook.at,
        meta={"permission_modes": [mode]} if mode and not hook.lane else {},
    )


def standing_of(hook: Hook, status: RunStatus, error: str | None = None) -> RunRecord:
    """Say how a session stands from now on."""
    over = status is not RunStatus.RUNNING
    return RunRecord(
        external_id=hook.session,
        source=SOURCE,
        at=hook.at,
        status=status,
        error=error,
        ended_at=hook.at if over else None,
    )


def step_of(hook: Hook, kind: Kind, key: str, **fields: Any) -> StepRecord:
    """Make a step of a moment that a hook tells of."""
    return StepRecord(
        run=hook.session,
        key=key,
        kind=kind,
        source=SOURCE,
        agent=hook.lane,
        started_at=hook.at,
        raw=slim(hook.given),
        **fields,
    )

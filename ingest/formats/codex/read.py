"""Codex files to records: one run a thread, its sub-agents as lanes (FORMATS 3)."""

import heapq
from collections.abc import Iterator
from datetime import UTC, datetime

from ingest import wild
from ingest.formats.claude_code.lines import Line, read_lines
from ingest.formats.codex import calls, printed, tools
from ingest.formats.codex.calls import ModelCall
from ingest.formats.codex.changes import Editor
from ingest.formats.codex.happenings import compacted, read_event, usage_record
from ingest.formats.codex.header import STILL_RUNNING, Header
from ingest.formats.codex.items import read_item
from ingest.formats.codex.notes import hidden
from ingest.formats.codex.rollouts import Entry, Rollout, rollout_of, threads_of
from ingest.formats.codex.thread import Slot, Thread, habits_of
from ingest.formats.codex.tools import Tool
from ingest.sources import SourceFile
from runs.kinds import RunStatus, StepStatus
from runs.records import Batch, Quarantined, StepRecord

FORMAT = "codex"
SOURCE = "codex:rollout"
PRINTED = "codex:exec-json"
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
NO_THREAD = "No record says which thread this is: the first line with `session_meta` is missing."
#: Records that only tell of the program, or of nothing a person would look for.
BOOKKEEPING = frozenset({"session_meta", "world_state", "inter_agent_communication_metadata"})


def read(files: list[SourceFile], *, now: datetime) -> Batch:
    """Read the files of one or many threads. Never raises; what cannot be read is in `quarantined`."""
    quarantined: list[Quarantined] = []
    rollouts: list[Rollout] = []
    batch = Batch(format=FORMAT)
    for file in files:
        pages = read_lines(file.path, file.data)
        quarantined += pages.quarantined
        found = rollouts_in(file.path, pages.lines)
        rollouts += found
        if not found and pages.lines:
            quarantined.append(Quarantined(where=file.path, why=NO_THREAD, data=file.data[:4_000]))
    whole = {rollout.thread for rollout in rollouts if not rollout.is_printed}
    rollouts = [rollout for rollout in rollouts if not (rollout.is_printed and rollout.thread in whole)]
    for run, members in threads_of(rollouts).items():
        batch += read_run(run, members, now=now)
    return batch + Batch(quarantined=quarantined)


def rollouts_in(path: str, lines: list[Line]) -> list[Rollout]:
    """Read the threads of a file: one of a rollout, or those that `codex exec --json` printed."""
    if printed.is_printed(lines):
        return printed.rollouts_of(path, lines)
    rollout = rollout_of(path, lines)
    return [rollout] if rollout is not None else []


def read_run(run: str, members: list[Rollout], *, now: datetime) -> Batch:
    """Read all threads of one run; of two files of one thread the longer one."""
    source = PRINTED if members[0].is_printed else SOURCE
    editor, header = Editor(run=run, source=source), Header()
    longest: dict[str, Rollout] = {}
    for member in members:
        known = longest.get(member.lane)
        if known is None or len(member.entries) > len(known.entries):
            longest[member.lane] = member
    header.has_main = "" in longest
    teller = longest.get("") or next(iter(longest.values()))
    header.meta, header.parent = teller.meta, None if teller.lane else teller.parent
    threads = [thread_of(member, header, editor, told=member is teller) for member in longest.values()]
    header.learn_time(wild.when(teller.meta.get("timestamp")))
    return written(run, header, threads, editor, now=now)


def thread_of(member: Rollout, header: Header, editor: Editor, *, told: bool) -> Thread:
    """Walk through one file."""
    habits = habits_of(member.entries, is_printed=member.is_printed)
    thread = Thread(lane=member.lane, habits=habits, header=header, editor=editor, told=told)
    thread.begin(member.meta, member.inherited)
    for entry in member.entries:
        header.learn_time(entry.at)
        thread.last_at = entry.at or thread.last_at
        read_entry(thread, entry)
    return thread


def read_entry(thread: Thread, entry: Entry) -> None:
    if entry.type == "response_item":
        read_item(thread, entry)
    elif entry.type == "event_msg":
        read_event(thread, entry)
    elif entry.type == "turn_context":
        read_turn(thread, entry)
    elif entry.type == "compacted":
        compacted(thread, entry)
    elif entry.type == "token_usage_record":
        usage_record(thread, entry)
    elif entry.type not in BOOKKEEPING:
        hidden(thread, entry, entry.type)


def read_turn(thread: Thread, entry: Entry) -> None:
    """`turn_context`: the model, its effort and its folder from here on."""
    thread.model = wild.text(entry.payload.get("model")) or thread.model
    thread.effort = wild.text(entry.payload.get("effort")) or thread.effort
    cwd = wild.text(entry.payload.get("cwd"))
    if cwd:
        thread.cwd = cwd
        thread.editor.roots.learn(cwd)
    if thread.is_told:
        thread.header.learn_turn(entry.payload)


def written(run: str, header: Header, threads: list[Thread], editor: Editor, *, now: datetime) -> Batch:
    """Write the batch: steps of all threads in the order of time."""
    fresh = header.last is not None and now - header.last < STILL_RUNNING
    teller = next(thread for thread in threads if thread.is_told)
    status, error = teller.status(fresh=fresh)
    parents = tie_agents(header, threads)
    steps: list[StepRecord] = []
    for thread, slot in in_order(threads):
        steps.append(step_of(slot, thread, editor, parent=parents.get(thread.lane), status=status))
    if not steps:
        return Batch()
    record = header.record(run, source=editor.source, status=status, error=error)
    return Batch(runs=[record], steps=steps, changes=editor.changes)


def step_of(
    slot: Slot, thread: Thread, editor: Editor, *, parent: str | None, status: RunStatus
) -> StepRecord:
    if isinstance(slot, ModelCall):
        return calls.step_of(slot, run=editor.run, source=editor.source, parent=parent)
    if isinstance(slot, Tool):
        open_status = thread.open_status(status)
        return tools.step_of(
            slot, run=editor.run, source=editor.source, parent=parent, open_status=open_status
        )
    return StepRecord(**{name: getattr(slot, name) for name in slot.__struct_fields__} | {"parent": parent})


def tie_agents(header: Header, threads: list[Thread]) -> dict[str, str]:
    """Tie each sub-agent's lane to the call that opened it: lane → key of the call."""
    lanes = {thread.lane: thread for thread in threads if thread.lane}
    guess_agents(header, threads, lanes)
    parents: dict[str, str] = {}
    for agent, tool in header.agents.items():
        tool.facts["agent_id"] = agent
        tool.facts["transcript"] = "here" if agent in lanes else "missing"
        parents[agent] = tool.key
        lane = lanes.get(agent)
        if (
            lane is not None
            and lane.ending
            and lane.ending[0] is RunStatus.DONE
            and tool.status is StepStatus.OK
        ):
            tool.ended_at = lane.last_at
    return parents


def guess_agents(header: Header, threads: list[Thread], lanes: dict[str, Thread]) -> None:
    """Give lanes that nothing names the calls that name nothing, both in their order."""
    tied = {id(tool) for tool in header.agents.values()}
    calls = [tool for thread in threads for tool in thread.tools.values()]
    loose = [
        tool for tool in calls if tool.is_agent and id(tool) not in tied and tool.status is StepStatus.OK
    ]
    nameless = [lane for lane in lanes if lane not in header.agents]
    header.agents |= dict(zip(nameless, loose, strict=False))


def in_order(threads: list[Thread]) -> Iterator[tuple[Thread, Slot]]:
    """Merge the threads by time; each keeps its own order."""
    rows = [list(timed(number, thread)) for number, thread in enumerate(threads)]
    for _, number, slot in heapq.merge(*rows, key=lambda row: row[:2]):
        yield threads[number], slot


def timed(number: int, thread: Thread) -> Iterator[tuple[datetime, int, Slot]]:
    newest = BEGINNING
    for slot in thread.slots:
        newest = max(newest, slot.started_at or newest)
        yield newest, number, slot

"""Which lane a record belongs to, and which call opened a lane: four eras of sub-agents (FORMATS 1.8)."""

from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import Struct

from ingest import wild
from ingest.formats.claude_code.blocks import text_of
from ingest.formats.claude_code.lines import Line, Record
from ingest.formats.claude_code.tools import AGENT_TOOLS

#: Agents that only warm the prompt cache say this.
WARMUP = "Warmup"


class Entry(Struct):
    """One record in its lane ("" is the main agent)."""

    lane: str
    record: Record


def file_lane(lines: list[Line]) -> str:
    """Name the lane of a whole file: the sub-agent whose file it is, or "" for a main transcript."""
    for line in lines:
        record = line.record
        if wild.text(record.get("type")) in ("user", "assistant", "system", "attachment", "progress"):
            agent = wild.identity(record.get("agentId"))
            return agent if agent and record.get("isSidechain") is True else ""
    return ""


def entries_of(lines: list[Line], *, lane: str, own_files: set[str]) -> Iterator[Entry]:
    """Put the records of one file into lanes. `own_files`: agents whose own file is preferred."""
    sides: dict[str, str] = {}
    for line in lines:
        record = line.record
        if lane:
            yield Entry(lane, record)
        elif record.get("type") == "progress":
            yield from progress_entries(record, own_files)
        elif record.get("isSidechain") is True:
            yield Entry(side_lane(record, sides), record)
        else:
            yield Entry("", record)


def progress_entries(record: Record, own_files: set[str]) -> Iterator[Entry]:
    """Unwrap `agent_progress`: a whole message of a sub-agent inside the main file."""
    data = wild.mapping(record.get("data"))
    agent = wild.identity(data.get("agentId"))
    inner = wild.mapping(data.get("message"))
    if data.get("type") != "agent_progress" or not agent or not inner:
        yield Entry("", record)
    elif agent not in own_files:
        around: Record = {
            name: record[name] for name in ("cwd", "version", "gitBranch", "sessionId") if name in record
        }
        yield Entry(agent, {**around, "timestamp": record.get("timestamp"), **inner, "isSidechain": True})


def side_lane(record: Record, sides: dict[str, str]) -> str:
    """Name the lane of an inline sidechain: by its agent, else by the first record of its tree."""
    agent = wild.identity(record.get("agentId"))
    uuid = wild.identity(record.get("uuid")) or ""
    parent = wild.identity(record.get("parentUuid")) or ""
    lane = agent or sides.get(parent) or f"side-{uuid}"
    if uuid:
        sides[uuid] = lane
    return lane


def first_words(entries: Iterable[Entry]) -> dict[str, str]:
    """Map each sub-agent's lane to the task it was given: its first user message."""
    found: dict[str, str] = {}
    for entry in entries:
        if entry.lane and entry.lane not in found and entry.record.get("type") == "user":
            found[entry.lane] = text_of(wild.mapping(entry.record.get("message")).get("content")).strip()
    return found


def link_agents(entries: list[Entry], tasks: dict[str, str]) -> dict[str, str]:
    """Map lanes to the keys of the calls that opened them: by id where there is one, else by the prompt."""
    links: dict[str, str] = {}
    asked: list[tuple[str, str]] = []
    for entry in entries:
        link_by_id(entry.record, links)
        asked.extend(agent_calls(entry.record))
    taken = set(links.values())
    waiting: dict[str, list[str]] = {}
    for key, prompt in asked:
        if key not in taken:
            waiting.setdefault(prompt, []).append(key)
    for lane, task in tasks.items():
        if lane not in links and waiting.get(task):
            links[lane] = waiting[task].pop(0)
    return links


def link_by_id(record: Record, links: dict[str, str]) -> None:
    if record.get("type") == "progress":
        agent = wild.identity(wild.mapping(record.get("data")).get("agentId"))
        opener = wild.identity(record.get("parentToolUseID"))
        if agent and opener:
            links.setdefault(agent, opener)
        return
    if wild.text(record.get("openedBy")):
        links.setdefault(str(record["openedBy"]), str(record["openedBy"]))
    agent = wild.identity(wild.mapping(record.get("toolUseResult")).get("agentId"))
    if not agent:
        return
    for block in content_of(record):
        opener = wild.identity(block.get("tool_use_id"))
        if opener:
            links.setdefault(agent, opener)
            return


def agent_calls(record: Record) -> Iterator[tuple[str, str]]:
    """List the (key, prompt) of the sub-agents that an answer asked for."""
    if record.get("type") != "assistant":
        return
    for block in content_of(record):
        if block.get("type") == "tool_use" and wild.text(block.get("name")) in AGENT_TOOLS:
            key = wild.identity(block.get("id"))
            prompt = wild.text(wild.mapping(block.get("input")).get("prompt"))
            if key and prompt:
                yield key, prompt.strip()


def content_of(record: Record) -> list[dict[str, Any]]:
    return wild.objects(wild.mapping(record.get("message")).get("content"))

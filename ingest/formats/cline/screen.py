"""What the human saw (`ui_messages.json`), cut into the requests: times, tokens, cost, questions."""

from datetime import datetime
from typing import Any

from msgspec import Struct, field

from ingest import wild
from ingest.documents import read_value
from ingest.formats.cline.parts import Record
from ingest.formats.events.usage import MOST, tokens_of
from runs.records import Tokens

#: What an answer makes the program do, in the order in which it does it.
ACTIONS = frozenset(
    {"tool", "command", "browser_action", "browser_action_launch", "use_mcp_server", "use_mcp_tool"}
    | {"completion_result", "followup", "plan_mode_respond", "plan_mode_response", "new_task", "condense"}
    | {"access_mcp_resource", "load_mcp_documentation", "use_subagents", "summarize_task"}
)
SPOKEN = frozenset({"text", "reasoning"})


class Request(Struct):
    """One request to the model, and what became of it on the screen."""

    number: int
    at: datetime | None
    info: Record
    index: int | None  #: of the newest message of the conversation when it was sent
    said: list[Record] = field(default_factory=list)
    actions: list[Record] = field(default_factory=list)
    times: set[object] = field(default_factory=set)  #: of the actions
    rest: list[Record] = field(default_factory=list)  #: all that followed, in order
    ended_at: datetime | None = None
    model: str | None = None

    @property
    def failed(self) -> bool:
        return bool(self.info.get("cancelReason") or self.info.get("streamingFailedMessage"))

    @property
    def cost(self) -> float | None:
        return wild.number(self.info.get("cost"))

    def tokens(self) -> Tokens | None:
        """Count in four buckets: Cline leaves out the cache, Roo (which names its protocol) does not."""
        names = {
            "tokensIn": "input_tokens",
            "tokensOut": "output_tokens",
            "cacheReads": "cache_read",
            "cacheWrites": "cache_write",
        }
        usage = {kept: self.info[name] for name, kept in names.items() if name in self.info}
        inclusive = "apiProtocol" in self.info
        return tokens_of(usage, "inclusive" if inclusive else "exclusive")

    def usage(self) -> Record | None:
        names = ("tokensIn", "tokensOut", "cacheReads", "cacheWrites")
        found = {
            name: count for name in names if (count := wild.integer(self.info.get(name), MOST)) is not None
        }
        return found or None


def kind_of(message: Record) -> str:
    return wild.text(message.get(wild.text(message.get("type")) or "")) or ""


def at_of(message: Record) -> datetime | None:
    return wild.when(message.get("ts"))


def requests_of(ui: list[Record]) -> tuple[list[Record], list[Request]]:
    """Cut the screen at the requests: (what stands before the first, the requests)."""
    before: list[Record] = []
    requests: list[Request] = []
    for message in ui:
        kind = kind_of(message)
        if kind == "api_req_started":
            requests.append(request_of(len(requests), message))
        elif not requests:
            before.append(message)
        else:
            follow(requests[-1], message, kind)
    return before, requests


def request_of(number: int, message: Record) -> Request:
    text = wild.text(message.get("text")) or ""
    index = message.get("conversationHistoryIndex")
    return Request(
        number=number,
        at=at_of(message),
        info=wild.tree(wild.mapping(read_value(text))),
        index=index if type(index) is int and -1 <= index < 10**6 else None,
        model=wild.text(wild.mapping(message.get("modelInfo")).get("modelId")),
    )


def follow(request: Request, message: Record, kind: str) -> None:
    """Take what came after a request."""
    at = at_of(message)
    if kind == "api_req_finished":  # of 2024: the numbers came apart from the request
        told = wild.mapping(read_value(wild.text(message.get("text")) or ""))
        request.info = {**wild.tree(told), **request.info}
    elif kind in SPOKEN and not request.actions:
        request.said.append(message)
        request.ended_at = at or request.ended_at
    elif kind in ACTIONS and at not in request.times:
        request.times.add(at)
        request.actions.append(message)
        if len(request.actions) == 1:
            request.ended_at = at or request.ended_at
    request.rest.append(message)


def details_of(message: Record) -> Record:
    """Read the JSON that a message has as its text."""
    value: Any = read_value(wild.text(message.get("text")) or "")
    return wild.tree(wild.mapping(value)) if isinstance(value, dict) else {}

"""Words that findings share. Pure."""

from runs.findings.clues import Clue
from runs.tools import Family
from runs.words import one_line

_VERBS = {
    Family.READ: "Read",
    Family.GREP: "Search",
    Family.GLOB: "List",
    Family.EDIT: "Edit",
    Family.WRITE: "Write",
    Family.PATCH: "Patch",
    Family.FETCH: "Fetch",
    Family.SEARCH: "Web search",
}


def quoted(text: str, *, limit: int) -> str:
    """Put a text of a trace between backticks: one line, short, without backticks of its own."""
    bare = one_line(text, limit=limit).replace("`", "'")
    return f"`{bare}`"


def named_call(call: Clue) -> str:
    """Name a call as people would: ``Read auth.ts``, `npm test`."""
    if call.command and call.family != Family.PATCH:
        return quoted(call.command, limit=60)
    verb = _VERBS.get(Family(call.family)) if call.family else None
    object_ = call.path.rsplit("/", 1)[-1] or call.query
    return f"{verb or call.tool or call.kind} {one_line(object_, limit=60)}".strip()

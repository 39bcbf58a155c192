"""Names that several channels of one thread know a step by (`runs.names`): they share few ids."""

import msgspec

from ingest import wild
from ingest.formats.claude_code.naming import name_of_text
from runs.begin_patch import read_patch
from runs.patches import text_of_patch
from runs.records import Tokens
from runs.tools import arguments_of


def name_of_spent(tokens: Tokens) -> str:
    """Name a response by what it cost: the conversation grows, so two are seldom the same."""
    given = tokens.input + tokens.cache_read + tokens.cache_write_5m + tokens.cache_write_1h
    return f"~spent:{given}:{tokens.cache_read}:{tokens.output}"


def names_of_command(tool: str, input: str | None) -> list[str]:
    """Name a call by its command, or by the files that it patches."""
    try:
        given = wild.mapping(msgspec.json.decode(input or "null"))
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        given = {}
    if tool == "apply_patch":
        patched = [file.path for file in read_patch(text_of_patch(arguments_of(input or "")))]
        paths = patched or [path for one in wild.items(given.get("files")) if (path := wild.text(one))]
        paths = paths or [wild.text(given.get("path")) or ""]
        return [name_of_text("patched", "\n".join(sorted(path.rpartition("/")[2] for path in paths)))]
    command = given.get("cmd") or given.get("command")
    if isinstance(command, list):
        command = command[-1] if command else None
    said = wild.text(command)
    return [name_of_text("ran", said)] if said else []

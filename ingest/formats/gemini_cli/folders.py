"""Where a chat took place: no file says it but by a digest of the path, and in passing (FORMATS.md 4.4)."""

import re
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from ingest import wild
from ingest.formats.claude_code.paths import DRIVE, is_absolute, tidy
from ingest.formats.gemini_cli.chats import Chat
from ingest.formats.gemini_cli.parts import result_text, text_of
from runs.tools import PATH_NAMES

#: How the first message of the program names the folders; the second form is of 2025.
WORKSPACE = re.compile(r"Workspace Directories:\*{0,2}\s*\n\s*-\s*(.+)")
OLD_WORKSPACE = re.compile(
    r"I'm currently working in the (?:following )?director(?:y|ies):\s*(?:\n\s*-\s*)?(.+)"
)
WROTE = re.compile(r"(?:new file|overwrote file|modified file): (\S+)")
#: Paths looked at for the one with the digest.
MOST_PATHS = 200


def cwd_of(chat: Chat) -> str | None:
    """Find the folder: the path with the digest, else the one that the program or a result names."""
    wanted = wild.text(chat.head.get("projectHash")) or ""
    said = told_in(chat)
    paths = list(paths_in(chat))
    for path in [*filter(None, [said]), *paths][:MOST_PATHS]:
        for folder in above(path):
            if sha256(folder.encode("utf-8", "replace")).hexdigest() == wanted:
                return folder
    return said or beside_relative(chat)


def told_in(chat: Chat) -> str | None:
    """Take the folder that the head or the program's first message names."""
    for folder in wild.items(chat.head.get("directories")):
        if isinstance(folder, str) and is_absolute(folder):
            return folder
    for message in list(chat.messages.values())[:3]:
        text = text_of(message.get("content"))[:20_000]
        found = WORKSPACE.search(text) or OLD_WORKSPACE.search(text)
        if found:
            return found[1].strip()
    return None


def calls_in(chat: Chat) -> Iterator[dict[str, Any]]:
    for message in chat.messages.values():
        yield from wild.objects(message.get("toolCalls"))


def paths_in(chat: Chat) -> Iterator[str]:
    """Yield absolute paths of arguments and of what was shown."""
    for call in calls_in(chat):
        given, shown = wild.mapping(call.get("args")), wild.mapping(call.get("resultDisplay"))
        for value in (
            *(given.get(name) for name in PATH_NAMES),
            given.get("dir_path"),
            shown.get("filePath"),
        ):
            if isinstance(value, str) and is_absolute(value):
                yield value
        yield from written_in(call)


def written_in(call: dict[str, Any]) -> list[str]:
    """List the absolute paths that a result says were written."""
    found = WROTE.findall(result_text(call.get("result"))[:2_000])
    return [path for one in found if is_absolute(path := one.rstrip(".,"))]


def above(path: str) -> Iterator[str]:
    """Yield a path and the folders above it."""
    path = tidy(path)
    for _ in range(40):
        yield path.replace("/", "\\") if DRIVE.match(path) else path
        up = path.rpartition("/")[0]
        if not up or up == path:
            return
        path = up


def beside_relative(chat: Chat) -> str | None:
    """Find the folder that a relative argument and the absolute path in its result have between them."""
    for call in calls_in(chat):
        for name in PATH_NAMES:
            given = wild.text(wild.mapping(call.get("args")).get(name))
            if not given or is_absolute(given):
                continue
            shown = wild.text(wild.mapping(call.get("resultDisplay")).get("filePath")) or ""
            for path in (shown, *written_in(call)):
                if path.endswith("/" + given) and is_absolute(path):
                    return path.removesuffix("/" + given)
    return None

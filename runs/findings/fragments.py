"""Lines that an edit writes and takes away, as short hashes: whether an edit undoes another. Pure."""

from collections.abc import Mapping, Sequence
from hashlib import blake2b

from runs.tools import text_in

HASH_BYTES = 4
LINES_KEPT = 24
#: Shorter lines (`}`, `else:`) stand in a file many times and tell nothing.
TELLING_CHARS = 8

_OLD = ("old_string", "old_str", "oldString", "old_text", "search", "find")
_NEW = ("new_string", "new_str", "newString", "new_text", "replacement", "replace", "content", "file_text")


def fragment_of(arguments: Mapping[str, object]) -> tuple[bytes, bytes]:
    """Hash the telling lines that an edit takes away, and those that it writes; what stays is in neither."""
    edits = arguments.get("edits")
    parts = [edit for edit in edits if isinstance(edit, dict)] if isinstance(edits, list) else [arguments]
    old: list[str] = []
    new: list[str] = []
    for part in parts:
        old += _lines(text_in(dict(part), *_OLD))
        new += _lines(text_in(dict(part), *_NEW))
    before, after = set(old), set(new)
    dropped = [line for line in old if line not in after]
    return _packed(dropped), _packed([line for line in new if line not in before])


def _lines(text: str) -> list[str]:
    return [line for line in map(str.strip, text.splitlines()) if len(line) >= TELLING_CHARS]


def _packed(lines: Sequence[str]) -> bytes:
    told = list(dict.fromkeys(lines))[:LINES_KEPT]
    return b"".join(
        blake2b(line.encode("utf-8", "replace"), digest_size=HASH_BYTES).digest() for line in told
    )


def hashes_in(packed: bytes) -> list[bytes]:
    """Unpack what `fragment_of` packed."""
    return [packed[at : at + HASH_BYTES] for at in range(0, len(packed), HASH_BYTES)]

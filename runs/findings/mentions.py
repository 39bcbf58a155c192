"""Which paths a step's texts name, kept as short hashes: what the agent could have known of. Pure."""

import re
from collections.abc import Iterable
from hashlib import blake2b

from runs.limits import MENTIONS_MOST

#: What looks like a path, or a name with an ending.
#: Tried only where a word begins: else a long word without a slash costs the square of its length.
_PATH = re.compile(
    r"(?<![\w.@+~-])(?:[\w.@+~-]*(?:[/\\][\w.@+~-]+)+|[\w@+~-]+(?:\.[A-Za-z][\w-]{0,9})+|\.[A-Za-z][\w.-]+)"
)
HASH_BYTES = 4


def mentions_in(*texts: str) -> bytes:
    """Hash the last names of the paths in some texts, 4 bytes each, each once."""
    names: dict[str, None] = {}
    for text in texts:
        for match in _PATH.finditer(text):
            names.setdefault(name_of(match[0]))
            if len(names) >= MENTIONS_MOST:
                break
    return b"".join(map(hash_of, names))


def name_of(path: str) -> str:
    """Take the last part of a path."""
    return path.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1].rstrip(".").lower()


def hash_of(name: str) -> bytes:
    """Hash a name."""
    return blake2b(name.encode("utf-8", "replace"), digest_size=HASH_BYTES).digest()


def mentioned(path: str, mentions: Iterable[bytes]) -> bool:
    """Say whether the last name of a path is among the mentions of some steps."""
    wanted = hash_of(name_of(path))
    return any(
        said[at : at + HASH_BYTES] == wanted for said in mentions for at in range(0, len(said), HASH_BYTES)
    )

"""Which paths a step's texts name, kept as short hashes: what the agent could have known of. Pure."""

import re
from collections.abc import Iterable
from hashlib import blake2b
from itertools import islice

from runs.findings.limits import MENTIONS_MOST

#: A word of letters that paths have; which of them look like one, or have an ending, is asked of each once.
_WORD = re.compile(r"[\w.@+~/\\-]+")
_ENDING = re.compile(r"\.[A-Za-z]")
HASH_BYTES = 4


def mentions_in(*texts: str) -> bytes:
    """Hash the last names of the paths in some texts, 4 bytes each, each once."""
    words = dict.fromkeys(_WORD.findall("\n".join(texts)))
    named = (name_of(word) for word in words if "/" in word or "\\" in word or _ENDING.search(word))
    names = islice(dict.fromkeys(name for name in named if name), MENTIONS_MOST)
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

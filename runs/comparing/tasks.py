"""Which runs tried the same thing. Pure."""

import re

from runs.records import digest_of

_SPACES = re.compile(r"\s+")


def task_key(task: str, repo: str) -> bytes | None:
    """Name a task: the same words, however they are spaced, in the same repository. None without words.

    The commit is no part of it: a task that is tried again after a push is the same task.
    """
    words = _SPACES.sub(" ", task).strip()
    if not words:
        return None
    return digest_of(f"{words}\0{repo.strip()}".encode("utf-8", "replace"))

"""Made-up repositories as file trees: path to text."""

from functools import lru_cache
from pathlib import Path

FOLDER = Path(__file__).parent / "repos"
HEAD = "=== "

Tree = dict[str, str]


def read_tree(name: str) -> Tree:
    """Read a made-up repository; the tree returned is the caller's own."""
    return dict(_files_of(name))


@lru_cache
def _files_of(name: str) -> tuple[tuple[str, str], ...]:
    text = (FOLDER / f"{name}.txt").read_text()
    parts = ("\n" + text).split(f"\n{HEAD}")[1:]
    files = [part.partition("\n") for part in parts]
    return tuple((path, body if body.endswith("\n") or not body else f"{body}\n") for path, _, body in files)

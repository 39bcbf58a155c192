"""Where a file of an event lies: in the folder of its run, or outside."""

import posixpath

from msgspec import Struct

from ingest.formats.events.state import RunFound


class Place(Struct, frozen=True):
    """Where a file is: its path in the repository when it is inside, and what was reported."""

    path: str
    raw: str | None
    outside: bool


def place_of(path: str, run: RunFound, cwd: str | None = None) -> Place:
    """Normalise a path against the run's folder: forward slashes, relative when inside."""
    clean = path.replace("\\", "/")
    absolute = clean.startswith("/") or clean[1:3] == ":/"
    root = (cwd or (run.root() if absolute else "")).replace("\\", "/").rstrip("/")
    if absolute and root and (clean == root or clean.startswith(root + "/")):
        inside = clean[len(root) + 1 :]
        return Place(posixpath.normpath(inside) if inside else ".", path, False)
    if absolute:
        return Place(clean, path if clean != path else None, bool(root))
    normal = posixpath.normpath(clean)
    return Place(normal, path if normal != path else None, normal.startswith("../"))

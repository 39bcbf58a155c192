"""Ids of calls and names of tools, as each API takes them. Pure."""

import re

from runs.replay.parts import Made, Notes

_ODD = re.compile(r"[^a-zA-Z0-9_-]")


class Names:
    """Fits ids and names to one API; the same id in, the same id out."""

    def __init__(self, notes: Notes, *, id_chars: int, name_chars: int, prefix: str) -> None:
        self.notes = notes
        self.id_chars = id_chars
        self.name_chars = name_chars
        self.prefix = prefix
        self.ids: dict[str, str] = {}
        self.taken: set[str] = set()

    def id(self, id: str) -> str:
        """Fit the id of a call."""
        if id not in self.ids:
            self.ids[id] = self._fitting(id)
            self.taken.add(self.ids[id])
        return self.ids[id]

    def _fitting(self, id: str) -> str:
        if id and len(id) <= self.id_chars and not _ODD.search(id) and id not in self.taken:
            return id
        self.notes.add(Made.IDS)
        number = len(self.ids) + 1
        while f"{self.prefix}{number}" in self.taken or f"{self.prefix}{number}" in self.ids:
            number += 1
        return f"{self.prefix}{number}"

    def name(self, name: str) -> str:
        """Fit the name of a tool."""
        fitting = _ODD.sub("_", name)[: self.name_chars] or "tool"
        if fitting != name:
            self.notes.add(Made.NAMES)
        return fitting

"""What a parser is given: the files of one import, as bytes."""

from msgspec import Struct


class SourceFile(Struct, frozen=True):
    """One file: its path as the sender named it (forward slashes, may be only a name) and its bytes."""

    path: str
    data: bytes

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]

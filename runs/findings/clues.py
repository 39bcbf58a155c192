"""A clue: the little that rules need of a step. Pure.

Clues are made once, when a step changed, and kept in pages beside the run, so that a new step of a long run
is judged without reading what the others said. Raise `VERSION` when a clue is made in another way: all clues
are then made anew.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Literal, TypeAlias

import msgspec
import zstandard
from msgspec import Struct

from runs.blobs import compress, decompress
from runs.findings.deeds import Deed
from runs.kinds import FAILED_STATES, Kind, Origin, StepStatus
from runs.tools import Family

VERSION = 6


class Outcome(StrEnum):
    """How a check ended."""

    GREEN = "green"
    RED = "red"
    UNKNOWN = ""


class Touch(Struct, frozen=True, kw_only=True, gc=False):
    """One file changed by a step; read anew each time, not kept in a page.

    Digests are the first 8 bytes of the contents', empty when those are not known.
    """

    n: int  #: number of the change in the run
    path: str
    op: str
    hidden: bool = False  #: seen on disk, not declared by the call
    outside: bool = False
    user_modified: bool = False
    added: int = 0
    removed: int = 0
    before: bytes = b""
    after: bytes = b""
    old_path: str = ""
    origin: str = Origin.DECLARED
    is_whole: bool = True  #: the digests are those of whole files, not of parts


if TYPE_CHECKING:
    _Kind: TypeAlias = str
    _Status: TypeAlias = str
    _Family: TypeAlias = str
    _Outcome: TypeAlias = str
    _Deed: TypeAlias = str
else:
    # Words of a closed vocabulary are decoded to one object each: less memory, quicker to compare.
    _Kind, _Status, _Outcome = (Literal[tuple(map(str, each))] for each in (Kind, StepStatus, Outcome))
    _Family, _Deed = (Literal[("", *map(str, each))] for each in (Family, Deed))


class Clue(Struct, frozen=True, array_like=True, gc=False):
    """One step. Times are whole milliseconds since 1970; texts are cut short and meant for comparing."""

    seq: int
    kind: _Kind
    key: str = ""
    status: _Status = StepStatus.OK
    at: int | None = None  #: when it started
    until: int | None = None  #: when it ended, as far as known
    ms: int | None = None
    lane: str = ""  #: "" is the main agent
    turn: int = 0
    is_meta: bool = False  #: an event of the harness
    tool: str = ""
    family: _Family = ""  #: of a tool call, see `runs.tools.Family`
    args: bytes = b""  #: digest of the arguments as given
    rough: bytes = b""  #: digest of the arguments without numbers, spaces and case
    path: str = ""  #: the file that it asked for, relative to the repository where it lies in it
    part: str = ""  #: which part of the file: "offset:limit", empty for the whole
    query: str = ""  #: what a search looked for
    command: str = ""  #: of a shell
    check: str = ""  #: name of the test, build or lint command in it: "npm test"
    outcome: _Outcome = Outcome.UNKNOWN  #: of that check
    danger: str = ""  #: what in the command destroys: "rm -rf"
    error: str = ""  #: the error without what changes from time to time
    error_kind: str = ""
    exit_code: int | None = None
    in_size: int = 0  #: bytes
    out_size: int = 0  #: bytes
    sent: int | None = None  #: tokens of a model call's whole prompt
    cached: int = 0  #: of them read from the cache
    written: int = 0  #: of them written to the cache
    out: int = 0  #: output tokens
    cost: float | None = None  #: dollars, of a call billed to this run
    model: str = ""
    stop: str = ""  #: stop reason
    attempt: int | None = None
    most: int | None = None  #: attempts that there may be
    wait_ms: int | None = None  #: back-off before the next attempt
    of: str = ""  #: of a retry: key of the call
    is_empty: bool = False  #: a model's or final answer without a word and without a call
    answer: bytes = b""  #: digest of a tool's result without numbers, spaces and case
    named: bytes = b""  #: paths that the output of a red check names, see `runs.findings.mentions`
    checks: str = ""  #: all checks of the command, a line each: what it runs, tab, on what, tab, name
    deed: _Deed = ""  #: whether a command changes or watches something, see `runs.findings.deeds`
    result: bytes = b""  #: digest of what a call answered
    absence: str = ""  #: what a failed call did not find, see `runs.findings.absences`
    absent: str = ""  #: its name: a path, a program
    dropped: bytes = b""  #: lines that an edit takes away, see `runs.findings.fragments`
    added: bytes = b""  #: lines that it writes
    verb: str = ""  #: program of a shell's command and its first word: "git push"
    name: str = ""  #: of a guardrail, a permission, an error
    look: _Family = ""  #: family of the tool that a command does the work of, where it only looks
    seen: str = ""  #: the one file that such a command prints
    is_no_match: bool = False  #: it failed only because it found nothing

    @property
    def is_tool(self) -> bool:
        return self.kind == Kind.TOOL or (self.kind == Kind.AGENT and bool(self.tool))

    @property
    def looking(self) -> str:
        """Family of the tool; of a command that only looks, of the tool that does the same."""
        return self.look or self.family

    @property
    def failed(self) -> bool:
        return self.status in FAILED_STATES and self.kind != Kind.RETRY

    @property
    def is_over(self) -> bool:
        return self.status != StepStatus.RUNNING


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(list[Clue])


def pack_clues(clues: Sequence[Clue]) -> bytes:
    """Write clues for the database."""
    return compress(_encoder.encode(clues))[1]


def unpack_clues(data: bytes) -> list[Clue]:
    """Read clues as `pack_clues` wrote them."""
    is_zstd = data[:4] == zstandard.FRAME_HEADER
    return _decoder.decode(decompress(data, zstd=is_zstd))

"""Edits whose text to replace was not there: stale, forgotten, never read or invented. Pure."""

from collections.abc import Mapping, Set

from msgspec import Struct, field

from runs.findings.absences import Absence
from runs.findings.case import Case
from runs.findings.clues import Clue
from runs.findings.found import Found, Severity, Signature
from runs.findings.fragments import hashes_in
from runs.findings.limits import FINDINGS_KEPT
from runs.findings.mentions import name_of
from runs.findings.words import named_call
from runs.kinds import Kind, StepStatus
from runs.tools import EDITING, Family

_OK, _COMPACTION = StepStatus.OK, Kind.COMPACTION
_MISMATCHES = (Absence.TEXT, Absence.STALE)


class _File(Struct):
    """One file as one lane knows it."""

    read: Clue | None = None
    forgotten: bool = False  #: the context was compacted since
    changed: Clue | None = None  #: by somebody else, since it was read
    replaced: dict[bytes, Clue] = field(default_factory=dict)  #: lines that an own edit took away
    edits: int = 0  #: own ones since it was read


#: Path -> lane -> the file as that lane knows it.
_Files = dict[str, dict[str, _File]]
_NOBODY: dict[str, _File] = {}


class _Printed:
    """Which of some files commands name; the same command is looked at once."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = names
        self.known: dict[str, list[str]] = {}

    def by(self, command: str) -> list[str]:
        paths = self.known.get(command)
        if paths is None:
            told = command.lower()
            paths = self.known[command] = [path for path, name in self.names.items() if name in told]
        return paths


def find_mismatches(case: Case) -> list[Found]:
    """Find failed exact-match edits and say why the text was not there."""
    missed = [call for call in case.failed_calls if call.absence in _MISMATCHES][:FINDINGS_KEPT]
    names = {call.absent: name_of(call.absent) for call in missed}
    return _explain(case, names, {call.seq for call in missed}) if missed else []


def _explain(case: Case, names: Mapping[str, str], missed: Set[int]) -> list[Found]:
    commands = "\n".join([call.command for call in case.calls]).lower()
    printed = _Printed({path: name for path, name in names.items() if name in commands})
    files: _Files = {path: {} for path in names}
    found = []
    for clue in case.clues:
        if clue.kind == _COMPACTION:
            for lanes in files.values():
                if clue.lane in lanes:
                    lanes[clue.lane].forgotten = True
        elif clue.seq in missed:
            found.append(_found(clue, files[clue.absent].get(clue.lane, _File())))
        elif clue.status == _OK and clue.is_tool:
            _note(case, clue, printed, files)
    return found


def _note(case: Case, clue: Clue, printed: _Printed, files: _Files) -> None:
    if clue.path in files and clue.family == Family.READ:
        files[clue.path][clue.lane] = _File(read=clue)
    elif clue.command:
        for path in printed.by(clue.command):
            files[path][clue.lane] = _File(read=clue)
    for touch in case.touches_of(clue):
        for lane, file in files.get(touch.path, _NOBODY).items():
            if lane != clue.lane or clue.path != touch.path or touch.user_modified:
                file.changed = clue
    if clue.path in files and clue.family in EDITING:
        own = files[clue.path].setdefault(clue.lane, _File())
        own.read = own.read or clue
        own.edits += own.read is not clue
        own.replaced.update(dict.fromkeys(hashes_in(clue.dropped), clue))


def _found(call: Clue, file: _File) -> Found:
    own = next((file.replaced[line] for line in hashes_in(call.dropped) if line in file.replaced), None)
    changer = own or file.changed
    steps = [clue.seq for clue in (file.read, changer) if clue]
    if changer:
        cause, why = "stale", f"{named_call(changer)} had changed it since"
    elif call.absence == Absence.STALE:
        cause, why = "stale", "the file had changed since it was read"
    elif file.read is None:
        cause, why = "never-read", "the agent had not read the file"
    elif file.forgotten:
        cause, why = "forgotten", "what it had read was compacted away"
    elif file.edits:
        cause, why = "stale", f"the agent had edited the file {_times(file.edits)} since it read it"
    else:
        cause, why = "invented", "what it had read of it had not changed, so the text is made up"
    return Found(
        key=str(call.seq),
        sentence=f"{_named(call)} did not find the text to replace: {why}.",
        steps=[*sorted(set(steps)), call.seq],
        at=call.seq,
        numbers={"cause": cause, "path": call.absent},
    )


def _named(call: Clue) -> str:
    name = call.absent.rsplit("/", 1)[-1]
    return f"An edit of {name}" if name else "An edit"


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"


SIGNATURES = (
    Signature(
        slug="edit-no-match",
        name="Edit without a match",
        severity=Severity.WARNING,
        about="An edit failed because the text it was to replace does not stand in the file: stale (changed "
        "since it was read), forgotten (compacted away), never read, or invented.",
        helps="Let the agent read the part again before it edits. Where another tool or a formatter changes "
        "files on the way, tell the agent.",
        rule=find_mismatches,
    ),
)

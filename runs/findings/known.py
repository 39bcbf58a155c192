"""What the agent could know of a file at some point: where it was named, seen, changed, removed. Pure."""

import re
from functools import cached_property

from runs.findings.case import Case
from runs.findings.clues import Clue
from runs.findings.mentions import HASH_BYTES, hash_of, name_of
from runs.kinds import Op, StepStatus

_OK = str(StepStatus.OK)
_REMOVES = re.compile(r"\b(?:rm|mv|unlink|rmdir|git (?:rm|mv)|Remove-Item|Move-Item|del)\b")


class Known:
    """Answers for one run; made only where some call asked for what is not there."""

    def __init__(self, case: Case) -> None:
        self.case = case

    def was_known(self, name: str, call: Clue) -> bool:
        """Say whether anything before a call named a file: a prompt, a result, an edit, a good command."""
        place = self.case.places[call.seq]
        return (
            self._changed_at.get(name, place) < place
            or self._told_before(name, place)
            or any(_asks_for(clue, name) for clue in self.case.clues[:place])
        )

    @cached_property
    def _changed_at(self) -> dict[str, int]:
        """Place of the first change of each file."""
        first: dict[str, int] = {}
        for clue, touches in self.case.touched:
            for touch in touches:
                first.setdefault(name_of(touch.path), self.case.places[clue.seq])
        return first

    def _told_before(self, name: str, place: int) -> bool:
        wanted, bare = hash_of(name), hash_of(name.rsplit(".", 1)[0])
        for seq, said in self.case.mentions.items():
            if wanted not in said and bare not in said:
                continue
            hashes = (said[at : at + HASH_BYTES] for at in range(0, len(said), HASH_BYTES))
            if self.case.places.get(seq, place) < place and not {wanted, bare}.isdisjoint(hashes):
                return True
        return False

    def removal_of(self, call: Clue) -> Clue | None:
        """Find the last call before this one that removed the file, if nothing made it again since."""
        path, name = call.absent, name_of(call.absent)
        for clue in reversed(self.case.clues[: self.case.places[call.seq]]):
            if not clue.is_tool or clue.status != StepStatus.OK:
                continue
            for touch in self.case.touches_of(clue):
                if touch.old_path and _same(touch.old_path, path):
                    return clue
                if _same(touch.path, path):
                    return clue if touch.op == Op.DELETE else None
            if clue.command and name in clue.command.lower() and _removes(clue.command, name):
                return clue
        return None


def _asks_for(clue: Clue, name: str) -> bool:
    """Say whether a call that went well names a file."""
    told = clue.command or clue.path
    return bool(told) and clue.status == _OK and name in told.lower()


def _removes(command: str, name: str) -> bool:
    """Say whether a command's words after `rm` or `mv` name the file; of a move, what it moves."""
    for match in _REMOVES.finditer(command):
        words = re.split(r"&&|\|\||[;|\n]", command[match.end() :], maxsplit=1)[0].split()
        told = [name_of(word.strip("'\"")) for word in words if not word.startswith("-")]
        if name in (told[:-1] if "m" in match[0][:1].lower() or " mv" in match[0] else told):
            return True
    return False


def _same(known: str, asked: str) -> bool:
    """Compare a path of the repository with one as it was asked for, which may be absolute or shorter."""
    return known == asked or known.endswith("/" + asked) or asked.endswith("/" + known)

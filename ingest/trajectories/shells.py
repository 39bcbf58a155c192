"""Files that a shell's command changes in plain sight: `cat > path <<'EOF'`, and `rm` of what the run made.

Whatever else a command may do to files (`sed -i`, a script) does not follow from its words, and is not told.
"""

import posixpath
import re
from collections.abc import Iterator

from ingest.formats.claude_code.paths import Roots
from runs.findings.commands import simple_commands
from runs.kinds import Basis, Op
from runs.records import ChangeRecord

#: The redirection may stand on either side of the heredoc. Only a quoted word keeps `$` and "`" as they are.
_HEREDOC = re.compile(
    r"(?:^|&&|;|\n)[ \t]*cat[ \t]+"
    r"(?:(?P<sign>>>?)[ \t]*(?P<path>[\w./~-]+)[ \t]*<<[ \t]*(?P<quote>['\"]?)(?P<word>\w+)(?P=quote)"
    r"|<<[ \t]*(?P<quote2>['\"]?)(?P<word2>\w+)(?P=quote2)[ \t]*(?P<sign2>>>?)[ \t]*(?P<path2>[\w./~-]+))"
    r"[^\n]*\n"
)
#: Files that one command may write; a longer list is no command of an agent.
MOST_FILES = 50


class Shell:
    """Follows what the commands of one run do to files; `known` are the files that it has changed so far."""

    def __init__(self, run: str, source: str, roots: Roots) -> None:
        self.run = run
        self.source = source
        self.roots = roots
        self.known: set[str] = set()

    def changes(self, command: str, *, step: str, cwd: str) -> list[ChangeRecord]:
        """List the files that a command which worked changed."""
        found = [*self._written(command, step, cwd), *self._removed(command, step, cwd)]
        for change in found:
            (self.known.discard if change.op == Op.DELETE else self.known.add)(change.path)
        return found

    def _written(self, command: str, step: str, cwd: str) -> Iterator[ChangeRecord]:
        at = 0
        for n in range(MOST_FILES):
            match = _HEREDOC.search(command, at)
            end = _end_of(command, match) if match else None
            if match is None or end is None:
                return
            text, at = command[match.end() : end], end
            path = match["path"] or match["path2"]
            quoted = match["quote"] or match["quote2"]
            if path != "/dev/null" and (quoted or not re.search(r"[$`\\]", text)):
                whole = (match["sign"] or match["sign2"]) == ">"
                basis = Basis.CONTENT if whole else Basis.FRAGMENT
                folder = folder_of(command[: match.start()], cwd)
                yield self._change(step, n, path, folder, op=Op.EDIT, basis=basis, after=text)

    def _removed(self, command: str, step: str, cwd: str) -> Iterator[ChangeRecord]:
        folder = folder_of(command, cwd)
        words = [word for said in simple_commands(command) if said[:1] == ["rm"] for word in said[1:]]
        for n, word in enumerate(words[:MOST_FILES], MOST_FILES):
            if not word.startswith("-") and self.roots.place(word, folder).path in self.known:
                yield self._change(step, n, word, folder, op=Op.DELETE, basis=Basis.NAME)

    def _change(
        self, step: str, n: int, path: str, folder: str, *, op: Op, basis: Basis, after: str | None = None
    ) -> ChangeRecord:
        place = self.roots.place(path, folder)
        return ChangeRecord(
            run=self.run,
            step=step,
            key=f"{step}:{place.path}:{n}",
            path=place.path,
            raw_path=path if path != place.path else None,
            outside=place.outside,
            op=op,
            source=self.source,
            basis=basis,
            after=after,
        )


def _end_of(command: str, opened: re.Match[str]) -> int | None:
    """Find where the line begins that ends a heredoc."""
    word = opened["word"] or opened["word2"]
    match = re.compile(rf"^{word}[ \t]*$", re.MULTILINE).search(command, opened.end())
    return match.start() if match else None


def folder_of(before: str, cwd: str) -> str:
    """Follow the `cd folder &&` that a command begins with."""
    match = re.match(r"\s*cd[ \t]+([\w./~-]+)[ \t]*(?:&&|;|\n)", before)
    if match is None:
        return cwd
    return posixpath.normpath(posixpath.join(cwd or "/", match[1])) if cwd or match[1][0] == "/" else ""

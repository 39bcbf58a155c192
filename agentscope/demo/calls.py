"""Tool calls of demo runs. The ones on files are carried out for real on the tree, so diffs are true."""

import fnmatch
import re
from typing import Any

from msgspec import Struct, structs

from agentscope.demo.dialects import Dialect
from agentscope.demo.trees import Tree

Args = dict[str, Any]


class Changed(Struct, frozen=True, kw_only=True):
    """A file that a call changed; `declared` says whether the call's arguments told it."""

    path: str
    before: str | None
    after: str | None
    declared: bool = True
    user_modified: bool = False  #: a human changed the proposal before it was written


class Done(Struct, frozen=True, kw_only=True):
    """How a call ended."""

    output: str
    seconds: float
    exit_code: int | None = None
    error: str | None = None
    timed_out: bool = False
    changes: tuple[Changed, ...] = ()


class Call(Struct, frozen=True):
    """One tool call."""

    def tool(self, dialect: Dialect) -> str:
        """Name the tool."""
        raise NotImplementedError

    def args(self, dialect: Dialect, root: str) -> Args:
        """Write the arguments; `root` is the folder of the repository."""
        raise NotImplementedError

    def carry_out(self, tree: Tree) -> Done:
        """Do it to the tree."""
        raise NotImplementedError


def place(dialect: Dialect, root: str, path: str) -> str:
    return f"{root}/{path}" if dialect.whole_paths else path


def numbered(text: str, first: int = 1) -> str:
    return "\n".join(f"{n:6}→{line}" for n, line in enumerate(text.splitlines(), first))


class Read(Call, frozen=True):
    """Read a file, or `limit` lines of it from `offset`."""

    path: str
    offset: int = 1
    limit: int = 2000

    def tool(self, dialect: Dialect) -> str:
        return dialect.read

    def args(self, dialect: Dialect, root: str) -> Args:
        last = self.offset + self.limit - 1
        if dialect.patches:
            return {"command": ["bash", "-lc", f"sed -n '{self.offset},{min(last, 240)}p' {self.path}"]}
        args: Args = {dialect.path: place(dialect, root, self.path)}
        if (self.offset, self.limit) != (1, 2000):
            args |= {"offset": self.offset, "limit": self.limit}
        return args

    def carry_out(self, tree: Tree) -> Done:
        if self.path not in tree:
            return Done(output="File does not exist.", error="File does not exist.", seconds=0.004)
        lines = tree[self.path].splitlines()[self.offset - 1 :][: self.limit]
        return Done(output=numbered("\n".join(lines), self.offset), seconds=0.008 + len(lines) / 20_000)


class Edit(Call, frozen=True):
    """Replace one text in a file; fails, like the real tool, when the text is not there."""

    path: str
    old: str
    new: str

    def tool(self, dialect: Dialect) -> str:
        return dialect.edit

    def args(self, dialect: Dialect, root: str) -> Args:
        if dialect.patches:
            body = [f"-{line}" for line in self.old.splitlines()]
            body += [f"+{line}" for line in self.new.splitlines()]
            head = ["*** Begin Patch", f"*** Update File: {self.path}", "@@"]
            return {"input": "\n".join([*head, *body, "*** End Patch"])}
        where = place(dialect, root, self.path)
        return {dialect.path: where, dialect.old: self.old, dialect.new: self.new}

    def carry_out(self, tree: Tree) -> Done:
        before = tree[self.path]
        if before.count(self.old) != 1:
            error = f"String to replace not found in file.\nString: {self.old}"
            return Done(output=f"<tool_use_error>{error}</tool_use_error>", error=error, seconds=0.012)
        tree[self.path] = after = before.replace(self.old, self.new)
        return Done(
            output=f"The file {self.path} has been updated.",
            seconds=0.021,
            changes=(Changed(path=self.path, before=before, after=after),),
        )


class FormattedEdit(Edit, frozen=True, kw_only=True):
    """An edit after which a formatter changes more: a snapshot sees what the call did not tell."""

    formats: tuple[tuple[str, str], ...]

    def carry_out(self, tree: Tree) -> Done:
        before = tree[self.path]
        done = super().carry_out(tree)
        after = tree[self.path]
        for old, new in self.formats:
            after = after.replace(old, new)
        tree[self.path] = after
        seen = Changed(path=self.path, before=before, after=after, declared=False)
        return structs.replace(done, changes=(*done.changes, seen))


class CorrectedEdit(Edit, frozen=True, kw_only=True):
    """An edit whose proposal a human changed before it was written."""

    instead: str

    def carry_out(self, tree: Tree) -> Done:
        before = tree[self.path]
        tree[self.path] = after = before.replace(self.old, self.instead)
        change = Changed(path=self.path, before=before, after=after, user_modified=True)
        told = f"The user modified your proposed changes. The file {self.path} has been updated."
        return Done(output=told, seconds=5.2, changes=(change,))


class Patch(Call, frozen=True, kw_only=True):
    """A patch of several files in Codex' own grammar; applied whole or, like the real tool, not at all."""

    edits: tuple[tuple[str, str, str], ...] = ()  #: path, old text, new text
    adds: tuple[tuple[str, str], ...] = ()  #: path, text

    def tool(self, dialect: Dialect) -> str:
        return "apply_patch"

    def args(self, dialect: Dialect, root: str) -> Args:
        lines = ["*** Begin Patch"]
        for path, text in self.adds:
            lines += [f"*** Add File: {path}", *(f"+{line}" for line in text.splitlines())]
        for path, old, new in self.edits:
            lines += [f"*** Update File: {path}", "@@", *(f"-{line}" for line in old.splitlines())]
            lines += [f"+{line}" for line in new.splitlines()]
        return {"input": "\n".join([*lines, "*** End Patch"])}

    def carry_out(self, tree: Tree) -> Done:
        for path, old, _ in self.edits:
            if old not in tree.get(path, ""):
                error = f"apply_patch verification failed: Failed to find expected lines in {path}:\n{old}"
                return Done(output=error, error=error, seconds=0.02)
        changes = [Changed(path=path, before=None, after=text) for path, text in self.adds]
        for path, old, new in self.edits:
            before = tree[path]
            changes.append(Changed(path=path, before=before, after=before.replace(old, new, 1)))
        tree |= {change.path: change.after or "" for change in changes}
        listed = [f"{'A' if change.before is None else 'M'} {change.path}" for change in changes]
        told = "\n".join(["Success. Updated the following files:", *listed, ""])
        return Done(output=told, seconds=0.03, changes=tuple(changes))


class Write(Call, frozen=True):
    """Write a whole file."""

    path: str
    text: str

    def tool(self, dialect: Dialect) -> str:
        return dialect.write

    def args(self, dialect: Dialect, root: str) -> Args:
        if dialect.patches:
            body = "\n".join(f"+{line}" for line in self.text.splitlines())
            return {"input": f"*** Begin Patch\n*** Add File: {self.path}\n{body}\n*** End Patch"}
        return {dialect.path: place(dialect, root, self.path), dialect.text: self.text}

    def carry_out(self, tree: Tree) -> Done:
        before, tree[self.path] = tree.get(self.path), self.text
        verb = "created" if before is None else "updated"
        return Done(
            output=f"File {verb} successfully at: {self.path}",
            seconds=0.018,
            changes=(Changed(path=self.path, before=before, after=self.text),),
        )


class Grep(Call, frozen=True):
    """Search the tree for a pattern."""

    pattern: str
    glob: str = "*"

    def tool(self, dialect: Dialect) -> str:
        return dialect.grep

    def args(self, dialect: Dialect, root: str) -> Args:
        if dialect.patches:
            return {"command": ["bash", "-lc", f"rg -n '{self.pattern}'"]}
        found: Args = {"pattern": self.pattern, "output_mode": "content"}
        return found if self.glob == "*" else found | {"glob": self.glob}

    def carry_out(self, tree: Tree) -> Done:
        hits = [
            f"{path}:{n}:{line}"
            for path, text in tree.items()
            if fnmatch.fnmatch(path, self.glob)
            for n, line in enumerate(text.splitlines(), 1)
            if re.search(self.pattern, line)
        ]
        return Done(output="\n".join(hits) or "No matches found", seconds=0.03 + len(hits) / 500)


class Glob(Call, frozen=True):
    """List files."""

    pattern: str

    def tool(self, dialect: Dialect) -> str:
        return dialect.glob

    def args(self, dialect: Dialect, root: str) -> Args:
        if dialect.patches:
            return {"command": ["bash", "-lc", f"rg --files -g '{self.pattern}'"]}
        return {"pattern": self.pattern}

    def carry_out(self, tree: Tree) -> Done:
        found = [path for path in tree if fnmatch.fnmatch(path, self.pattern.replace("**/", "*"))]
        return Done(output="\n".join(found) or "No files found", seconds=0.02)


class Plan(Call, frozen=True):
    """Write the plan: `done` steps of `steps` are finished, the next one is being worked on."""

    steps: tuple[str, ...]
    done: int = 0

    def tool(self, dialect: Dialect) -> str:
        return dialect.plan

    def args(self, dialect: Dialect, root: str) -> Args:
        states = ["completed" if n < self.done else "pending" for n in range(len(self.steps))]
        if self.done < len(states):
            states[self.done] = "in_progress"
        pairs = zip(self.steps, states, strict=True)
        return {"todos": [{"content": step, "status": state} for step, state in pairs]}

    def carry_out(self, tree: Tree) -> Done:
        return Done(output="Todos have been modified successfully.", seconds=0.003)


class Shell(Call, frozen=True, kw_only=True):
    """Run a command. `replaces` are the changes to files that the command makes behind the tool's back."""

    command: str
    output: str = ""
    exit: int = 0
    seconds: float = 0.4
    replaces: tuple[tuple[str, str, str], ...] = ()
    timed_out: bool = False

    def tool(self, dialect: Dialect) -> str:
        return dialect.shell

    def args(self, dialect: Dialect, root: str) -> Args:
        if dialect.patches:
            return {"command": ["bash", "-lc", self.command], "workdir": root}
        return {"command": self.command}

    def carry_out(self, tree: Tree) -> Done:
        changes = []
        for path, old, new in self.replaces:
            before, tree[path] = tree[path], tree[path].replace(old, new)
            changes.append(Changed(path=path, before=before, after=tree[path], declared=False))
        if self.timed_out:
            error = f"Command timed out after {self.seconds:g}s"
            return Done(
                output=self.output, seconds=self.seconds, error=error, timed_out=True, changes=tuple(changes)
            )
        return Done(
            output=self.output, seconds=self.seconds, exit_code=self.exit, changes=tuple(changes),
            error=f"exit code {self.exit}" if self.exit else None,
        )  # fmt: skip


class Other(Call, frozen=True, kw_only=True):
    """Any other tool, with what it is given and what it answers."""

    name: str
    given: dict[str, Any]
    output: str
    seconds: float = 0.4
    error: str | None = None

    def tool(self, dialect: Dialect) -> str:
        return self.name

    def args(self, dialect: Dialect, root: str) -> Args:
        return self.given

    def carry_out(self, tree: Tree) -> Done:
        return Done(output=self.output, seconds=self.seconds, error=self.error)

"""What agents should leave alone: secrets, files outside the repository, what cannot be undone. Pure."""

import re
from collections.abc import Iterable, Sequence

from runs.findings.case import Case
from runs.findings.clues import Clue
from runs.findings.found import Found, Severity, Signature
from runs.findings.sensitive import Patterns, acts_of
from runs.findings.words import named_call
from runs.kinds import FAILED_STATES, Op
from runs.tools import EDITING, Family
from runs.words import plural

_LOOKING = frozenset({Family.READ, Family.GREP})
#: Folders for what need not last, and those that agents keep their own notes in.
_SCRATCH = re.compile(
    r"^(?:/private)?/(?:var/)?tmp/|^/var/folders/|^/dev/(?:null|shm/)|[/\\]Temp[/\\]|^\$\{?TMP"
    r"|(?:^|[/\\])\.(?:claude|codex|cursor|gemini|copilot|continue|aider|cache|config[/\\]opencode)(?:[/\\]|$)",
    re.IGNORECASE,
)
_TESTING = re.compile(r"(?:^|/)(?:tests?|testdata|fixtures?|examples?|mocks?|__tests__)/", re.IGNORECASE)
_VERBS = {"reads": "read", "changes": "changed", "sends": "sent away"}
#: What they destroy is in the reflog, on another machine, or one file.
_MILDER = ("git push --force-with-lease", "git branch -D", "git stash", "git restore", "git checkout")


def find_sensitive_files(case: Case) -> list[Found]:
    """Find sensitive files that were read, changed or sent away, once each."""
    patterns = case.sensitive
    acts: dict[tuple[str, str], list[Clue]] = {}
    for call in _near(case, patterns):
        for act, path in dict.fromkeys(_acts(call, patterns)):
            acts.setdefault((act, path), []).append(call)
    for call, touches in case.touched:
        for path in dict.fromkeys(touch.path for touch in touches if patterns.matches(touch.path)):
            if call not in (known := acts.setdefault(("changes", path), [])):
                known.append(call)
    return [_sensitive(act, path, calls) for (act, path), calls in acts.items()]


def _near(case: Case, patterns: Patterns) -> list[Clue]:
    """Take the calls whose path or command has a sensitive name in it."""
    near = {seq for page in case.pages for seq in page.once(_naming, patterns.cores)}
    calls = case.calls if near else ()
    return [call for call in calls if call.seq in near and call.status not in FAILED_STATES]


def _naming(clues: Sequence[Clue], cores: tuple[str, ...]) -> list[int]:
    """List steps whose path or command has one of some words in it: one look at all of them together."""
    whole = "\n".join([clue.command or clue.path for clue in clues]).lower()
    found = [core for core in cores if core in whole]
    if not found:
        return []
    return [clue.seq for clue in clues if any(core in (clue.command or clue.path).lower() for core in found)]


def _acts(call: Clue, patterns: Patterns) -> Iterable[tuple[str, str]]:
    if call.family == Family.SHELL:
        return acts_of(call.command, patterns)
    if not call.path or not patterns.matches(call.path):
        return []
    if call.family in _LOOKING:
        return [("reads", call.path)]
    return [("changes", call.path)] if call.family in EDITING else []


def _sensitive(act: str, path: str, calls: Sequence[Clue]) -> Found:
    times = f" {len(calls)} times" if len(calls) > 1 else ""
    severity = Severity.WARNING if act == "reads" else Severity.ERROR
    if _TESTING.search(path):
        severity = Severity.HINT
    return Found(
        key=f"{act} {path}",
        sentence=f"{path}, which may hold secrets, was {_VERBS[act]}{times} by {named_call(calls[0])}.",
        steps=[call.seq for call in calls],
        at=calls[0].seq,
        numbers={"times": len(calls), "path": path, "act": act},
        severity=severity,
    )


def find_changes_outside(case: Case) -> list[Found]:
    """Find changes of files outside the repository, a finding a folder; scratch folders do not count."""
    folders: dict[str, list[tuple[Clue, int, str]]] = {}
    for call, touches in case.touched:
        for touch in touches:
            if touch.outside and not touch.user_modified and not _SCRATCH.search(touch.path):
                folder = touch.path.replace("\\", "/").rpartition("/")[0] or "/"
                folders.setdefault(folder, []).append((call, touch.n, touch.path))
    return [_outside(folder, found) for folder, found in folders.items()]


def _outside(folder: str, found: Sequence[tuple[Clue, int, str]]) -> Found:
    paths = list(dict.fromkeys(path for *_, path in found))
    what = paths[0] if len(paths) == 1 else f"{len(paths)} files in {folder}"
    return Found(
        key=folder,
        sentence=f"{named_call(found[0][0])} changed {what}, outside the repository."
        if len(paths) == 1
        else f"{plural(len(found), 'change')} touched {what}, outside the repository.",
        steps=list(dict.fromkeys(call.seq for call, *_ in found)),
        at=found[0][0].seq,
        numbers={"files": len(paths), "folder": folder},
        changes=[n for _, n, _ in found],
    )


def find_destructive_commands(case: Case) -> list[Found]:
    """Find commands that destroy what cannot be made again, once each; a hint where none went through."""
    dangers: dict[str, list[Clue]] = {}
    for call in case.calls:
        if call.danger:
            dangers.setdefault(call.danger, []).append(call)
    if not dangers:
        return []
    return [
        _destructive(danger, calls)
        for danger, calls in dangers.items()
        if not _is_own(case, danger, calls[0])
    ]


def _is_own(case: Case, danger: str, call: Clue) -> bool:
    """Say whether a removal concerns only what the run made itself."""
    if not danger.startswith("rm -r "):
        return False
    place = case.places[call.seq]
    first: dict[str, str] = {}
    for clue, touches in case.touched:
        if case.places[clue.seq] < place:
            for touch in touches:
                first.setdefault(touch.path, touch.op)
    made = " ".join(clue.command for clue in case.clues[:place] if "mkdir" in clue.command)
    return all(_was_made(doomed, first, made.split()) for doomed in danger.split()[2:])


def _was_made(doomed: str, first: dict[str, str], made: Sequence[str]) -> bool:
    name = doomed.removeprefix("./").rstrip("/")
    inside = [op for path, op in first.items() if path == name or path.startswith(name + "/")]
    if inside:
        return all(op == Op.CREATE for op in inside)
    return any(word.removeprefix("./").rstrip("/") == name for word in made)


def _destructive(danger: str, calls: Sequence[Clue]) -> Found:
    done = [call for call in calls if call.status not in FAILED_STATES]
    first = done[0] if done else calls[0]
    times = f" {len(calls)} times" if len(calls) > 1 else ""
    severity = (
        Severity.WARNING if danger.startswith(_MILDER) and danger != "git checkout ." else Severity.ERROR
    )
    sentence = (
        f"`{danger}` was run{times}" if done else f"`{danger}` was tried{times}, and did not go through"
    )
    return Found(
        key=danger,
        sentence=f"{sentence}: {named_call(first)}.",
        steps=[call.seq for call in calls],
        at=first.seq,
        numbers={"times": len(calls), "done": len(done)},
        severity=severity if done else Severity.HINT,
    )


SIGNATURES = (
    Signature(
        slug="outside-repository",
        name="Outside the repository",
        severity=Severity.WARNING,
        about="A file outside the repository was changed.",
        helps="Run agents in a sandbox or container, and allow writing only below the working directory.",
        rule=find_changes_outside,
    ),
    Signature(
        slug="sensitive-file",
        name="Sensitive file",
        severity=Severity.WARNING,
        about="A file that may hold secrets was read, changed or sent away.",
        helps="Change the secret if it went into the model's context. Deny the agent these paths, and give "
        "it test values instead.",
        rule=find_sensitive_files,
    ),
    Signature(
        slug="destructive-command",
        name="Destructive command",
        severity=Severity.ERROR,
        about="A command that destroys what cannot be made again.",
        helps="Let such commands ask a human first. Commit or snapshot before the agent goes on.",
        rule=find_destructive_commands,
    ),
)

"""`install` and `uninstall`: settings of an agent; the change is shown, asked for, and can be taken back."""

from __future__ import annotations

import argparse
import difflib
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType

from agentscope_recorder.cli.targets import target_of
from agentscope_recorder.cli.troubles import Trouble
from agentscope_recorder.installing import claude_code, codex
from agentscope_recorder.installing.wishes import Wish

AGENTS: dict[str, ModuleType] = {"claude-code": claude_code, "codex": codex}
KEY = re.compile(r"\bas_[0-9A-Za-z]{8,}")
#: Beside the settings: what they were, and what we made of them.
BEFORE, AFTER = ".before-agentscope", ".of-agentscope"


def describe(parser: argparse.ArgumentParser) -> None:
    """Name the arguments."""
    parser.add_argument("agent", choices=AGENTS)
    parser.add_argument("--settings", type=Path, help="the file (else that of the scope)")
    parser.add_argument(
        "--scope",
        choices=("user", "project", "local"),
        default="user",
        help="Claude Code: all you do; this folder, for all who have it; this folder, for you (else user)",
    )
    parser.add_argument(
        "--http", action="store_true", help="Claude Code: hooks that post, without a look at changed files"
    )
    parser.add_argument(
        "--no-telemetry", action="store_true", help="Claude Code: hooks only, no tokens and cost"
    )
    parser.add_argument("--yes", action="store_true", help="do not ask")


def run_install(options: argparse.Namespace) -> int:
    """Add our lines."""
    agent, path = AGENTS[options.agent], path_of(options)
    shared = claude_code.is_shared(path)
    wish = Wish(target_of(options), path, not options.no_telemetry, options.http, shared)
    before = read(path)
    after = agent.installed(before, wish)
    if not agreed(path, before, after, hidden=(wish.target.key,), yes=options.yes):
        return 1
    try:
        agent.prepare(wish)
    except OSError as error:
        raise Trouble(
            f"{error.filename} cannot be written ({error.strerror}); set XDG_STATE_HOME."
        ) from error
    if not beside(path, AFTER).exists():
        write(beside(path, BEFORE), before)
    write(beside(path, AFTER), after)
    write(path, after)
    print(
        f"{path} is written; sessions that begin now are recorded. uninstall {options.agent} takes it back."
    )
    return 0


def run_uninstall(options: argparse.Namespace) -> int:
    """Give the settings back as they were; where they were changed since, take our lines out."""
    agent, path = AGENTS[options.agent], path_of(options)
    now, kept = read(path), beside(path, BEFORE)
    if not now:
        print(f"There is no {path}: nothing of ours is in it.")
        return 0
    is_as_written = kept.exists() and now == read(beside(path, AFTER))
    after = read(kept) if is_as_written else agent.without(now)
    if not agreed(path, now, after, hidden=KEY.findall(now), yes=options.yes):
        return 1
    if is_as_written and not after:
        path.unlink()
    else:
        write(path, after)
    for spare in (kept, beside(path, AFTER)):
        spare.unlink(missing_ok=True)
    agent.clear(path)
    print(
        f"{path} is as it was."
        if is_as_written
        else f"{path} was changed since; only our lines are taken out."
    )
    return 0


def path_of(options: argparse.Namespace) -> Path:
    """Choose the settings. Raises Trouble."""
    if options.scope != "user" and options.agent != "claude-code":
        raise Trouble(f"{options.agent} has one settings file; leave --scope out.")
    scopes = {"project": claude_code.shared_path, "local": claude_code.local_path}
    found: Path = options.settings or scopes.get(options.scope, AGENTS[options.agent].default_path)()
    return found


def beside(path: Path, end: str) -> Path:
    return path.with_name(path.name + end)


def read(path: Path) -> str:
    """Read settings as they are; none are empty. Raises Trouble."""
    try:
        return path.read_bytes().decode()
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise Trouble(f"{path} cannot be read ({error}).") from error


def write(path: Path, text: str) -> None:
    """Write settings, which hold a key, for their owner alone. Raises Trouble."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        spare = beside(path, ".new")
        spare.unlink(missing_ok=True)
        spare.touch(0o600)
        spare.write_bytes(text.encode())
        spare.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o600)
        spare.replace(path.resolve())
    except OSError as error:
        raise Trouble(f"{path} cannot be written ({error.strerror}).") from error


def agreed(path: Path, before: str, after: str, *, hidden: Iterable[str], yes: bool) -> bool:
    """Show what changes, without the keys, and ask. Raises Trouble where nobody can answer."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), str(path), str(path), lineterm="")
    shown = "\n".join(lines)
    for key in hidden:
        shown = shown.replace(key, key[:6] + "…")
    print(shown or f"{path} stays as it is.")
    if yes or before == after:
        return True
    if not sys.stdin.isatty():
        raise Trouble("Nobody is there to ask; give --yes.")
    return input("Write this? [y/N] ").strip().lower() in ("y", "yes")

"""What earlier sessions left: events that the server has not got, and what nobody needs any more."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from agentscope_recorder.hooks.homes import journals
from agentscope_recorder.limits import KEPT_SECONDS, QUIET_SECONDS
from agentscope_recorder.posting import Target, Verdict
from agentscope_recorder.pushing import SENT, offset_of, push_file

#: What looks need; the lock and the socket of a session are no part of it.
OF_LOOKS = ("objects", "index", "index.lock", "told.json", "calls.json")


def care_for(home: Path, own: Path, target: Target) -> None:
    """Send what quiet sessions left, and remove what is old; `own` is the folder of this session."""
    for path in journals(home):
        try:
            age, is_sent = time.time() - path.stat().st_mtime, is_all_sent(path, target)
            if is_sent and age > KEPT_SECONDS:
                path.with_name(path.name + SENT).unlink(missing_ok=True)
                path.unlink()
            elif not is_sent and age > QUIET_SECONDS and target.url and target.key:
                _, answer = push_file(path, target)
                if answer.verdict is not Verdict.STORED:
                    break  # it is away, or takes nothing
        except OSError:
            continue  # another session cares for it as well
    for folder in home.iterdir():
        if folder.is_dir() and folder != own and time.time() - folder.stat().st_mtime > KEPT_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)


def is_all_sent(path: Path, target: Target) -> bool:
    """Say whether the server has a journal whole. Raises OSError."""
    return offset_of(path, target) >= path.stat().st_size


def forget_looks(folder: Path) -> None:
    """Remove what the looks of a session needed."""
    shutil.rmtree(folder / OF_LOOKS[0], ignore_errors=True)
    for name in OF_LOOKS[1:]:
        (folder / name).unlink(missing_ok=True)

"""What somebody wants to be installed."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from agentscope_recorder.posting import Target


class Wish(NamedTuple):
    """An install."""

    target: Target
    settings: Path  #: the file that is written
    telemetry: bool = True
    http: bool = False  #: hooks that post by themselves, where no Python may run
    shared: bool = False  #: others have the file too: no key and no path of this machine may be in it

"""All demo runs."""

from agentscope.demo.scenarios import (
    clean,
    cohort,
    delegated,
    fanned,
    loops,
    pair,
    replayed,
    retried,
    sideways,
    stopped,
    talks,
    tools,
)
from agentscope.demo.scenarios.long import MIGRATION
from agentscope.demo.script import Script

ALL: list[Script] = [
    sideways.SCRIPT,
    clean.SCRIPT,
    retried.SCRIPT,
    delegated.SCRIPT,
    fanned.SCRIPT,
    MIGRATION,
    *pair.SCRIPTS,
    *talks.SCRIPTS,
    *loops.SCRIPTS,
    *stopped.SCRIPTS,
    *tools.SCRIPTS,
    *replayed.SCRIPTS,
    *cohort.SCRIPTS,
]

#: What "play a live demo run" plays; the first one most of the time.
PLAYABLE: list[Script] = [sideways.SCRIPT, delegated.SCRIPT, retried.SCRIPT]

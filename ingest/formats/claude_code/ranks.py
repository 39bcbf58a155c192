"""Whose word counts where several channels tell of one step of a session: the one that knows it whole.

Spans and log records of Claude Code have the ranks of all spans (`ingest.spans.steps`), below these.
"""

#: Hooks: a batch repeats what was told, a call begins, a call ends.
BATCH, BEGUN, ENDED = 9, 10, 11

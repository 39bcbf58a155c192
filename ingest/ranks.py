"""Whose word counts where several channels tell of one step of a session: the one that knows it whole.

Spans and log records have the ranks of all spans (`ingest.spans.steps`), which are below these.
"""

#: Hooks: a batch repeats what was told, a call begins, a call ends.
BATCH, BEGUN, ENDED = 9, 10, 11
#: By source; what only half knows a step has one less.
OF_SOURCE = {
    "claude-code:hooks": ENDED,
    "claude-code:stream-json": 20,
    "claude-code:transcript": 30,
    "codex:exec-json": 20,
    "codex:rollout": 30,
    "gemini-cli:stream-json": 20,
    "gemini-cli:chat": 30,
    "qwen-code:chat": 30,
}


def rank_of(source: str) -> int:
    """Say how much a source's word counts."""
    return OF_SOURCE.get(source, 1)

"""The messages sent to a model at one call: what was new, and what was gone since the call before."""

from dataclasses import dataclass, field

from runs.shown.messages import MessageShown


@dataclass(frozen=True, kw_only=True, slots=True)
class ContextShown:
    """The messages sent to the model: what was added at this call, and what is not sent any more."""

    size: int
    added: list[MessageShown]
    skipped: int  #: added messages that are not shown
    dropped: int  #: messages of the call before that are not sent any more
    url: str
    previous_seq: int | None = None
    previous_url: str = ""
    weight: str = ""  #: of the added messages: `4.1 kB · 1.2k tokens not from the cache`
    gone: list[MessageShown] = field(default_factory=list)  #: the first of the dropped messages
    cause: str = ""  #: why they are gone, as far as the run tells
    cause_url: str = ""


def cause_of_loss(size: int, kept: int, before: int) -> str:
    """Name what happened to a context that does not go on from the one before."""
    if kept == 0:
        return "started anew"
    return "was cut at its end" if kept == size and size < before else "was rewritten"

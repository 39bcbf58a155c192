"""The prompt of a model call, compared with that of the call before."""

from itertools import takewhile

from runs.contents import read_blobs, read_message_digests
from runs.limits import ADDED_SHOWN
from runs.models import Run, Step
from runs.queries.steps import compaction_between, previous_call
from runs.shown.messages import message_shown
from runs.shown.panels import link_of
from runs.shown.prompts import ContextShown, cause_of_loss
from runs.shown.steps import Place
from runs.shown.usage import fresh_tokens
from runs.words import size, tokens


def read_context(run: Run, step: Step, place: Place) -> ContextShown | None:
    """Compare the messages sent with those of the call before: what was added, what is gone."""
    if step.context_digest is None:
        return None
    previous = previous_call(run, step)
    now = read_message_digests(run.id, step.context_digest)
    then = read_message_digests(run.id, previous.context_digest) if previous else []
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(now, then, strict=False)))
    shown, gone = now[same:][-ADDED_SHOWN:], then[same:][:ADDED_SHOWN]
    texts = read_blobs(run.id, list(dict.fromkeys([*shown, *gone])))
    first = len(now) - len(shown)
    cut = compaction_between(run, previous, step) if previous and gone else None
    return ContextShown(
        size=len(now),
        added=[message_shown(first + n + 1, texts[key]) for n, key in enumerate(shown) if key in texts],
        skipped=len(now) - same - len(shown),
        dropped=len(then) - same,
        url=place.url("messages", step.seq),
        previous_seq=previous.seq if previous else None,
        previous_url=link_of(place, previous.seq if previous else None),
        weight=_weight(step, [texts[key] for key in shown if key in texts]),
        gone=[message_shown(same + n + 1, texts[key]) for n, key in enumerate(gone) if key in texts],
        cause="was compacted" if cut is not None else cause_of_loss(len(now), same, len(then)),
        cause_url=link_of(place, cut),
    )


def _weight(step: Step, added: list[bytes]) -> str:
    fresh = fresh_tokens(step)
    words = [size(sum(map(len, added)))] if added else []
    words += [f"{tokens(fresh)} tokens not from the cache"] if fresh is not None else []
    return " · ".join(words)

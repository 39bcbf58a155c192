"""What of a run was not recorded, counted by kind: what its steps say, and what is said of the run. Pure.

A step says it in `detail["lost"]`, a run record in `losses`: {kind: how many}. After a colon a kind may name
what it is about (`scrubbed:session_id`). `runs.shown.losses` has the words and the cures.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from runs.kinds import Kind, StepStatus
from runs.limits import LOSSES_PER_RUN
from runs.rows import RunRow, StepRow

#: Where a step's `detail` says what of it was lost.
LOST = "lost"
MOST = 2**31 - 1
NAME_CHARS = 100
#: Sources whose model calls bring messages and token counts, unless somebody switched that off.
TRACING = ("otel:", "openai-agents", "langsmith", "langfuse", "opik")


class LossKind(StrEnum):
    """What can be lost. Of steps, unless it says otherwise."""

    ATTRIBUTES = "attributes"  #: attributes that the client's SDK dropped
    CONTENTS = "contents"  #: model calls without any message; counted here, nobody says it
    USAGE = "usage"  #: model calls without token counts; counted here, nobody says it
    REDACTED = "redacted"  #: texts that the client replaced, because it was not told to send them
    SHORTENED = "shortened"  #: steps with a text that was cut, by the client or at our own limits
    UNANSWERED = "unanswered"  #: `unanswered:TOOL`, calls without a result; counted here, nobody says it
    GAPS = "gaps"  #: of a run: events that the client numbered and that never came
    SCRUBBED = "scrubbed"  #: of a run: `scrubbed:NAME`, an attribute that the client replaced by its name
    UNSEEN = "unseen"  #: of a run: `unseen:WHY`, the work tree was not looked at around its tools


#: Kinds of texts that another source brings whole.
OF_TEXTS = frozenset({LossKind.REDACTED, LossKind.SHORTENED})
#: Kinds that are said of a run, not counted from its steps.
OF_RUNS = frozenset({LossKind.GAPS, LossKind.SCRUBBED, LossKind.UNSEEN})


def losses_of_step(row: StepRow) -> Mapping[str, int]:
    """Count what of one step is lost."""
    told = row.detail.get(LOST)
    found = losses_in(told) if told else {}
    if found and is_traced(row) and not all(one.startswith(TRACING) for one in row.sources):
        found = {kind: number for kind, number in found.items() if kind not in OF_TEXTS}
    if row.status == StepStatus.UNANSWERED and row.kind == Kind.TOOL:
        found[f"{LossKind.UNANSWERED}:{row.tool[:NAME_CHARS]}"] = 1
    if row.kind == Kind.LLM and row.status == StepStatus.OK and is_traced(row):
        if row.context_digest is None and not row.output_size:
            found[LossKind.CONTENTS] = 1
        if row.input_tokens is None and row.output_tokens is None:
            found[LossKind.USAGE] = 1
    return found


def is_traced(row: StepRow) -> bool:
    """Say whether a tracing source told of a step."""
    return any(source.startswith(TRACING) for source in row.sources)


def losses_in(told: object) -> dict[str, int]:
    """Take the counts of what somebody says is lost."""
    if not isinstance(told, dict):
        return {}
    return {str(kind): min(count, MOST) for kind, count in told.items() if type(count) is int and count > 0}


def merged_detail(old: dict[str, Any], new: dict[str, object], *, wins: bool) -> dict[str, Any]:
    """Put what two sources say of a step together; of what is lost, the larger count."""
    merged = {**old, **new} if wins else {**new, **old}
    if LOST in old and LOST in new:
        one, other = losses_in(old[LOST]), losses_in(new[LOST])
        merged[LOST] = {kind: max(one.get(kind, 0), other.get(kind, 0)) for kind in one | other}
    return merged


def move_losses(row: RunRow, new: Mapping[str, int], old: Mapping[str, int]) -> None:
    """Count on the run what a step says now instead of what it said before."""
    if new == old:
        return
    losses = dict(row.losses)
    for kind in [*new, *(kind for kind in old if kind not in new)]:
        name = kind if kind in losses or len(losses) < LOSSES_PER_RUN else kind.partition(":")[0]
        count = losses.get(name, 0) + new.get(kind, 0) - old.get(kind, 0)
        losses[name] = min(max(count, 0), MOST)
    row.losses = {kind: count for kind, count in losses.items() if count}


def tell_losses(row: RunRow, told: Mapping[str, int]) -> None:
    """Take what is said of the whole run: the newest word; 0 takes it back."""
    own = {kind: count for kind, count in told.items() if is_of_run(kind)}
    row.losses = {kind: min(count, MOST) for kind, count in (row.losses | own).items() if count > 0}


def told_losses(losses: Mapping[str, int]) -> dict[str, int]:
    """Take the losses that were said of the run; the others follow from its steps."""
    return {kind: count for kind, count in losses.items() if is_of_run(kind)}


def is_of_run(kind: str) -> bool:
    """Say whether a kind is said of the run."""
    return kind.partition(":")[0] in OF_RUNS


def died_inside(losses: Mapping[str, int]) -> str:
    """Name the tool, and how many more, whose calls were open when a run went silent; empty when none was."""
    tools = [kind.partition(":")[2] for kind in losses if kind.startswith(f"{LossKind.UNANSWERED}:")]
    more = f" and {len(tools) - 1} more" if len(tools) > 1 else ""
    return f"{tools[0]}{more}" if tools else ""

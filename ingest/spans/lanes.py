"""Which lane a span lies in: that of the main agent, or of the sub-agent nearest above it.

Children come before their parents, so lanes are told again when what lies above becomes known. An agent is a
sub-agent when it lies in a tool call, or in an agent of another name; agents side by side hand the work over.
"""

from ingest.spans.known import Known, Memories, Memory
from ingest.spans.span import SpanKind

#: Spans whose step is told again when their lane becomes known.
WITH_STEPS = (SpanKind.LLM, SpanKind.TOOL, SpanKind.AGENT, SpanKind.GUARDRAIL, SpanKind.HANDOFF)


def is_sub_agent(memories: Memories, one: Known) -> bool:
    """Say whether an agent works for another one, as far as it is known."""
    for above in memories.above(one):
        if above.kind == SpanKind.TOOL:
            return True
        if above.kind == SpanKind.AGENT and above.agent and one.agent and above.agent != one.agent:
            return True
    return False


def find_sub_agents(memories: Memories, traces: set[str]) -> list[Known]:
    """Give every agent that is now known to be a sub-agent its lane; list those."""
    open_ones = [one for one in memories.spans.values() if one.kind == SpanKind.AGENT and not one.lane]
    found = [one for one in open_ones if one.trace in traces and is_sub_agent(memories, one)]
    for one in found:
        one.lane, one.key, one.is_new = one.span, f"agent:{one.span}", True
    return found


def lane_of(memories: Memories, one: Known) -> str:
    """Name the lane that a span lies in; empty is the main agent's."""
    return next((above.lane for above in memories.above(one) if above.lane), "")


def owner_of(memories: Memories, one: Known) -> str | None:
    """Name the step that a span lies in: a tool call or a sub-agent."""
    for above in memories.above(one):
        if above.lane or (above.kind == SpanKind.TOOL and above.key and above.key != one.key):
            return above.key
    return None


def told_again(
    memories: Memories, memory: Memory, fresh: list[Known], sent: set[tuple[str, str]]
) -> list[Known]:
    """List the remembered spans whose lane or owner is known only now."""
    again: dict[tuple[str, str], Known] = {}
    for one in [*fresh, *(memory.below(fresh) if fresh else ())]:
        again[one.trace, one.span] = memories.add(one)
    for trace, span in sent:
        if memories.spans[trace, span].kind == SpanKind.TOOL:
            for one in memories.children.get((trace, span), []):
                again[one.trace, one.span] = one
    return [one for at, one in again.items() if at not in sent and one.kind in WITH_STEPS and one.key]

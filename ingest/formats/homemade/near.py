"""Calls near a moment: files of one run are tied by time where they name no ids."""

from bisect import bisect_left

from ingest.formats.homemade.tree import Node

#: Calls looked at for one entry: more never run at one time.
MOST = 50


class Near:
    """Calls in the order of their ends."""

    def __init__(self, nodes: list[Node]) -> None:
        self.nodes = sorted(nodes, key=end_of)
        self.ends = [end_of(node) for node in self.nodes]
        self.by_id = {node.span.span_id: node for node in nodes}

    def around(self, at: int, slack: int) -> list[Node]:
        """List the calls that ran at a moment, give or take `slack` nanoseconds."""
        first = bisect_left(self.ends, at - slack)
        return [node for node in self.nodes[first : first + MOST] if node.span.start - slack <= at]


def end_of(node: Node) -> int:
    return node.span.end or node.span.start

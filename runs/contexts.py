"""Message lists as chains: which links of a batch are not stored yet. Pure functions.

A stored link implies all links before it (they were written in one transaction), so the newest stored link of
a long chain is found by a few probes instead of asking for every message of the conversation.
"""

from collections.abc import Iterable

from runs.records import Context

ASK_ALL = 24  # links; a shorter chain is asked for whole


def unseen_chains(contexts: Iterable[Context]) -> list[list[Context]]:
    """Cut contexts that share links into chains (newest first) that share none."""
    seen: set[bytes] = set()
    chains = []
    for context in contexts:
        chain = []
        for node in context.nodes():
            if node.digest in seen:
                break
            seen.add(node.digest)
            chain.append(node)
        if chain:
            chains.append(chain)
    return chains


def probes(chain: list[Context]) -> list[Context]:
    """Choose the links to ask for: all of a short chain, else ever larger steps back from the head."""
    if len(chain) <= ASK_ALL:
        return chain
    places = [0, 1, 2, 3, 4, 6, 8, 12, 16]
    while places[-1] < len(chain) - 1:
        places.append(min(places[-1] * 2, len(chain) - 1))
    return [chain[place] for place in places if place < len(chain)]


def before_known(chain: list[Context], known: set[bytes]) -> list[Context]:
    """Return the links newer than the newest known one."""
    for place, node in enumerate(chain):
        if node.digest in known:
            return chain[:place]
    return chain

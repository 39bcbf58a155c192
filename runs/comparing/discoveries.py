"""Many measures at once: how many of the differences seen would be chance. Pure."""

from collections.abc import Sequence


def adjusted(chances: Sequence[float]) -> list[float]:
    """Turn p into q (Benjamini and Hochberg, 1995): of measures with q ≤ 0.05, one in twenty is chance."""
    order = sorted(range(len(chances)), key=lambda place: chances[place], reverse=True)
    found, least = [1.0] * len(chances), 1.0
    for rank, place in zip(range(len(chances), 0, -1), order, strict=True):
        least = min(least, chances[place] * len(chances) / rank)
        found[place] = least
    return found

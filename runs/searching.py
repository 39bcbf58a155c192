"""What the list's search looks into, and how a search is cut into trigrams. Pure functions."""

from runs.folding import Work
from runs.rows import RunRow

GRAM = 3  # characters; runs_trigrams() of the database cuts the same way


def said_of(row: RunRow) -> str:
    """Join what the search looks into, in small letters."""
    return "\n".join((row.name, row.task, row.external_id, row.branch)).lower()


def has_new_words(work: Work) -> bool:
    """Say whether what the search looks into is not stored yet."""
    return work.created or work.old_row is None or said_of(work.row) != said_of(work.old_row)


def trigrams_of(text: str) -> list[str]:
    """Cut a search into the trigrams that a text must have to hold it; none of two characters."""
    small = text.lower()
    return sorted({small[place : place + GRAM] for place in range(len(small) - GRAM + 1)})

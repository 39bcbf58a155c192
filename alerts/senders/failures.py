"""What sending may end with."""


class NotDelivered(Exception):
    """A message did not get through. `is_final`: trying again would not help."""

    def __init__(self, why: str, *, status: int | None = None, is_final: bool = False) -> None:
        super().__init__(why)
        self.status, self.is_final = status, is_final


#: Answers that say "not now": timeout, too early, too many requests. So does each of 5xx.
_LATER = frozenset({408, 425, 429})


def is_final(status: int) -> bool:
    """Say whether trying again would not help after an answer."""
    return status < 500 and status not in _LATER

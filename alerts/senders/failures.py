"""What sending may end with."""


class NotDelivered(Exception):
    """A message did not get through. `is_final`: trying again would not help."""

    def __init__(self, why: str, *, status: int | None = None, is_final: bool = False) -> None:
        super().__init__(why)
        self.status, self.is_final = status, is_final

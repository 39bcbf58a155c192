"""What some runs come to: how many, how many of them succeeded, and what they cost. Pure."""

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple


class Tally(NamedTuple):
    """Sums over some runs."""

    runs: int = 0
    passed: int = 0
    failed: int = 0
    priced: int = 0  #: runs with a known price, of some of their calls at least
    cost_usd: Decimal = Decimal(0)
    low: int = 0  #: runs whose cost is a lower bound

    @property
    def known(self) -> int:
        return self.passed + self.failed

    @property
    def unknown(self) -> int:
        return self.runs - self.known

    @property
    def share(self) -> float | None:
        """Share of successes among the runs whose result is known."""
        return self.passed / self.known if self.known else None

    @property
    def mean_cost(self) -> Decimal | None:
        """Dollars a run; None where no price is known."""
        return self.cost_usd / self.priced if self.priced else None


def added(tallies: Iterable[Tally]) -> Tally:
    """Add tallies up."""
    columns = list(zip(*tallies, strict=True))
    return Tally._make(map(sum, columns)) if columns else Tally()

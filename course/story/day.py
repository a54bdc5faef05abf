"""One day of the shop, what it cost, and days beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from course.story.ledger import Ledger
from course.story.parameters import Parameters


@dataclass(frozen=True)
class Day:
    """A day under one strategy. Money is dollars.

    ``worked`` is minutes of people's work; ``log`` what was done, by minute; ``cluster`` the one
    that ran it, if one did.
    """

    strategy: str
    seed: int
    parameters: Parameters
    ledger: Ledger
    worked: float = 0.0
    log: tuple[tuple[int, str], ...] = ()
    cluster: Any = field(default=None, repr=False, compare=False)

    @property
    def orders(self) -> int:
        """Orders that customers wanted to place."""
        return self.ledger.orders

    @property
    def orders_lost(self) -> int:
        """Orders that came to nothing."""
        return self.ledger.orders_lost

    @property
    def money_lost(self) -> float:
        """What the lost orders would have brought."""
        return self.orders_lost * self.parameters.order_value

    @property
    def machines(self) -> float:
        """What machines, load balancer and control plane cost."""
        return self.ledger.machines

    @property
    def people(self) -> float:
        """What people's work cost."""
        return self.worked / 60 * self.parameters.engineer_hour

    @property
    def spent(self) -> float:
        """What was paid that day, for machines and for people."""
        return self.machines + self.people

    @property
    def availability(self) -> float:
        """The share of requests answered in time."""
        return self.ledger.availability

    @property
    def utilisation(self) -> float:
        """The share of the cpu paid for that served customers."""
        return self.ledger.utilisation

    @property
    def idle(self) -> float:
        """Dollars for cpu that served nobody."""
        return self.machines * (1 - self.utilisation)

    @property
    def table(self) -> DayTable:
        """This day as a table of one line."""
        return compare_days([self])

    @property
    def story(self) -> str:
        """What was done, a line each with the time of day."""
        return "\n".join(f"{minute // 60:02}:{minute % 60:02}  {what}" for minute, what in self.log)

    def score(self) -> float:
        """What the day brought: the orders placed less what was spent, in dollars."""
        placed = (self.orders - self.orders_lost) * self.parameters.order_value
        return placed - self.spent

    def __repr__(self) -> str:
        return (
            f"{self.strategy}: {self.orders_lost:,} of {self.orders:,} orders lost, "
            f"${self.spent:,.2f} spent, {self.availability:.2%} answered"
        )


COLUMNS = (
    *("STRATEGY", "ORDERS", "LOST", "LOST $", "MACHINES $", "PEOPLE $", "SPENT $"),
    *("IDLE $", "ANSWERED"),
)


class DayTable(tuple[Day, ...]):
    """Days that show themselves as a table. A tuple in all else."""

    @property
    def rows(self) -> list[list[str]]:
        """The cells, without the titles."""
        return [
            [
                day.strategy,
                f"{day.orders:,}",
                f"{day.orders_lost:,}",
                f"{day.money_lost:,.0f}",
                f"{day.machines:.2f}",
                f"{day.people:.2f}",
                f"{day.spent:.2f}",
                f"{day.idle:.2f}",
                f"{day.availability:.2%}",
            ]
            for day in self
        ]

    def __repr__(self) -> str:
        lines = [list(COLUMNS), *self.rows]
        wide = [max(len(line[place]) for line in lines) for place in range(len(COLUMNS))]
        return "\n".join(
            "  ".join(
                cell.rjust(width) if place else cell.ljust(width)
                for place, (cell, width) in enumerate(zip(line, wide, strict=True))
            )
            for line in lines
        )


def compare_days(days: Sequence[Day]) -> DayTable:
    """Days beside each other, as a table."""
    return DayTable(days)

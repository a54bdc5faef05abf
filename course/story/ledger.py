"""What happened minute by minute: customers, answers, orders, servers and money."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple


class Sample(NamedTuple):
    """One stretch of time. ``hour`` is when it began, ``seconds`` how long it is.

    Rates are requests a second, latencies seconds, money dollars an hour. ``replicas`` are the
    copies that answer, ``wanted`` those there should be, ``nodes`` the machines paid for.
    """

    hour: float
    seconds: float
    sent: float
    failed: float
    p50: float
    p95: float
    p99: float
    orders: int
    orders_lost: int
    per_hour: float
    replicas: int
    wanted: int
    nodes: int
    busy: float = 0.0

    @property
    def rate(self) -> float:
        """Requests a second that came."""
        return self.sent / self.seconds

    @property
    def error_rate(self) -> float:
        """Requests a second that got no answer in time."""
        return self.failed / self.seconds


class Ledger:
    """Samples in order of time, and their sums. ``unit`` is that of their time axis."""

    def __init__(self, samples: Sequence[Sample], title: str, unit: str = "hour of the day"):
        self.samples = tuple(samples)
        self.title = title
        self.unit = unit

    def __iter__(self) -> Iterator[Sample]:
        return iter(self.samples)

    def __len__(self) -> int:
        return len(self.samples)

    def __getitem__(self, place: int) -> Sample:
        return self.samples[place]

    @property
    def sent(self) -> int:
        """Requests that came."""
        return round(sum(one.sent for one in self))

    @property
    def failed(self) -> int:
        """Requests that got no answer in time."""
        return round(sum(one.failed for one in self))

    @property
    def orders(self) -> int:
        """Orders that customers wanted to place."""
        return sum(one.orders for one in self)

    @property
    def orders_lost(self) -> int:
        """Those that came to nothing."""
        return sum(one.orders_lost for one in self)

    @property
    def availability(self) -> float:
        """The share of requests that were answered in time; 1 when nobody asked."""
        sent = sum(one.sent for one in self)
        return 1 - sum(one.failed for one in self) / sent if sent else 1.0

    @property
    def machines(self) -> float:
        """Dollars for machines and what belongs to them."""
        return sum(one.per_hour * one.seconds for one in self) / 3600

    @property
    def utilisation(self) -> float:
        """The share of the cpu paid for that served customers, 0 to 1."""
        paid = sum(one.nodes * one.seconds for one in self)
        return sum(one.busy * one.nodes * one.seconds for one in self) / paid if paid else 0.0

    def __repr__(self) -> str:
        parts = [f"{self.sent:,} requests", f"{self.availability:.3%} answered"]
        if self.orders:
            parts.append(f"{self.orders_lost:,} of {self.orders:,} orders lost")
        if self.machines:  # nodes may be without a price
            parts.append(f"${self.machines:.2f} for machines")
        return f"{self.title}: {', '.join(parts)}"


class Losses:
    """Turns shares into whole orders, so that none is lost twice and none is forgotten."""

    def __init__(self) -> None:
        self._rest = 0.0

    def of(self, orders: int, share: float) -> int:
        """How many of these orders are lost if this share of the customers is."""
        self._rest += orders * share
        lost = min(int(self._rest + 1e-9), orders)
        self._rest -= lost
        return lost

"""The numbers of the story, read from ``shop.yaml`` and ``prices.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cache
from math import ceil, isfinite
from pathlib import Path
from typing import Any

import yaml

from kubelite.apimachinery.told import UsageError

FOLDER = Path(__file__).parent
DIVISORS = {"cpu_seconds", "target"}


class About(dict[str, "Fact"]):
    """The facts by name, which show themselves as a table."""

    def __repr__(self) -> str:
        lines = [f"{'NAME':20}{'VALUE':>8}  {'RANGE':16}UNIT"]
        for name, fact in self.items():
            span = f"{fact.low:g} to {fact.high:g}"
            lines.append(f"{name:20}{fact.value:>8g}  {span:16}{fact.unit}")
        return "\n".join(lines)


@dataclass(frozen=True)
class Fact:
    """One number: its value, unit, range, why it is so, and who says it."""

    name: str
    value: float
    unit: str
    low: float
    high: float
    why: str
    source: str

    def check(self, value: Any) -> None:
        """Raise UsageError for what no day can be reckoned with; the range is only advice."""
        divides = self.name in DIVISORS
        number = isinstance(value, int | float) and isfinite(value)
        if not number or value < 0 or (divides and value == 0):
            raise UsageError(
                f"{self.name} is a number of {self.unit}, {self.low:g} to {self.high:g} is likely"
                f", and it is {'more than 0' if divides else '0 or more'}; got {value!r}"
            )


@dataclass(frozen=True)
class Prices:
    """Dollars for an hour; ``sizes`` of machines are counted in servers of ``cores`` cores."""

    date: str
    server: str
    cores: int
    memory: str
    server_hour: float
    sizes: tuple[int, ...]
    control_plane_hour: float
    balancer_hour: float


@cache
def prices() -> Prices:
    """The price list, read once."""
    raw = yaml.safe_load((FOLDER / "prices.yaml").read_text(encoding="utf-8"))
    server = raw["server"]
    return Prices(
        date=str(raw["date"]),
        server=server["type"],
        cores=server["cores"],
        memory=server["memory"],
        server_hour=server["per_hour"],
        sizes=tuple(raw["larger"]["sizes"]),
        control_plane_hour=raw["control_plane"]["per_hour"],
        balancer_hour=raw["load_balancer"]["per_hour"],
    )


@cache
def facts() -> Mapping[str, Fact]:
    """Every number of the story with its reason and its source, by name."""
    raw: Any = yaml.safe_load((FOLDER / "shop.yaml").read_text(encoding="utf-8"))
    found = About()
    for group in raw.values():
        for name, one in group.items():
            low, high = one["range"]
            words = one["unit"], low, high, one["why"], one["source"]
            found[name] = Fact(name, one["value"], *words)
    return found


@dataclass(frozen=True)
class Parameters:
    """The numbers of one run, by the names and in the units of ``shop.yaml``."""

    ordinary_rate: float
    peak_factor: float
    surge_factor: float
    order_share: float
    cpu_seconds: float
    patience: float
    order_value: float
    engineer_hour: float
    prepared: float
    target: float
    most_servers: float
    alarm_minutes: float
    answer_minutes: float
    night_minutes: float
    work_begins: float
    work_ends: float
    decide_minutes: float
    complaint_minutes: float
    calm_minutes: float
    server_minutes: float
    container_minutes: float
    removal_minutes: float
    bigger_minutes: float
    restart_minutes: float
    boot_minutes: float
    cluster_minutes: float
    hangs_a_day: float
    prices: Prices = field(default_factory=prices)

    def but(self, **changes: float) -> Parameters:
        """The same with some numbers changed. Raises UsageError for what is no name or number."""
        unknown = ", ".join(name for name in changes if name not in facts())
        if unknown:
            raise UsageError(f"the story has no number {unknown}; it has {', '.join(facts())}")
        for name, value in changes.items():
            facts()[name].check(value)
        return replace(self, **changes)  # type: ignore[arg-type]

    @property
    def server_rate(self) -> float:
        """Requests a second that one server answers when it does nothing else."""
        return self.prices.cores / self.cpu_seconds

    def servers_for(self, rate: float) -> int:
        """How many servers keep ``rate`` requests a second at the target; at least one."""
        wanted = ceil(rate / self.server_rate / self.target - 1e-9)
        return max(1, min(wanted, int(self.most_servers)))


NAMES = tuple(one.name for one in fields(Parameters) if one.name != "prices")


def parameters(**changes: float) -> Parameters:
    """The numbers of ``shop.yaml``: ``parameters(peak_factor=8)`` changes one.

    Raises ValueError for a name that is none.
    """
    values: dict[str, Any] = {name: facts()[name].value for name in NAMES}
    return Parameters(**values).but(**changes)

"""The machine types there are to rent, and what they cost.

Names and prices are made up for this course (November 2026). They are of the order of what large
clouds charge on demand for general machines: in US dollars, for one hour, without discounts.
"""

from __future__ import annotations

from kubelite.apimachinery.quantity import Quantity
from kubelite.apimachinery.struct import Value
from kubelite.apimachinery.told import UsageError
from kubelite.kubelet.node_status import Machine
from kubelite.sim.clock import MINUTE, SECOND

BOOT_TIME = 60 * SECOND
"""From ordering a machine until its kubelet starts; its node is Ready a few seconds later."""

REPAIR_AFTER = 10 * MINUTE
"""How long a node is not Ready before node auto-repair replaces its machine."""

CPU_HOUR = 0.02
GIBIBYTE_HOUR = 0.005
"""What a pod's requests are worth when the price expander compares offers."""

GIBIBYTE = 1024**3


class MachineType(Value):
    """One line of the price list: ``cpu`` cores, ``memory``, dollars for an hour."""

    name: str
    cpu: str
    memory: str
    price_per_hour: float

    @property
    def size(self) -> Machine:
        """What the machine offers a kubelet."""
        return Machine(self.cpu, self.memory)


CATALOGUE: dict[str, MachineType] = {
    machine.name: machine
    for machine in (
        MachineType("small-1", "1", "2Gi", 0.025),
        MachineType("small-2", "2", "4Gi", 0.050),
        MachineType("standard-2", "2", "8Gi", 0.10),
        MachineType("standard-4", "4", "16Gi", 0.20),
        MachineType("standard-8", "8", "32Gi", 0.40),
        MachineType("standard-16", "16", "64Gi", 0.80),
        MachineType("compute-4", "4", "8Gi", 0.17),
        MachineType("compute-8", "8", "16Gi", 0.34),
        MachineType("compute-16", "16", "32Gi", 0.68),
        MachineType("memory-2", "2", "16Gi", 0.13),
        MachineType("memory-4", "4", "32Gi", 0.26),
        MachineType("memory-8", "8", "64Gi", 0.52),
    )
}


def machine_type(name: str) -> MachineType:
    """One line of the catalogue. Raises ValueError with the lines there are."""
    found = CATALOGUE.get(name)
    if found is None:
        raise UsageError(f'there is no machine type "{name}"; there are {", ".join(CATALOGUE)}')
    return found


def worth(milli_cpu: int, memory: int) -> float:
    """What so much of a machine is worth in an hour, in dollars."""
    cpu, gibibytes = milli_cpu / 1000, memory / GIBIBYTE
    return cpu * CPU_HOUR + gibibytes * GIBIBYTE_HOUR


class PriceList(str):
    """A text that shows itself as it is."""

    def __repr__(self) -> str:
        return str(self)


def price_list() -> PriceList:
    """The catalogue as a table."""
    lines = [f"{'MACHINE TYPE':14}{'CPU':>5}{'MEMORY':>9}{'$/HOUR':>9}"]
    for kind in CATALOGUE.values():
        memory = Quantity.parse(kind.memory).wire()
        lines.append(f"{kind.name:14}{kind.cpu:>5}{memory:>9}{kind.price_per_hour:>9.3f}")
    return PriceList("\n".join(lines))

"""What the machines cost: now, by pool, and over time."""

from __future__ import annotations

from collections.abc import Sequence

from kubelite.api.conditions import pod_finished
from kubelite.api.core_v1 import Node, Pod
from kubelite.apimachinery.struct import Value
from kubelite.cluster.infrastructure.catalogue import worth
from kubelite.cluster.infrastructure.cloud import Charge, Cloud
from kubelite.scheduler.resources import Resource, pod_requests
from kubelite.sim.clock import HOUR

HOURS_A_DAY = 24


class PoolCost(Value):
    """One pool: machines, dollars for an hour, and the share nobody has asked for (0 to 1)."""

    pool: str
    machines: int
    per_hour: float
    idle: float

    @property
    def per_day(self) -> float:
        """Dollars for a day."""
        return self.per_hour * HOURS_A_DAY


class Cost:
    """What the pools cost at this moment; ``spent`` is what they have cost so far, in dollars."""

    def __init__(self, pools: Sequence[PoolCost], spent: float):
        self.pools = tuple(pools)
        self.spent = spent

    @property
    def per_hour(self) -> float:
        """Dollars for an hour."""
        return sum(pool.per_hour for pool in self.pools)

    @property
    def per_day(self) -> float:
        """Dollars for a day."""
        return self.per_hour * HOURS_A_DAY

    @property
    def idle(self) -> float:
        """The share of the money that pays for what no pod has asked for, 0 to 1."""
        total = self.per_hour
        return sum(pool.per_hour * pool.idle for pool in self.pools) / total if total else 0.0

    def __repr__(self) -> str:
        if not self.pools:
            return "no node pools are declared: machines of Cluster(nodes=...) have no price"
        width = max(10, *(len(pool.pool) + 2 for pool in self.pools))
        lines = [f"{'POOL':{width}}{'MACHINES':>9}{'$/HOUR':>9}{'$/DAY':>9}{'IDLE':>7}"]
        total = PoolCost("total", sum(p.machines for p in self.pools), self.per_hour, self.idle)
        for row in (*self.pools, total):
            money = f"{row.per_hour:>9.2f}{row.per_day:>9.2f}"
            lines.append(f"{row.pool:{width}}{row.machines:>9}{money}{row.idle:>7.0%}")
        return "\n".join([*lines, f"spent so far: ${self.spent:.4f}"])


def requested(pods: Sequence[Pod], node: str) -> Resource:
    """What the pods on a node ask for, together."""
    total = Resource()
    for pod in pods:
        if pod.spec.node_name == node and not pod_finished(pod):
            total.add(Resource(pod_requests(pod.spec)))
    return total


def cost(cloud: Cloud, nodes: Sequence[Node], pods: Sequence[Pod], now: int) -> Cost:
    """The cost at this moment."""
    known = {node.metadata.name: node for node in nodes}
    rows = []
    for name in cloud.pools:
        machines = cloud.of(name)
        there = [known[i.name] for i in machines if i.name in known]
        price = sum(i.price for i in machines)
        rows.append(PoolCost(name, len(machines), price, _idle(there, pods, len(machines))))
    return Cost(rows, spent(cloud.charges, now))


def _idle(nodes: Sequence[Node], pods: Sequence[Pod], machines: int) -> float:
    """The share not asked for, cpu and memory weighed by their worth; what boots is idle."""
    if not machines:
        return 0.0
    used = 0.0
    for node in nodes:
        has = Resource.of(node.status.allocatable)
        asked = requested(pods, node.metadata.name)
        used += worth(asked.milli_cpu, asked.memory) / worth(has.milli_cpu, has.memory)
    return 1 - min(used / machines, 1.0)


# DOC: cost-over-time
def spent(charges: Sequence[Charge], until: int, pool: str = "") -> float:
    """Dollars up to a moment: every charge from when it began."""
    mine = [c for c in charges if c.when <= until and pool in ("", c.pool)]
    return sum(charge.per_hour * (until - charge.when) / HOUR for charge in mine)


def rate(charges: Sequence[Charge], when: int, pool: str = "") -> float:
    """Dollars an hour at a moment."""
    return sum(c.per_hour for c in charges if c.when <= when and pool in ("", c.pool))

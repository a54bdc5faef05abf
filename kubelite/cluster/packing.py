"""How well the scheduler packs: the nodes it uses under each profile, and the fewest possible.

The scheduler decides pod by pod and cannot know what comes next; the optimum knows all pods and is
found by trying everything that could still be better (branch and bound), so only for few pods.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kubelite.api.core_v1 import Container, Pod, PodSpec, ResourceRequirements
from kubelite.apimachinery.meta import ObjectMeta
from kubelite.apimachinery.quantity import Quantity
from kubelite.apimachinery.struct import Value
from kubelite.apimachinery.told import UsageError
from kubelite.cluster.infrastructure.pools import NodePool
from kubelite.scheduler.plugins.node_resources_fit import (
    LEAST_ALLOCATED,
    MOST_ALLOCATED,
    REQUESTED_TO_CAPACITY_RATIO,
    ScoringStrategy,
)
from kubelite.scheduler.profile import Framework, Profile
from kubelite.scheduler.resources import Resource
from kubelite.scheduler.schedule_one import schedule
from kubelite.scheduler.snapshot import Snapshot
from kubelite.scheduler.types import PodInfo

MOST_PODS = 24
"""More are too many for an exact search."""

OTHERS = ("NodeResourcesBalancedAllocation", "PodTopologySpread", "ImageLocality")
FULL_IS_BEST = ((0, 0), (100, 10))

PROFILES: dict[str, Profile] = {
    strategy.type: Profile(disabled=OTHERS, scoring_strategy=strategy)
    for strategy in (
        ScoringStrategy(LEAST_ALLOCATED),
        ScoringStrategy(MOST_ALLOCATED),
        ScoringStrategy(REQUESTED_TO_CAPACITY_RATIO, shape=FULL_IS_BEST),
    )
}
"""The three strategies, with nothing but NodeResourcesFit to score."""

Size = tuple[int, int]
"""Milli cpu and bytes."""


class Packing(Value):
    """How many nodes each profile used, and the ``optimum``."""

    used: Mapping[str, int]
    optimum: int

    def __repr__(self) -> str:
        width = max(len(name) for name in self.used) + 2
        lines = [f"{'PROFILE':{width}}{'NODES':>6}{'WASTE':>7}"]
        for name, nodes in (*self.used.items(), ("optimum", self.optimum)):
            waste = nodes / self.optimum - 1 if self.optimum else 0.0
            lines.append(f"{name:{width}}{nodes:>6}{waste:>7.0%}")
        return "\n".join(lines)


# DOC: packing
def compare(pods: Sequence[tuple[str, str]], machine_type: str = "standard-4") -> Packing:
    """Place pods of these requests (cpu, memory) in this order, under each profile.

    There is a node for every pod, so that nobody has to wait. Raises ValueError for more than
    24 pods, or one that fits on no node.
    """
    pool = NodePool("node", machine_type=machine_type)
    has = Resource.of(pool.template("node").status.allocatable)
    made = [_pod(f"pod-{number}", *size) for number, size in enumerate(pods)]
    sizes = [(i.needs.requests.milli_cpu, i.needs.requests.memory) for i in map(PodInfo, made)]
    best = optimum(sizes, (has.milli_cpu, has.memory))
    used = {name: nodes_used(made, pool, profile) for name, profile in PROFILES.items()}
    return Packing(used, best)


def nodes_used(pods: Sequence[Pod], pool: NodePool, profile: Profile) -> int:
    """How many machines of a pool the scheduler uses for these pods, one after another."""
    framework = Framework(profile)
    snapshot = Snapshot.of(pool.template(f"{pool.name}-{n}") for n in range(len(pods)))
    for pod in pods:
        info = PodInfo(pod)
        info.node_name = schedule(info, snapshot, framework).node
        snapshot.add_pod(info)
    return sum(bool(node.pods) for node in snapshot.nodes)


# DOC: packing-optimum
def optimum(sizes: Sequence[Size], capacity: Size) -> int:
    """The fewest nodes of one capacity that hold everything. Raises ValueError."""
    if len(sizes) > MOST_PODS:
        raise UsageError(f"an exact search is for {MOST_PODS} pods at most, not {len(sizes)}")
    cpu, memory = capacity
    if any(c > cpu or m > memory for c, m in sizes):
        raise UsageError("a pod is larger than a node")
    ordered = sorted(sizes, key=lambda s: -max(s[0] / cpu, s[1] / memory))
    least = max(
        -(-sum(c for c, _ in sizes) // cpu),
        -(-sum(m for _, m in sizes) // memory),
    )
    return _search(ordered, 0, [], capacity, len(sizes), least)


def _search(
    sizes: Sequence[Size], place: int, free: list[Size], capacity: Size, best: int, least: int
) -> int:
    """The best way to place the rest, given the room left on the nodes that are open."""
    if len(free) >= best or best == least:
        return best
    if place == len(sizes):
        return len(free)
    cpu, memory = sizes[place]
    for room in sorted(set(free)):
        if room[0] >= cpu and room[1] >= memory:
            rest = list(free)
            rest[rest.index(room)] = (room[0] - cpu, room[1] - memory)
            best = _search(sizes, place + 1, rest, capacity, best, least)
    opened = [*free, (capacity[0] - cpu, capacity[1] - memory)]
    return _search(sizes, place + 1, opened, capacity, best, least)


def _pod(name: str, cpu: str, memory: str) -> Pod:
    requests = {"cpu": Quantity.parse(cpu), "memory": Quantity.parse(memory)}
    container = Container(name="main", resources=ResourceRequirements(requests=requests))
    meta = ObjectMeta(name=name, namespace="default", uid=name)
    return Pod(metadata=meta, spec=PodSpec(containers=(container,)))

"""Whether a node has room for what the pod asks, and how full it would be then.

The strategy says which way scores go: LeastAllocated (the default) spreads pods over nodes,
MostAllocated packs them, RequestedToCapacityRatio follows a curve of your own.
Models ``pkg/scheduler/framework/plugins/noderesources`` (fit.go, least_allocated.go,
most_allocated.go, requested_to_capacity_ratio.go).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from kubelite.api.core_v1 import Node, Pod
from kubelite.apimachinery.struct import Value
from kubelite.scheduler.framework import (
    MAX_NODE_SCORE,
    NODE_ADD,
    NODE_ALLOCATABLE,
    POD_DELETE,
    POD_SCALE_DOWN,
    UNSCHEDULABLE,
    UNSCHEDULABLE_AND_UNRESOLVABLE,
    CycleState,
    Hint,
    Status,
)
from kubelite.scheduler.resources import CPU, EPHEMERAL_STORAGE, MEMORY, PODS, Resource
from kubelite.scheduler.types import NodeInfo, PodInfo

LEAST_ALLOCATED = "LeastAllocated"
MOST_ALLOCATED = "MostAllocated"
REQUESTED_TO_CAPACITY_RATIO = "RequestedToCapacityRatio"

MAX_SHAPE_SCORE = 10


class ScoringStrategy(Value):
    """How NodeResourcesFit scores: a type, weights of resources, and for the ratio a curve.

    ``shape`` is pairs of utilisation (0 to 100, rising) and score (0 to 10).
    """

    type: str = LEAST_ALLOCATED
    resources: tuple[tuple[str, int], ...] = ((CPU, 1), (MEMORY, 1))
    shape: tuple[tuple[int, int], ...] = ()


DEFAULT_STRATEGY = ScoringStrategy()

Scorer = Callable[[int, int], int]
"""scorer(requested, capacity) -> 0 to 100, for one resource."""


def least_requested(requested: int, capacity: int) -> int:
    """The emptier the better."""
    return (capacity - requested) * MAX_NODE_SCORE // capacity if requested <= capacity else 0


def most_requested(requested: int, capacity: int) -> int:
    """The fuller the better."""
    return min(requested, capacity) * MAX_NODE_SCORE // capacity


def ratio_scorer(shape: tuple[tuple[int, int], ...]) -> Scorer:
    """Straight lines between the points of ``shape``, level beyond them."""
    points = [(used, score * MAX_NODE_SCORE // MAX_SHAPE_SCORE) for used, score in shape]

    def scorer(requested: int, capacity: int) -> int:
        used = requested * 100 // capacity if requested <= capacity else 100
        left, low = points[0]
        if used <= left:
            return low
        for right, high in points[1:]:
            if used <= right:
                # Go divides towards zero, also on the way down.
                return low + int((high - low) * (used - left) / (right - left))
            left, low = right, high
        return low

    return scorer


class NodeResourcesFit:
    """Filter, Score."""

    name = "NodeResourcesFit"
    filter_by_spec = True
    score_by_spec = score_by_requests = True

    def __init__(self, strategy: ScoringStrategy = DEFAULT_STRATEGY):
        self.strategy = strategy
        self.events: Mapping[str, Hint] = {
            NODE_ADD: self.fits_now,
            NODE_ALLOCATABLE: self.fits_now,
            POD_DELETE: self.room_made,
            POD_SCALE_DOWN: self.room_made,
        }
        self._scorer: Scorer = {
            LEAST_ALLOCATED: least_requested,
            MOST_ALLOCATED: most_requested,
        }.get(strategy.type) or ratio_scorer(strategy.shape)
        self._rounds = strategy.type == REQUESTED_TO_CAPACITY_RATIO

    # DOC: scheduler-fit
    def filter(self, state: CycleState, pod: PodInfo, node: NodeInfo) -> Status | None:
        """Refuse nodes where something would run out."""
        free, asked, used = node.allocatable, pod.needs.requests, node.requested
        if (
            len(node.pods) < free.allowed_pod_number
            and (not asked.milli_cpu or asked.milli_cpu + used.milli_cpu <= free.milli_cpu)
            and (not asked.memory or asked.memory + used.memory <= free.memory)
            and not asked.ephemeral_storage
            and not asked.scalar
        ):
            return None
        short = self.insufficient(asked, node)
        if not short:
            return None
        # What is more than the whole node has, no eviction can provide.
        hopeless = any(name != PODS and asked.get(name) > free.get(name) for name in short)
        code = UNSCHEDULABLE_AND_UNRESOLVABLE if hopeless else UNSCHEDULABLE
        reasons = ["Too many pods" if name == PODS else f"Insufficient {name}" for name in short]
        return Status(code, tuple(reasons), self.name)

    def insufficient(self, asked: Resource, node: NodeInfo) -> list[str]:
        """The resources that would run out, in upstream's order."""
        short = [PODS] if len(node.pods) + 1 > node.allocatable.allowed_pod_number else []
        for name in (CPU, MEMORY, EPHEMERAL_STORAGE, *asked.scalar):
            want = asked.get(name)
            if want and want > node.allocatable.get(name) - node.requested.get(name):
                short.append(name)
        return short

    def score(self, state: CycleState, pod: PodInfo, node: NodeInfo) -> int:
        """How full the node would be, weighted over the resources of the strategy."""
        total = weights = 0
        scorer, capacity = self._scorer, node.allocatable
        cpu, memory = pod.needs.non_zero
        for name, weight in self.strategy.resources:
            if name == CPU:
                has, asked = capacity.milli_cpu, node.non_zero_cpu + cpu
            elif name == MEMORY:
                has, asked = capacity.memory, node.non_zero_memory + memory
            else:
                want = pod.needs.requests.get(name)
                # A device the pod does not want says nothing about the node.
                has = capacity.get(name) if want or name == EPHEMERAL_STORAGE else 0
                asked = node.requested.get(name) + want
            if has:
                score = scorer(asked, has)
                total += score * weight
                weights += weight if score or not self._rounds else 0
        if not weights:
            return 0
        return int(total / weights + 0.5) if self._rounds else total // weights

    def fits_now(self, pod: PodInfo, old: Node | None, new: Node) -> bool:
        """Hint: the pod would fit on the node if it were empty, and the node has grown."""
        node = NodeInfo(new.metadata.name)
        node.set_node(new)
        asked = pod.needs.requests
        if self.insufficient(asked, node):
            return False
        if old is None:
            return True
        before, now = Resource.of(old.status.allocatable), node.allocatable
        wanted = (CPU, MEMORY, EPHEMERAL_STORAGE, *asked.scalar)
        return now.allowed_pod_number > before.allowed_pod_number or any(
            asked.get(name) and now.get(name) > before.get(name) for name in wanted
        )

    def room_made(self, pod: PodInfo, old: Pod, new: Pod | None) -> bool:
        """Hint: a pod on a node has gone or asks for less."""
        return True

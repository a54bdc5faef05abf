"""Even out the nodes (LowNodeUtilization), or empty those that are hardly used (High...).

Utilisation is what pods ask for, in percent of what a node can give. Models
pkg/framework/plugins/nodeutilization.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kubelite.api.core_v1 import Node, Pod
from kubelite.api.tolerations import tolerates
from kubelite.apimachinery.told import UsageError
from kubelite.descheduler.evictor import Evictor, Scene
from kubelite.scheduler.resources import CPU, MEMORY, PODS, amounts_of, pod_requests

LOW, HIGH = "LowNodeUtilization", "HighNodeUtilization"
QOS = ("BestEffort", "Burstable", "Guaranteed")

Amounts = dict[str, int]


class NodeUsage:
    """A node, what it has and what its pods ask for."""

    def __init__(self, node: Node, pods: Sequence[Pod], resources: Sequence[str]):
        self.node = node
        self.name = node.metadata.name
        self.pods = pods
        has = amounts_of(node.status.allocatable or node.status.capacity)
        self.has: Amounts = {name: has.get(name, 0) for name in resources}
        self.used: Amounts = dict.fromkeys(resources, 0)
        for pod in pods:
            self.take(pod, 1)

    def take(self, pod: Pod, sign: int) -> None:
        """Count one pod more, or with -1 one less."""
        for name, amount in asked(pod, list(self.used)).items():
            self.used[name] += sign * amount

    def percent(self, name: str) -> float:
        """How much of one resource is asked for."""
        return 100 * self.used[name] / self.has[name] if self.has[name] else 0.0

    def below(self, thresholds: Mapping[str, float]) -> bool:
        """Whether every resource is at its threshold or below."""
        return all(self.percent(name) <= limit for name, limit in thresholds.items())

    def above(self, thresholds: Mapping[str, float]) -> bool:
        """Whether any resource is above its threshold."""
        return any(self.percent(name) > limit for name, limit in thresholds.items())

    def limit(self, name: str, thresholds: Mapping[str, float]) -> int:
        """How much of a resource may be used; all of it without a threshold."""
        return int(self.has[name] * thresholds.get(name, 100) / 100)

    @property
    def total(self) -> int:
        """What nodes are ordered by: all amounts added up, so memory decides."""
        return sum(self.used.values())


def asked(pod: Pod, resources: Sequence[str]) -> Amounts:
    """What one pod counts for."""
    requests = pod_requests(pod.spec)
    return {name: 1 if name == PODS else requests.get(name, 0) for name in resources}


# DOC: low-node-utilization
def balance_low(scene: Scene, evictor: Evictor, args: Mapping[str, Any]) -> None:
    """Evict from nodes above ``targetThresholds`` while there are some below ``thresholds``."""
    low, high = _thresholds(args, LOW, "thresholds"), _thresholds(args, LOW, "targetThresholds")
    usages = _usages(scene, low)
    under = [u for u in usages if not u.node.spec.unschedulable and u.below(low)]
    over = [u for u in usages if u not in under and u.above(high)]
    if _nothing_to_do(under, over, usages, args):
        return

    def go_on(usage: NodeUsage, room: Amounts) -> bool:
        too_much = any(usage.used[name] > usage.limit(name, high) for name in usage.used)
        return too_much and all(amount > 0 for amount in room.values())

    over.sort(key=lambda usage: -usage.total)
    _evict_from(over, under, high, evictor, LOW, go_on)


# DOC: high-node-utilization
def balance_high(scene: Scene, evictor: Evictor, args: Mapping[str, Any]) -> None:
    """Evict from nodes below ``thresholds``, as long as the others have room for their pods."""
    given = _thresholds(args, HIGH, "thresholds")
    limits = {CPU: 100, MEMORY: 100, PODS: 100, **given}
    usages = _usages(scene, limits)
    sources = [usage for usage in usages if usage.below(limits)]
    others = [u for u in usages if not u.node.spec.unschedulable and not u.below(limits)]
    if _nothing_to_do(sources, others, usages, args):
        return

    def go_on(usage: NodeUsage, room: Amounts) -> bool:
        return all(amount > 0 for amount in room.values())

    sources.sort(key=lambda usage: usage.total)
    _evict_from(sources, others, {}, evictor, HIGH, go_on)


def _thresholds(args: Mapping[str, Any], strategy: str, name: str) -> dict[str, float]:
    found = args.get(name) or {}
    if not found:
        raise UsageError(f'{strategy} needs {name}, such as {{"cpu": 20, "memory": 20}} (percent)')
    wrong = [key for key, limit in found.items() if not 0 <= limit <= 100]
    if wrong:
        raise UsageError(f"{', '.join(wrong)} threshold not in [0, 100] range")
    return dict(found)


def _usages(scene: Scene, thresholds: Mapping[str, float]) -> list[NodeUsage]:
    resources = list(dict.fromkeys((*thresholds, CPU, MEMORY, PODS)))
    return [NodeUsage(node, scene.on[node.metadata.name], resources) for node in scene.nodes]


def _nothing_to_do(
    under: Sequence[NodeUsage],
    over: Sequence[NodeUsage],
    usages: Sequence[NodeUsage],
    args: Mapping[str, Any],
) -> bool:
    least = args.get("numberOfNodes", 0)
    return not under or len(under) <= least or len(under) == len(usages) or not over


def _evict_from(
    sources: Sequence[NodeUsage],
    targets: Sequence[NodeUsage],
    thresholds: Mapping[str, float],
    evictor: Evictor,
    strategy: str,
    go_on: Callable[[NodeUsage, Amounts], bool],
) -> None:
    """The least important pods first, until the targets are full or the source is right."""
    names = list(targets[0].used)
    room = {n: sum(t.limit(n, thresholds) - t.used[n] for t in targets) for n in names}
    taints = [target.node.spec.taints for target in targets]
    for source in sources:
        for pod in sorted(filter(evictor.evictable, source.pods), key=_importance):
            if not go_on(source, room):
                break
            welcome = any(
                all(
                    taint.effect == "PreferNoSchedule"
                    or any(tolerates(t, taint) for t in pod.spec.tolerations)
                    for taint in found
                )
                for found in taints
            )
            if welcome and evictor.has_elsewhere(pod) and evictor.evict(pod, strategy):
                source.take(pod, -1)
                for name, amount in asked(pod, names).items():
                    room[name] -= amount


def _importance(pod: Pod) -> tuple[int, int]:
    quality = pod.status.qos_class
    return pod.spec.priority or 0, QOS.index(quality) if quality in QOS else 0

"""Node pressure: when a machine runs short of memory, the kubelet ends pods before the kernel does.

Every 10 s the memory that is left is compared with the hard threshold of 100Mi; below it one pod
is ended, that which uses most beyond its request. The node says MemoryPressure until five minutes
after it was last so. Models ``pkg/kubelet/eviction`` (eviction_manager.go, helpers.go) with the
default threshold for memory. Amounts are bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kubelite.api.core_v1 import Container, Node, Pod, PodCondition, Taint
from kubelite.api.qos import qos_class
from kubelite.api.tolerations import tolerates
from kubelite.apimachinery.quantity import BINARY_SI, Quantity
from kubelite.apimachinery.struct import Value
from kubelite.apimachinery.times import Time
from kubelite.kubelet.node_status import EVICTION_HARD
from kubelite.kubelet.predicates import Refusal
from kubelite.sim.clock import MINUTE, SECOND

if TYPE_CHECKING:
    from kubelite.kubelet.kubelet import Kubelet
    from kubelite.kubelet.podworkers import PodWorker

PRESSURE_TRANSITION_PERIOD = 5 * MINUTE
EVICTION_GRACE = 1 * SECOND
SYSTEM_CRITICAL_PRIORITY = 2_000_000_000
EVICTED = "Evicted"

MEMORY_PRESSURE = Taint(key="node.kubernetes.io/memory-pressure", effect="NoSchedule")


def system_memory(capacity: int) -> int:
    """What the machine's own processes use, kubelet and kernel included."""
    return capacity // 64


class Victim(Value):
    """A pod as eviction sees it: what its containers use, by name."""

    worker: PodWorker
    used: tuple[tuple[str, int], ...]

    @property
    def pod(self) -> Pod:
        """The pod."""
        return self.worker.pod

    @property
    def beyond(self) -> int:
        """How much more it uses than it has asked for."""
        asked = sum(_request(container) for container in self.pod.spec.containers)
        return sum(amount for _, amount in self.used) - asked


def _request(container: Container) -> int:
    asked = container.resources.requests.get("memory")
    return asked.value if asked is not None else 0


# DOC: eviction-ranking
def ranked(victims: Sequence[Victim]) -> list[Victim]:
    """Who goes first: those beyond their requests, the less important, those furthest beyond."""

    def order(victim: Victim) -> tuple[bool, int, int]:
        return victim.beyond <= 0, victim.pod.spec.priority or 0, -victim.beyond

    return sorted(victims, key=order)


def eviction_message(victim: Victim, available: int) -> str:
    """Why a pod was ended, in upstream's words."""
    left = Quantity.of(available // 1024 * 1024, BINARY_SI)
    text = "The node was low on resource: memory. "
    text += f"Threshold quantity: {EVICTION_HARD}, available: {left}. "
    known = {container.name: container for container in victim.pod.spec.containers}
    for name, amount in victim.used:
        container = known.get(name)
        if container is not None and amount > _request(container):
            asked = container.resources.requests.get("memory", "0")
            used = Quantity.of(amount // 1024 * 1024, BINARY_SI)
            text += f"Container {name} was using {used}, request is {asked}, "
            text += "has larger consumption of memory. "
    return text


class EvictionManager:
    """Watches one node's memory. ``pressed``: the node says that it is under pressure."""

    def __init__(self, kubelet: Kubelet):
        self._kubelet = kubelet
        self._short_at: int | None = None  # when memory was last short
        self.pressed = False

    # DOC: eviction-synchronize
    def synchronize(self, node: Node) -> bool:
        """Look at the memory that is left, and act; whether the node is under pressure."""
        capacity = node.status.capacity["memory"].value
        used = system_memory(capacity) + self._kubelet.runtime.memory_in_use()
        available = capacity - used
        short = available < EVICTION_HARD.value < capacity
        if not short and self._short_at is None:
            return False
        now = self._kubelet.clock.now
        if short:
            self._short_at = now
        before = self.pressed
        self.pressed = now - (self._short_at or 0) < PRESSURE_TRANSITION_PERIOD
        if not self.pressed:
            self._short_at = None
        if before != self.pressed:
            self._tell(node)
        if short:
            self._reclaim(node, available)
        return self.pressed

    def forget(self) -> None:
        """The kubelet starts anew."""
        self._short_at, self.pressed = None, False

    def refuses(self, pod: Pod) -> Refusal | None:
        """Under pressure nobody comes in who has promised nothing."""
        important = (pod.spec.priority or 0) >= SYSTEM_CRITICAL_PRIORITY
        if important or qos_class(pod.spec) != "BestEffort":
            return None
        if any(tolerates(each, MEMORY_PRESSURE) for each in pod.spec.tolerations):
            return None
        return Refusal(EVICTED, "The node had condition: [MemoryPressure]. ")

    def _tell(self, node: Node) -> None:
        reason = "NodeHasInsufficientMemory" if self.pressed else "NodeHasSufficientMemory"
        name = node.metadata.name
        self._kubelet.node_event(node, "Normal", reason, f"Node {name} status is now: {reason}")

    def _reclaim(self, node: Node, available: int) -> None:
        text = "Attempting to reclaim memory"
        self._kubelet.node_event(node, "Warning", "EvictionThresholdMet", text)
        for victim in ranked(self._candidates()):
            if (victim.pod.spec.priority or 0) >= SYSTEM_CRITICAL_PRIORITY:
                continue
            message = eviction_message(victim, available)
            self._kubelet.event(victim.pod, "Warning", EVICTED, message)
            target = PodCondition(
                type="DisruptionTarget",
                status="True",
                reason="TerminationByKubelet",
                message=message,
                observed_generation=victim.pod.metadata.generation,
                last_transition_time=Time(self._kubelet.clock.now // SECOND * SECOND),
            )
            looked = self._kubelet.clock.cause
            self._kubelet.note(victim.pod, "evict", message.strip())
            victim.worker.evict(EVICTED, message, target, EVICTION_GRACE)
            self._kubelet.clock.cause = looked
            return

    def _candidates(self) -> list[Victim]:
        memory_of = self._kubelet.runtime.memory_of
        found = [
            Victim(worker, memory_of(worker.uid))
            for worker in self._kubelet.workers.values()
            if worker.syncing
        ]
        return [victim for victim in found if victim.used]

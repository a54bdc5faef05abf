"""A machine is told to shut down: its pods end first, within a time, the critical ones last.

Models ``pkg/kubelet/nodeshutdown/nodeshutdown_manager_linux.go``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kubelite.api.core_v1 import Node, NodeCondition
from kubelite.apimachinery.struct import replace
from kubelite.apimachinery.times import Time
from kubelite.kubelet.predicates import Refusal
from kubelite.sim.clock import Timer

if TYPE_CHECKING:
    from kubelite.kubelet.kubelet import Kubelet
    from kubelite.kubelet.podworkers import PodWorker

SYSTEM_CRITICAL = 2_000_000_000
"""The priority from which on a pod is critical."""

REASON = "Terminated"
MESSAGE = "Pod was terminated in response to imminent node shutdown."
REFUSED = Refusal("NodeShutdown", "Pod was rejected as the node is shutting down.")


# DOC: node-shutdown
def shut_down(kubelet: Kubelet, grace: int, critical: int, then: Callable[[], object]) -> None:
    """End all pods of the node, then call ``then``.

    ``grace`` is shutdownGracePeriod and ``critical`` the part of it that is kept for critical
    pods, shutdownGracePeriodCriticalPods, in microseconds.
    """
    workers = [worker for worker in kubelet.workers.values() if worker.syncing]
    important = [w for w in workers if (w.pod.spec.priority or 0) >= SYSTEM_CRITICAL]
    others = [w for w in workers if w not in important]
    _end(kubelet, others, grace - critical, lambda: _end(kubelet, important, critical, then))


def _end(
    kubelet: Kubelet, workers: list[PodWorker], grace: int, then: Callable[[], object]
) -> None:
    """End these pods; go on when they have, or when their time is over."""
    clock, left = kubelet.clock, len(workers)
    timer: Timer = clock.after(grace, lambda: go_on())

    def go_on() -> None:
        nonlocal left
        if left >= 0:
            left = -1
            timer.cancel()
            then()

    def ended() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            go_on()

    for worker in workers:
        worker.shut_down(REASON, MESSAGE, grace, ended)
    if not workers:
        go_on()


def not_ready(node: Node, now: int) -> Node:
    """The node's object, no longer Ready because it is shutting down."""
    before = next((c for c in node.status.conditions if c.type == "Ready"), None)
    known = before is not None and before.status == "False"
    condition = NodeCondition(
        type="Ready",
        status="False",
        last_heartbeat_time=Time(now),
        last_transition_time=before.last_transition_time if before and known else Time(now),
        reason="KubeletNotReady",
        message="node is shutting down",
    )
    others = [c for c in node.status.conditions if c.type != "Ready"]
    return replace(node, status=replace(node.status, conditions=(*others, condition)))

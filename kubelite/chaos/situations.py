"""What a run over many seeds must have met: otherwise it has proved little.

Counted by ``reach``, by whoever sees it: faults, the wire, and ``notice``, which sees every write.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kubelite.api.conditions import node_ready, pod_ready
from kubelite.chaos.plan import Injected
from kubelite.chaos.replay import Replay

# DOC: chaos-situations
SITUATIONS: tuple[str, ...] = (
    "a request was refused with 429",
    "an update was refused with 409 Conflict",
    "a watch was refused with 410 Gone",
    "a watch lost an event and went on later",
    "a bind was done and nobody heard of it",
    "an image could not be pulled",
    "a container died",
    "a container was started again",
    "a node was cut off from the server",
    "a node stopped being Ready",
    "a Ready pod was marked not ready",
    "a pod was evicted from a node",
    "a pod lost its labels",
    "a rollout interrupted a rollout",
    "a Deployment was scaled during a rollout",
    "kube-controller-manager died",
    "kube-scheduler died",
    "kubelet died",
    "three faults within a second",
)
"""Each must be reached by some seed of a long run of the standard workload."""


def notice(replay: Replay, reach: Callable[[str], None]) -> None:
    """Look at one write."""
    new, old = replay.new, replay.old
    if new is None or old is None:
        return
    if replay.resource == "pods":
        if pod_ready(old) and not pod_ready(new) and replay.component == "node-controller":
            reach("a Ready pod was marked not ready")
        leaving = old.metadata.deletion_timestamp is None is not new.metadata.deletion_timestamp
        if leaving and replay.component == "taint-eviction-controller":
            reach("a pod was evicted from a node")
        before = sum(c.restart_count for c in old.status.container_statuses)
        if sum(c.restart_count for c in new.status.container_statuses) > before:
            reach("a container was started again")
    elif replay.resource == "nodes":
        if node_ready(old) and not node_ready(new):
            reach("a node stopped being Ready")
    elif replay.resource == "deployments.apps" and new.spec is not old.spec:
        busy = old.status.updated_replicas != (old.spec.replicas or 0)
        if busy and new.spec.template != old.spec.template:
            reach("a rollout interrupted a rollout")
        if busy and new.spec.replicas != old.spec.replicas:
            reach("a Deployment was scaled during a rollout")


def count_faults(faults: Sequence[Injected], reach: Callable[[str], None]) -> None:
    """Count each kind, and crowds of them."""
    for fault in faults:
        reach(f"fault: {fault.fault}")
    for first, third in zip(faults, faults[2:], strict=False):
        if third.when - first.when < 1_000_000:
            reach("three faults within a second")
            return

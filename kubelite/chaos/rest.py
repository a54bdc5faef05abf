"""What must be true once nothing goes wrong any more and time has passed: liveness."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kubelite.api.conditions import is_true, node_ready, pod_active, pod_finished, pod_ready
from kubelite.chaos.concerns import AT_THE_END
from kubelite.chaos.difference import the_end_is_as_without_faults
from kubelite.chaos.invariants import Invariant
from kubelite.chaos.invariants_of_history import queues_are_empty
from kubelite.chaos.replay import Replay
from kubelite.client import Informer
from kubelite.client.informer import key_of
from kubelite.cluster import Cluster
from kubelite.sim.clock import SECOND
from kubelite.sim.trace import Entry

_SIGNS_OF_LIFE = ("leases.coordination.k8s.io", "events", "nodes")


def writes_since(cluster: Cluster, when: int) -> list[Entry]:
    """What was written after a moment, signs of life left out."""
    found: list[Entry] = []
    for write in reversed(cluster.trace.writes):
        if write.when <= when:
            break
        if write.subject[0] not in _SIGNS_OF_LIFE:
            found.append(write)
    return found[::-1]


def workloads_are_as_asked(replay: Replay) -> Iterator[str]:
    """37. Deployments, ReplicaSets, StatefulSets and DaemonSets have what was asked for, ready."""
    for resource in ("deployments.apps", "replicasets.apps", "statefulsets.apps"):
        for key, owner in replay.of(resource).items():
            wanted, status = owner.spec.replicas or 0, owner.status
            ready = status.ready_replicas
            if not wanted == status.replicas == ready == status.available_replicas:
                yield f"{key} has {status.replicas} pods, {ready} of them ready, of {wanted}"
            if resource != "replicasets.apps" and status.updated_replicas != wanted:
                yield f"{key} has {status.updated_replicas} of {wanted} in its newest version"
            if status.observed_generation < owner.metadata.generation:
                yield f"{key} has changed unseen"
    for key, owner in replay.of("daemonsets.apps").items():
        status = owner.status
        wanted = sum(1 for node in replay.of("nodes").values() if not node.spec.taints)
        if not wanted == status.number_ready == status.updated_number_scheduled:
            yield f"{key} has {status.number_ready} ready pods of {wanted}"


def replica_sets_have_their_pods(replay: Replay) -> Iterator[str]:
    """37. Each ReplicaSet has exactly as many pods as were asked of it."""
    for key, owner in replay.of("replicasets.apps").items():
        uid = owner.metadata.uid
        have = sum(
            any(o.uid == uid and o.controller for o in pod.metadata.owner_references)
            for pod in replay.of("pods").values()
            if not pod_finished(pod)
        )
        if have != (owner.spec.replicas or 0):
            yield f"{key} has {have} pods of {owner.spec.replicas or 0}"


def jobs_are_over(replay: Replay) -> Iterator[str]:
    """30. Each Job that is not suspended is complete or has failed, by its pods."""
    for key, job in replay.of("jobs.batch").items():
        over = is_true(job, "Complete") or is_true(job, "Failed")
        if not over and not job.spec.suspend:
            yield f"{key} is not over"
        if is_true(job, "Complete") and job.status.succeeded != (job.spec.completions or 1):
            yield f"{key} counts {job.status.succeeded} of {job.spec.completions}"
        if over and job.status.active:
            yield f"{key} is over and has {job.status.active} active pods"


def every_pod_has_a_node(replay: Replay) -> Iterator[str]:
    """22. No pod waits for a node."""
    for key, pod in replay.of("pods").items():
        if not pod.spec.node_name and not pod_finished(pod):
            yield f"{key} waits for a node"


def pods_run_or_have_ended(replay: Replay) -> Iterator[str]:
    """39. Every pod is ready or has ended, on a node that is there; none is on its way out."""
    for key, pod in replay.of("pods").items():
        if pod.metadata.deletion_timestamp is not None:
            yield f"{key} does not end"
        elif pod_active(pod) and not pod_ready(pod):
            yield f"{key} is {pod.status.phase} and not ready"
        if pod.spec.node_name and f"/registry/nodes/{pod.spec.node_name}" not in replay.of("nodes"):
            yield f"{key} is on a node that is gone"


def nodes_are_ready(replay: Replay) -> Iterator[str]:
    """39. Every machine that has power is a Ready node, and carries no taint of a bad day."""
    for name, worker in replay.cluster.workers.items():
        node = replay.of("nodes").get(f"/registry/nodes/{name}")
        if node is None:
            if worker.powered:
                yield f"/registry/nodes/{name} is not there"
        elif worker.powered and not node_ready(node):
            yield f"/registry/nodes/{name} is not Ready"
        elif any(taint.key.startswith("node.kubernetes.io/not-") for taint in node.spec.taints):
            yield f"/registry/nodes/{name} is still tainted"


def namespaces_end(replay: Replay) -> Iterator[str]:
    """38. A namespace that is being deleted is empty soon, and gone."""
    for key, namespace in replay.of("namespaces").items():
        if namespace.metadata.deletion_timestamp is not None:
            yield f"{key} does not end"


def runtimes_hold_only_pods_of_their_node(replay: Replay) -> Iterator[str]:
    """23. A node runs what is bound to it, and nothing else."""
    there: dict[str, dict[str, str]] = {}
    for key, pod in replay.of("pods").items():
        there.setdefault(pod.spec.node_name, {})[pod.metadata.uid] = key
    for name, worker in replay.cluster.workers.items():
        mine = there.get(name, {})
        for uid in worker.runtime.pods():
            if uid not in mine and worker.runtime.containers(uid):
                yield f"{name} runs containers of a pod that is gone: {uid}"
        for uid, key in mine.items():
            pod = replay.of("pods")[key]
            if pod_ready(pod) and not worker.runtime.containers(uid):
                yield f"{key} is said to be ready, and {name} runs none of its containers"


def copies_equal_the_store(replay: Replay) -> Iterator[str]:
    """11. Every informer's copy equals what is stored, but for what is on its way."""
    settled = replay.cluster.clock.now - SECOND
    for informer in informers(replay.cluster):
        if not informer.synced:
            yield f"the copy of {informer.resource} was never filled"
            continue
        held, stored = len(informer.items()), replay.of(informer.resource)
        for obj in informer.items():
            where = f"/registry/{informer.resource}/{key_of(obj)}"
            found = stored.get(where)
            if version(found) != version(obj) and replay.written.get(where, 0) < settled:
                yield f"{where} is {version(obj)} in a copy and {version(found)} in the store"
        if not informer.selective and held != len(stored) and replay.when < settled:
            yield f"a copy of {informer.resource} has {held} of {len(stored)}"


def version(obj: Any) -> str:
    """The resourceVersion, or "none" of what is not there."""
    return "none" if obj is None else str(obj.metadata.resource_version)


def informers(cluster: Cluster) -> Iterator[Informer]:
    """Every copy that is kept of anything."""
    yield from cluster._control_plane.controllers._informers.values()
    yield from cluster.scheduler._informers()
    for worker in cluster.workers.values():
        if worker.powered:
            yield from (worker.kubelet._pods, worker.kubelet._node)
    world = cluster._world
    yield from (world.slices, world.services.informer, world.policies, world.ingresses)


AT_REST: tuple[Invariant, ...] = (
    workloads_are_as_asked,
    replica_sets_have_their_pods,
    jobs_are_over,
    every_pod_has_a_node,
    pods_run_or_have_ended,
    nodes_are_ready,
    namespaces_end,
    runtimes_hold_only_pods_of_their_node,
    copies_equal_the_store,
    queues_are_empty,
    *AT_THE_END,
)

AT_LAST: tuple[Invariant, ...] = (*AT_REST, the_end_is_as_without_faults)
"""What is asked when all has been silent."""

"""Emptying a machine before it is worked on: cordon, drain, uncordon.

Drain asks for evictions, so disruption budgets are kept: who is refused is asked for again five
seconds later. Models k8s.io/kubectl/pkg/drain and k8s.io/kubectl/pkg/cmd/drain.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from kubelite.api.conditions import pod_finished
from kubelite.api.core_v1 import Pod
from kubelite.api.meta_v1 import DeleteOptions
from kubelite.api.policy_v1 import Eviction
from kubelite.apimachinery.meta import ObjectMeta
from kubelite.apimachinery.rest import MERGE_PATCH, Request
from kubelite.apimachinery.struct import Value
from kubelite.apimachinery.times import SECOND
from kubelite.apimachinery.told import TimedOut, Told
from kubelite.controllers.base import controller_of

if TYPE_CHECKING:
    from kubelite.cluster.cluster import Cluster

RETRY_SECONDS = 5
POLL_SECONDS = 1
MIRROR_POD = "kubernetes.io/config.mirror"

DAEMON_SET = "DaemonSet-managed Pods (use --ignore-daemonsets to ignore)"
LOCAL_STORAGE = "Pods with local storage (use --delete-emptydir-data to override)"
UNMANAGED = "Pods that declare no controller (use --force to override)"


class DrainError(Told, RuntimeError):
    """The machine could not be emptied; the text says which pods are in the way and why."""


class DrainOptions(Value):
    """kubectl's flags. A ``grace_period`` of -1 leaves each pod its own."""

    force: bool = False
    ignore_daemonsets: bool = True
    delete_emptydir_data: bool = False
    grace_period: int = -1
    timeout: float = 600


class DrainReport(tuple[str, ...]):
    """What kubectl prints, line by line."""

    def __repr__(self) -> str:
        return "\n".join(self)


def cordon(cluster: Cluster, name: str, unschedulable: bool = True) -> str:
    """Close a node for new pods, or open it again; kubectl's line about it."""
    node = cluster.get(f"node/{name}")
    word = "cordoned" if unschedulable else "uncordoned"
    if node.spec.unschedulable == unschedulable:
        return f"node/{name} already {word}"
    change = {"spec": {"unschedulable": unschedulable or None}}
    cluster.patch(f"node/{name}", change, patch_type=MERGE_PATCH)
    return f"node/{name} {word}"


# DOC: drain
def drain(cluster: Cluster, name: str, options: DrainOptions, who: str) -> DrainReport:
    """Cordon, evict every pod, and wait until they are gone. Raises DrainError, TimeoutError."""
    lines = [cordon(cluster, name)]
    pods, ignored = _to_evict(cluster, name, options)
    if ignored:
        lines.append(f"Warning: ignoring DaemonSet-managed Pods: {_listed(ignored)}")
    bare = [pod for pod in pods if not pod_finished(pod) and controller_of(pod) is None]
    if bare:
        lines.append(f"Warning: deleting Pods that declare no controller: {_listed(bare)}")
    deadline = cluster.clock.now + round(options.timeout * SECOND)
    due = {pod.metadata.uid: cluster.clock.now for pod in pods}  # when to ask (again)
    left = {pod.metadata.uid: pod for pod in pods}
    while left:
        for uid, when in list(due.items()):
            if when <= cluster.clock.now:
                again = _evict(cluster, left[uid], options, who, lines)
                due[uid] = cluster.clock.now + RETRY_SECONDS * SECOND
                if not again:
                    del due[uid]
        for uid, pod in list(left.items()):
            if _gone(cluster, pod):
                del left[uid]
                due.pop(uid, None)
                lines.append(f"pod/{pod.metadata.name} evicted")
        if left and cluster.clock.now >= deadline:
            waiting = _listed(left.values())
            raise TimedOut("\n".join([*lines, f"global timeout reached; left: {waiting}"]))
        if left:
            cluster.run(POLL_SECONDS)
    return DrainReport([*lines, f"node/{name} drained"])


def _to_evict(cluster: Cluster, name: str, options: DrainOptions) -> tuple[list[Pod], list[Pod]]:
    """The pods that have to go, and those of DaemonSets, which stay. Raises DrainError."""
    refused: dict[str, list[Pod]] = {}
    pods: list[Pod] = []
    ignored: list[Pod] = []
    for pod in cluster.api.all("pods"):
        if pod.spec.node_name != name or MIRROR_POD in pod.metadata.annotations:
            continue
        fault = "" if pod_finished(pod) else _in_the_way(pod, options)
        owner = controller_of(pod)
        if fault:
            refused.setdefault(fault, []).append(pod)
        elif owner is not None and owner.kind == "DaemonSet" and not pod_finished(pod):
            ignored.append(pod)
        else:
            pods.append(pod)
    if refused:
        faults = [f"cannot delete {fault}: {_listed(found)}" for fault, found in refused.items()]
        told = faults[0] if len(faults) == 1 else f"[{', '.join(faults)}]"
        raise DrainError(f'unable to drain node "{name}" due to error: {told}')
    return pods, ignored


def _in_the_way(pod: Pod, options: DrainOptions) -> str:
    """Why drain will not touch this pod, or ""; of several reasons the last."""
    owner = controller_of(pod)
    if owner is not None and owner.kind == "DaemonSet":
        return "" if options.ignore_daemonsets else DAEMON_SET
    if owner is None and not options.force:
        return UNMANAGED
    local = any(volume.empty_dir is not None for volume in pod.spec.volumes)
    return LOCAL_STORAGE if local and not options.delete_emptydir_data else ""


def _evict(cluster: Cluster, pod: Pod, options: DrainOptions, who: str, lines: list[str]) -> bool:
    """Ask for one eviction; whether to ask again later. Raises DrainError."""
    meta = pod.metadata
    lines.append(f"evicting pod {meta.namespace}/{meta.name}")
    grace = options.grace_period if options.grace_period >= 0 else None
    body = Eviction(
        metadata=ObjectMeta(name=meta.name, namespace=meta.namespace),
        delete_options=DeleteOptions(grace_period_seconds=grace),
    )
    asked = Request("create", "pods", meta.namespace, meta.name, "eviction", body, who)
    answer = cluster.api.handle(asked)
    if answer.ok or answer.code == 404:
        return False
    what = f'error when evicting pods/"{meta.name}" -n "{meta.namespace}"'
    if answer.code != 429:
        raise DrainError(f"{what}: {answer.body.message}")
    lines.append(f"{what} (will retry after {RETRY_SECONDS}s): {answer.body.message}")
    return True


def _gone(cluster: Cluster, pod: Pod) -> bool:
    found: Any = cluster.api.find("pods", pod.metadata.namespace, pod.metadata.name)
    return found is None or found.metadata.uid != pod.metadata.uid


def _listed(pods: Iterable[Pod]) -> str:
    return ", ".join(f"{pod.metadata.namespace}/{pod.metadata.name}" for pod in pods)

"""Which nodes lack their daemon, and which pods are too many; and how many of each to report.

Models podsShouldBeOnNode and updateDaemonSetStatus of pkg/controller/daemon/daemon_controller.go.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from kubelite.api.apps_v1 import DaemonSet, DaemonSetStatus
from kubelite.api.conditions import pod_available, pod_finished, pod_ready
from kubelite.api.core_v1 import Node, Pod
from kubelite.apimachinery.intstr import scaled
from kubelite.apimachinery.struct import Value, replace
from kubelite.apimachinery.times import SECOND
from kubelite.controllers.daemon import placement

Verdict = tuple[bool, bool]


class Observed(Value):
    """What a plan looks at: nodes with their verdicts, the pods of each node, the revision.

    ``desired`` is how many nodes should run the daemon. Of them ``others`` are as they should be
    and not among the nodes here; ``serving`` of those have a daemon that is available.
    """

    verdicts: Mapping[str, Verdict]
    pods: Mapping[str, Sequence[Pod]]
    desired: int
    revision: str
    now: int
    others: int = 0
    serving: int = 0


def observed(
    owner: DaemonSet,
    nodes: Iterable[Node],
    pods: Iterable[Pod],
    revision: str,
    now: int,
    others: int = 0,
    serving: int = 0,
) -> Observed:
    """The pods by node, the oldest first; those that have ended and are deleted do not count."""
    by_node: dict[str, list[Pod]] = {}
    for pod in pods:
        target = placement.target_node(pod)
        if target and not (pod.metadata.deletion_timestamp is not None and pod_finished(pod)):
            by_node.setdefault(target, []).append(pod)
    for found in by_node.values():
        found.sort(key=_age)
    verdicts = {node.metadata.name: placement.should_run(owner, node) for node in nodes}
    desired = others + sum(run for run, _ in verdicts.values())
    return Observed(verdicts, by_node, desired, revision, now, others, serving)


def _age(pod: Pod) -> tuple[bool, int, str]:
    meta = pod.metadata
    return not pod.spec.node_name, meta.creation_timestamp or 0, meta.name


def settled(owner: DaemonSet, seen: Observed, name: str) -> bool | None:
    """Whether the daemon of a node that is as it should be is available.

    None where there may be something to do, now or as time passes: no plan asks more of the
    others than how many they are.
    """
    run, pods = seen.verdicts.get(name, (False, False))[0], seen.pods.get(name, ())
    if not run or len(pods) != 1:
        return None
    (pod,) = pods
    if _ends(pod) or pod_finished(pod) or not placement.is_updated(owner, pod, seen.revision):
        return None
    if not pod_ready(pod):
        return False
    return True if available(owner, seen, pod) else None


class Changes(msgspec.Struct):
    """Nodes that lack a pod, pods that are too many, and those of them that have ended."""

    missing: list[str]
    surplus: list[Pod]
    ended: list[Pod]


# DOC: daemon-manage
def manage(owner: DaemonSet, seen: Observed) -> Changes:
    """One pod where it should run, none where it may not stay."""
    changes = Changes([], [], [])
    for name, (run, stay) in seen.verdicts.items():
        pods = seen.pods.get(name)
        if run and pods is None:
            changes.missing.append(name)
        elif stay:
            _on_node(owner, seen, name, pods or (), run, changes)
        elif pods is not None:
            changes.surplus += [pod for pod in pods if not _ends(pod)]
    for name, pods in seen.pods.items():
        if name not in seen.verdicts:  # no scheduler will ever find a place for them
            changes.surplus += [pod for pod in pods if not pod.spec.node_name]
    return changes


def _on_node(
    owner: DaemonSet, seen: Observed, name: str, pods: Sequence[Pod], run: bool, changes: Changes
) -> None:
    """A node that may have a daemon: away with what has ended, and with all but the oldest."""
    staying = [pod for pod in pods if not _ends(pod)]
    changes.ended += [pod for pod in staying if pod_finished(pod)]
    alive = [pod for pod in staying if not pod_finished(pod)]
    if not fenceposts(owner, seen)[0]:
        changes.surplus += alive[1:]
    elif not alive and run:
        changes.missing.append(name)
    else:
        changes.surplus += _surged(owner, seen, alive)


def _surged(owner: DaemonSet, seen: Observed, alive: Sequence[Pod]) -> list[Pod]:
    """With surge a new pod stands beside the old one until it is available."""
    new, old = split(owner, seen, alive)
    surplus = [*new[1:], *old[1:]]
    if new and old and (not pod_ready(old[0]) or available(owner, seen, new[0])):
        surplus.append(old[0])
    return surplus


def split(owner: DaemonSet, seen: Observed, pods: Iterable[Pod]) -> tuple[list[Pod], list[Pod]]:
    """The pods of the present template, and those of others; without those that are ending."""
    new: list[Pod] = []
    old: list[Pod] = []
    for pod in pods:
        if not _ends(pod):
            (new if placement.is_updated(owner, pod, seen.revision) else old).append(pod)
    return new, old


def available(owner: DaemonSet, seen: Observed, pod: Pod) -> bool:
    """Whether the pod has been ready for ``minReadySeconds``."""
    return pod_available(pod, owner.spec.min_ready_seconds * SECOND, seen.now)


# DOC: daemon-fenceposts
def fenceposts(owner: DaemonSet, seen: Observed) -> tuple[int, int]:
    """(maxSurge, maxUnavailable) in nodes, both rounded up, never both 0."""
    rolling = owner.spec.update_strategy.rolling_update
    if owner.spec.update_strategy.type != "RollingUpdate" or rolling is None:
        return 0, 0
    surge = scaled(rolling.max_surge or 0, seen.desired, True)
    missing = scaled(rolling.max_unavailable or 0, seen.desired, True)
    return (surge, missing) if surge or missing else (0, 1)


def _ends(pod: Pod) -> bool:
    return pod.metadata.deletion_timestamp is not None


def counted(owner: DaemonSet, seen: Observed, acted: bool) -> DaemonSetStatus:
    """What to report; the generation counts as observed only when it was acted upon."""
    scheduled = [name for name, (run, _) in seen.verdicts.items() if run and name in seen.pods]
    oldest = [seen.pods[name][0] for name in scheduled]
    ready = [pod for pod in oldest if pod_ready(pod)]
    here = seen.serving + sum(available(owner, seen, pod) for pod in ready)
    return replace(
        owner.status,
        desired_number_scheduled=seen.desired,
        current_number_scheduled=seen.others + len(scheduled),
        number_misscheduled=sum(
            name in seen.pods for name, (run, _) in seen.verdicts.items() if not run
        ),
        number_ready=seen.serving + len(ready),
        updated_number_scheduled=seen.others
        + sum(placement.is_updated(owner, pod, seen.revision) for pod in oldest),
        number_available=here,
        number_unavailable=seen.desired - here,
        observed_generation=(
            owner.metadata.generation if acted else owner.status.observed_generation
        ),
    )

"""Which pod goes first when there are too many.

Models ActivePodsWithRanks of pkg/controller/controller_utils.go.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from functools import cmp_to_key, partial
from heapq import nsmallest
from typing import NamedTuple

from kubelite.api.conditions import condition, pod_ready
from kubelite.api.core_v1 import Pod

DELETION_COST = "controller.kubernetes.io/pod-deletion-cost"

_PHASE_ORDER = {"Pending": 0, "Unknown": 1, "Running": 2}
_NANOSECONDS = 1000  # in a microsecond: upstream's buckets are of nanoseconds


# DOC: pod-deletion-order
def ranked_for_deletion(
    pods: Iterable[Facts], colocated: Mapping[str, int], now: int, count: int | None = None
) -> list[Pod]:
    """The pods, the one that is missed least first; only the first ``count``, if given.

    Unassigned before assigned; Pending, Unknown, Running; not ready before ready; cheap before
    dear (an annotation); on a crowded node before alone (``colocated`` counts the family's pods
    by node); younger ready before older; more restarts before fewer; younger before older.
    """
    alike = defaultdict[tuple[Standing, int], list[Facts]](list)
    for facts in pods:
        alike[facts.standing, -colocated.get(facts.node, 0)].append(facts)
    ranked: list[Pod] = []
    for worth in sorted(alike):  # most pods of a crowd are worth too much to be looked at closely
        group = alike[worth]
        left = len(group) if count is None else count - len(ranked)
        if left <= 0:
            break
        closely = cmp_to_key(partial(_compare, now))
        ranked += [facts.pod for facts in nsmallest(left, group, closely)]
    return ranked


Standing = tuple[bool, int, bool, int]
"""Assigned, how far its phase is, ready, deletion cost: all of them keep a pod."""


class Facts(NamedTuple):
    """What decides, as far as a pod knows it by itself; moments in microseconds since 1970."""

    standing: Standing
    node: str
    ready: int
    restarts: int
    created: int
    uid: str
    pod: Pod


def facts_of(pod: Pod) -> Facts:
    """What decides about this pod."""
    meta, node, annotations = pod.metadata, pod.spec.node_name, pod.metadata.annotations
    cost = _deletion_cost(annotations) if annotations else 0
    standing = bool(node), _PHASE_ORDER.get(pod.status.phase, 0), pod_ready(pod), cost
    created = int(meta.creation_timestamp or 0)
    return Facts(standing, node, _ready_since(pod), _restarts(pod), created, meta.uid, pod)


class Remembered:
    """The facts of pods that are asked for again and again: worked out once for each object.

    Of five thousand pods one or two are different from what they were at the last look.
    """

    def __init__(self) -> None:
        self._known: dict[int, Facts] = {}  # by the identity of a pod, which the facts keep alive

    def of(self, pods: Iterable[Pod]) -> Collection[Facts]:
        """What decides about these pods, in their order; others are forgotten."""
        known = self._known.get
        self._known = {id(pod): known(id(pod)) or facts_of(pod) for pod in pods}
        return self._known.values()


def _compare(now: int, one: Facts, other: Facts) -> int:
    """Ages count by powers of two; within one power the uid decides, which is as good as chance."""
    if one.ready != other.ready:
        ages = _bucket(one.ready, now) - _bucket(other.ready, now)
        return ages or (-1 if one.uid < other.uid else 1)
    if one.restarts != other.restarts:
        return other.restarts - one.restarts
    if one.created != other.created:
        ages = _bucket(one.created, now) - _bucket(other.created, now)
        return ages or (-1 if one.uid < other.uid else 1)
    return 0


def _deletion_cost(annotations: Mapping[str, str]) -> int:
    try:
        return int(annotations.get(DELETION_COST, "0"))
    except ValueError:
        return 0


def _ready_since(pod: Pod) -> int:
    ready = condition(pod, "Ready")
    return int(ready.last_transition_time or 0) if ready and ready.status == "True" else 0


def _restarts(pod: Pod) -> int:
    return max([status.restart_count for status in pod.status.container_statuses], default=0)


def _bucket(since: int, now: int) -> int:
    age = (now - since) * _NANOSECONDS
    return age.bit_length() - 1 if age > 0 else -1

"""Which pod goes first when there are too many.

Models ActivePodsWithRanks of pkg/controller/controller_utils.go.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cmp_to_key
from heapq import nsmallest
from typing import NamedTuple

from kubelite.api.conditions import condition, pod_ready
from kubelite.api.core_v1 import Pod

DELETION_COST = "controller.kubernetes.io/pod-deletion-cost"

_PHASE_ORDER = {"Pending": 0, "Unknown": 1, "Running": 2}
_NANOSECONDS = 1000  # in a microsecond: upstream's buckets are of nanoseconds


# DOC: pod-deletion-order
def ranked_for_deletion(
    pods: Iterable[Pod], colocated: Mapping[str, int], now: int, count: int | None = None
) -> list[Pod]:
    """The pods, the one that is missed least first; only the first ``count``, if given.

    Unassigned before assigned; Pending, Unknown, Running; not ready before ready; cheap before
    dear (an annotation); on a crowded node before alone (``colocated`` counts the family's pods
    by node); younger ready before older; more restarts before fewer; younger before older.
    """
    alike = defaultdict[_Worth, list[Pod]](list)
    for pod in pods:
        alike[_worth(pod, colocated)].append(pod)
    ranked: list[Pod] = []
    for worth in sorted(alike):  # most pods of a crowd are worth too much to be looked at closely
        group = alike[worth]
        left = len(group) if count is None else count - len(ranked)
        if left <= 0:
            break
        facts = [_facts(pod, now) for pod in group]
        ranked += [fact.pod for fact in nsmallest(left, facts, cmp_to_key(_compare))]
    return ranked


_Worth = tuple[bool, int, bool, int, int]


class _Facts(NamedTuple):
    """What decides between pods of one worth; moments as they are, their ages by powers of two."""

    ready: int
    ready_age: int
    restarts: int
    created: int
    created_age: int
    uid: str
    pod: Pod


def _facts(pod: Pod, now: int) -> _Facts:
    ready, created = _ready_since(pod), int(pod.metadata.creation_timestamp or 0)
    ages = _bucket(ready, now), _bucket(created, now)
    return _Facts(ready, ages[0], _restarts(pod), created, ages[1], pod.metadata.uid, pod)


def _compare(one: _Facts, other: _Facts) -> int:
    """Ages count by powers of two; within one power the uid decides, which is as good as chance."""
    if one.ready != other.ready:
        return one.ready_age - other.ready_age or (-1 if one.uid < other.uid else 1)
    if one.restarts != other.restarts:
        return other.restarts - one.restarts
    if one.created != other.created:
        return one.created_age - other.created_age or (-1 if one.uid < other.uid else 1)
    return 0


def _worth(pod: Pod, colocated: Mapping[str, int]) -> _Worth:
    node, annotations = pod.spec.node_name, pod.metadata.annotations
    return (
        bool(node),
        _PHASE_ORDER.get(pod.status.phase, 0),
        pod_ready(pod),
        _deletion_cost(annotations) if annotations else 0,
        -colocated.get(node, 0),
    )


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

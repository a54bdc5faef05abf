"""Which pod goes first when there are too many.

Models ActivePodsWithRanks of pkg/controller/controller_utils.go.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cmp_to_key

from kubelite.api.conditions import condition, pod_ready
from kubelite.api.core_v1 import Pod

DELETION_COST = "controller.kubernetes.io/pod-deletion-cost"

_PHASE_ORDER = {"Pending": 0, "Unknown": 1, "Running": 2}
_NANOSECONDS = 1000  # in a microsecond: upstream's buckets are of nanoseconds


# DOC: pod-deletion-order
def ranked_for_deletion(pods: Iterable[Pod], colocated: Mapping[str, int], now: int) -> list[Pod]:
    """The pods, the one that is missed least first.

    Unassigned before assigned; Pending, Unknown, Running; not ready before ready; cheap before
    dear (an annotation); on a crowded node before alone (``colocated`` counts the family's pods
    by node); younger ready before older; more restarts before fewer; younger before older.
    """

    def compare(one: Pod, other: Pod) -> int:
        first, second = _worth(one, colocated), _worth(other, colocated)
        if first != second:
            return -1 if first < second else 1
        return (
            _younger_first(one, other, _ready_since(one), _ready_since(other), now)
            or _restarts(other) - _restarts(one)
            or _younger_first(one, other, _created(one), _created(other), now)
        )

    return sorted(pods, key=cmp_to_key(compare))


def _worth(pod: Pod, colocated: Mapping[str, int]) -> tuple[bool, int, bool, int, int]:
    return (
        bool(pod.spec.node_name),
        _PHASE_ORDER.get(pod.status.phase, 0),
        pod_ready(pod),
        _deletion_cost(pod),
        -colocated.get(pod.spec.node_name, 0),
    )


def _deletion_cost(pod: Pod) -> int:
    try:
        return int(pod.metadata.annotations.get(DELETION_COST, "0"))
    except ValueError:
        return 0


def _ready_since(pod: Pod) -> int:
    ready = condition(pod, "Ready")
    return int(ready.last_transition_time or 0) if ready and ready.status == "True" else 0


def _created(pod: Pod) -> int:
    return int(pod.metadata.creation_timestamp or 0)


def _restarts(pod: Pod) -> int:
    return max((status.restart_count for status in pod.status.container_statuses), default=0)


def _younger_first(one: Pod, other: Pod, first: int, second: int, now: int) -> int:
    """Ages count by powers of two; within one power the uid decides, which is as good as chance."""
    if first == second:
        return 0
    ranks = _bucket(first, now), _bucket(second, now)
    if ranks[0] != ranks[1]:
        return ranks[0] - ranks[1]
    return -1 if one.metadata.uid < other.metadata.uid else 1


def _bucket(since: int, now: int) -> int:
    age = (now - since) * _NANOSECONDS
    return age.bit_length() - 1 if age > 0 else -1

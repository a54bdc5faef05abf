"""How many replicas a metric asks for: usage against target, with care about what is unknown.

Pods that are missing from the metrics or not ready yet are counted in the way that dampens the
change: as idle when growing, as busy when shrinking. Pure functions.
Models ``pkg/controller/podautoscaler/replica_calculator.go`` and ``metrics/utilization.go``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from math import ceil
from typing import NamedTuple

from kubelite.api.conditions import condition
from kubelite.api.core_v1 import Container, Pod
from kubelite.apimachinery.struct import Value
from kubelite.apimachinery.times import MINUTE, SECOND

CPU = "cpu"
CPU_INITIALIZATION_PERIOD = 5 * MINUTE
INITIAL_READINESS_DELAY = 30 * SECOND
TOLERANCE = 0.1


class PodMetric(Value):
    """What one pod used: thousandths, as an average of a ``window`` that ended at ``timestamp``."""

    value: int
    timestamp: int = 0
    window: int = 0


class Tolerances(Value):
    """How far usage may be off, as shares, before anything is done about it."""

    scale_down: float = TOLERANCE
    scale_up: float = TOLERANCE

    def within(self, ratio: float) -> bool:
        """Whether the ratio of usage to target is as good as 1."""
        return 1.0 - self.scale_down <= ratio <= 1.0 + self.scale_up


USUAL = Tolerances()


class Timing(Value):
    """How long a young pod's cpu, and its first unreadiness, say nothing. Microseconds."""

    now: int
    initialization: int = CPU_INITIALIZATION_PERIOD
    readiness: int = INITIAL_READINESS_DELAY


class Groups(Value):
    """Pods by what is known of them."""

    ready: int
    unready: list[str]
    missing: list[str]
    ignored: list[str]


class Proposal(NamedTuple):
    """What a metric asks for; ``utilization`` in percent of the requests, if it is about those,
    and ``value`` the average of a pod in thousandths.
    """

    replicas: int
    utilization: int
    value: int


class NotComputed(Exception):
    """Why a metric asks for nothing."""


# DOC: hpa-groups
def group_pods(
    pods: Iterable[Pod], metrics: Mapping[str, PodMetric], resource: str, timing: Timing
) -> Groups:
    """Whose metrics count, whose are missing, and who is too young to be judged."""
    ready, unready, missing, ignored = 0, list[str](), list[str](), list[str]()
    for pod in pods:
        name = pod.metadata.name
        if pod.metadata.deletion_timestamp is not None or pod.status.phase == "Failed":
            ignored.append(name)
        elif pod.status.phase == "Pending":
            unready.append(name)
        elif name not in metrics:
            missing.append(name)
        elif resource == CPU and _unready(pod, metrics[name], timing):
            unready.append(name)
        else:
            ready += 1
    return Groups(ready, unready, missing, ignored)


def _unready(pod: Pod, metric: PodMetric, timing: Timing) -> bool:
    found, start = condition(pod, "Ready"), pod.status.start_time
    if found is None or start is None:
        return True
    since: int = found.last_transition_time or 0
    if start + timing.initialization > timing.now:
        return found.status == "False" or metric.timestamp < since + metric.window
    return found.status == "False" and start + timing.readiness > since


def requests_of(pods: Iterable[Pod], container: str, resource: str) -> dict[str, int]:
    """What each pod, or one container of it, has asked for, in thousandths."""
    requests = {}
    for pod in pods:
        whole = pod.spec.resources.requests if pod.spec.resources else {}
        if not container and resource in whole:
            requests[pod.metadata.name] = whole[resource].milli
        else:
            requests[pod.metadata.name] = _of_containers(pod, container, resource)
    return requests


def _of_containers(pod: Pod, container: str, resource: str) -> int:
    total, found = 0, False
    for one in _lasting(pod):
        if container and one.name != container:
            continue
        found = True
        if resource not in one.resources.requests:
            raise NotComputed(
                f"missing request for {resource} in container {one.name} of Pod {pod.metadata.name}"
            )
        total += one.resources.requests[resource].milli
    if container and not found:
        raise NotComputed(f"container {container} not found in Pod {pod.metadata.name}")
    return total


def _lasting(pod: Pod) -> list[Container]:
    sidecars = [one for one in pod.spec.init_containers if one.restart_policy == "Always"]
    return [*pod.spec.containers, *sidecars]


# DOC: hpa-utilization
def by_utilization(
    current: int,
    target: int,
    pods: Sequence[Pod],
    metrics: Mapping[str, PodMetric],
    resource: str,
    timing: Timing,
    container: str = "",
    tolerances: Tolerances = USUAL,
) -> Proposal:
    """Replicas for which the pods use ``target`` percent of their requests.

    Raises NotComputed.
    """
    groups, left = _sorted_out(pods, metrics, resource, timing)
    requests = requests_of(pods, container, resource)
    ratio, utilization, value = _utilization(left, requests, target)

    def asked(levels: Mapping[str, int]) -> float:
        return _utilization(levels, requests, target)[0]

    busy = {name: requests[name] * max(100, target) // 100 for name in groups.missing}
    replicas = _proposed(current, ratio, left, groups, busy, asked, tolerances)
    return Proposal(replicas, utilization, value)


def by_value(
    current: int,
    target: int,
    pods: Sequence[Pod],
    metrics: Mapping[str, PodMetric],
    resource: str,
    timing: Timing,
    tolerances: Tolerances = USUAL,
) -> Proposal:
    """Replicas for which a pod has ``target`` on average, in thousandths. Raises NotComputed."""
    groups, left = _sorted_out(pods, metrics, resource, timing)

    def asked(levels: Mapping[str, int]) -> float:
        return sum(levels.values()) // len(levels) / target

    ratio = asked(left)
    busy = dict.fromkeys(groups.missing, target)
    replicas = _proposed(current, ratio, left, groups, busy, asked, tolerances)
    return Proposal(replicas, 0, sum(left.values()) // len(left))


def _sorted_out(
    pods: Sequence[Pod], metrics: Mapping[str, PodMetric], resource: str, timing: Timing
) -> tuple[Groups, dict[str, int]]:
    if not pods:
        raise NotComputed("no pods returned by selector while calculating replica count")
    groups = group_pods(pods, metrics, resource, timing)
    out = {*groups.ignored, *groups.unready}
    left = {name: metric.value for name, metric in metrics.items() if name not in out}
    if not left:
        raise NotComputed("did not receive metrics for targeted pods (pods might be unready)")
    return groups, left


def _utilization(
    levels: Mapping[str, int], requests: Mapping[str, int], target: int
) -> tuple[float, int, int]:
    """Usage against target, in percent of the requests, and on average; of known pods only."""
    known = [name for name in levels if name in requests]
    used = sum(levels[name] for name in known)
    asked = sum(requests[name] for name in known)
    if asked == 0:
        raise NotComputed("no metrics returned matched known pods")
    utilization = used * 100 // asked
    return utilization / target, utilization, used // len(known)


# DOC: hpa-proposal
def _proposed(
    current: int,
    ratio: float,
    levels: dict[str, int],
    groups: Groups,
    busy: Mapping[str, int],
    asked: Callable[[Mapping[str, int]], float],
    tolerances: Tolerances,
) -> int:
    """Replicas for a ratio of usage to target; with unknown pods the ratio is worked out anew."""
    grows_with_unready = bool(groups.unready) and ratio > 1.0
    if not grows_with_unready and not groups.missing:
        return current if tolerances.within(ratio) else ceil(ratio * groups.ready)
    assumed = dict(levels)
    if ratio > 1.0:
        assumed.update(dict.fromkeys(groups.missing, 0))
    elif ratio < 1.0:
        assumed.update(busy)
    if grows_with_unready:
        assumed.update(dict.fromkeys(groups.unready, 0))
    again = asked(assumed)
    turned = (ratio < 1.0 < again) or (again < 1.0 < ratio)
    if tolerances.within(again) or turned:
        return current
    replicas = ceil(again * len(assumed))
    if (again < 1.0 and replicas > current) or (again > 1.0 and replicas < current):
        return current  # the number of pods considered would turn the direction round
    return replicas

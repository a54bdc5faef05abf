"""Letting time pass until something is true, and saying what is the matter when it never is."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kubelite.api import SCHEME
from kubelite.api.apiextensions_v1 import ESTABLISHED
from kubelite.api.conditions import is_true, node_ready, pod_active, pod_ready
from kubelite.api.custom import CustomObject
from kubelite.apimachinery.scheme import Scheme
from kubelite.apimachinery.times import SECOND
from kubelite.apimachinery.told import TimedOut, UsageError
from kubelite.cluster.collecting import rare_collections
from kubelite.sim.clock import FOREVER
from kubelite.sim.trace import ANYTHING, Subject

if TYPE_CHECKING:
    from kubelite.cluster.cluster import Cluster

Condition = Callable[["Cluster"], bool]

_HEARTBEATS = ("leases.coordination.k8s.io", "events", "nodes")


_CONDITIONS = (
    'say "deployment/NAME ready", "pod/NAME ready", "pod/NAME gone", "crd/NAME established", '
    '"job/NAME complete", "job/NAME failed", "pods ready" or "nodes ready", '
    "or give a function of the cluster"
)

_STEPS = 64  # between two looks when nothing is written: a condition may be about time itself


def run_until(cluster: Cluster, condition: Condition | str, timeout: float) -> float:
    """Run until it is true; the seconds that took. Raises TimeoutError."""
    test = _read(condition, cluster.api.scheme) if isinstance(condition, str) else condition
    if not callable(test):
        raise UsageError(f"run_until({test!r}): {_CONDITIONS}")
    clock, began = cluster.clock, cluster.clock.now
    deadline = began + round(timeout * SECOND)
    move = test.move if isinstance(test, About) else _move
    with rare_collections():
        while not test(cluster):
            if not move(cluster, deadline):
                clock.run_until(deadline)
                raise TimedOut(_too_late(cluster, condition, timeout, test))
    return (clock.now - began) / SECOND


def _move(cluster: Cluster, deadline: int) -> bool:
    """Run until something is written, or for a few steps; False when time is up."""
    return _advance(cluster, deadline, ANYTHING, _STEPS)


def _advance(cluster: Cluster, deadline: int, awaited: Subject, most: int = FOREVER) -> bool:
    trace = cluster.trace
    trace.awaited = awaited
    try:
        return cluster.clock.advance(deadline, most)
    finally:
        trace.awaited = None


class About:
    """A condition about one object, tested again only when that object was written."""

    def __init__(self, what: str, test: Callable[[Any | None], bool], scheme: Scheme = SCHEME):
        word, _, name = what.partition("/")
        kind = scheme.by_name(word)
        self._place = kind.resource, "default" if kind.namespaced else "", name
        self._test = test

    def __call__(self, cluster: Cluster) -> bool:
        """Whether it is true now."""
        return self._test(cluster.api.find(*self._place))

    def missing(self, cluster: Cluster) -> bool:
        """Whether there is no such object now."""
        return cluster.api.find(*self._place) is None

    def move(self, cluster: Cluster, deadline: int) -> bool:
        """Run until the object is written; False when time is up."""
        return _advance(cluster, deadline, self._place)


def settle(cluster: Cluster, quiet: float, timeout: float) -> float:
    """Run until nothing but heartbeats has been written for ``quiet`` seconds."""
    clock, began = cluster.clock, cluster.clock.now
    pause = round(quiet * SECOND)
    while clock.now < (until := max(_last_change(cluster), began) + pause):
        if clock.now - began > timeout * SECOND:
            raise TimedOut(f"something still changes after {timeout:g} s: look at cluster.events()")
        cluster.run((until - clock.now) / SECOND)
    return (clock.now - began) / SECOND


def _last_change(cluster: Cluster) -> int:
    """When anything but a heartbeat was last written."""
    for write in reversed(cluster.trace.writes):
        if write.subject[0] not in _HEARTBEATS:
            return write.when
    return 0


class NodesReady:
    """Whether every machine with power has a node that is Ready and takes pods.

    The one that was missing is asked after first: while it is, the others need no look.
    """

    def __init__(self) -> None:
        self._missing = ""

    def __call__(self, cluster: Cluster) -> bool:
        """Whether it is true now."""
        if self._missing in cluster.workers and not _takes_pods(cluster, self._missing):
            return False
        for name in cluster.workers:
            if not _takes_pods(cluster, name):
                self._missing = name
                return False
        return True


def _takes_pods(cluster: Cluster, name: str) -> bool:
    node, worker = cluster.api.find("nodes", "", name), cluster.workers[name]
    if node is None or not node_ready(node):
        return not worker.powered
    return not worker.powered or all(taint in worker.taints for taint in node.spec.taints)


def _read(words: str, scheme: Scheme) -> Condition:
    what, _, state = words.strip().rpartition(" ")
    if state == "gone" and "/" in what:
        return About(what, lambda obj: obj is None, scheme)
    if state in ("complete", "failed") and what.startswith("job/"):
        return About(what, lambda obj: obj is not None and is_true(obj, state.capitalize()), scheme)
    if state == "ready" and what == "nodes":
        return NodesReady()
    if state == "ready" and what == "pods":
        return _pods_ready
    if state == "ready" and "/" in what and not what.startswith(("job/", "cronjob/")):
        return About(what, _is_ready, scheme)
    if state == "established" and "/" in what:
        return About(what, lambda obj: obj is not None and is_true(obj, ESTABLISHED), scheme)
    raise UsageError(f'cannot wait for "{words}": {_CONDITIONS}')


def _pods_ready(cluster: Cluster) -> bool:
    active = [pod for pod in cluster.get("pods") if pod_active(pod)]
    return bool(active) and all(map(pod_ready, active))


def _is_ready(obj: Any | None) -> bool:
    """Ready pods and nodes; workloads with all replicas of the current template available."""
    if obj is None:
        return False
    if obj.kind == "Pod":
        return pod_ready(obj)
    if obj.kind == "Node":
        return node_ready(obj)
    if isinstance(obj, CustomObject):
        return custom_ready(obj)
    status = obj.status
    current = status.observed_generation >= obj.metadata.generation
    if obj.kind == "DaemonSet":
        wanted = status.desired_number_scheduled
        updated, available = status.updated_number_scheduled, status.number_available
        return bool(current and updated == available == wanted)
    updated = getattr(status, "updated_replicas", status.replicas)
    return current and bool(
        updated == status.replicas == status.available_replicas == obj.spec.replicas
    )


def custom_ready(obj: CustomObject) -> bool:
    """Whether an object of a defined kind has the condition Ready, as operators write it."""
    status = getattr(obj, "status", None) or {}
    return any(
        found.get("type") == "Ready" and found.get("status") == "True"
        for found in status.get("conditions", ())
    )


def _too_late(cluster: Cluster, condition: Condition | str, timeout: float, test: Condition) -> str:
    what = f'"{condition}"' if isinstance(condition, str) else "the condition"
    text = f"{what} did not come true within {timeout:g} s of virtual time"
    if isinstance(test, About) and test.missing(cluster):
        return f"{text}: there is no {str(condition).split()[0]}. Look at cluster.get(...)."
    warnings = [e for e in cluster.events() if e.type == "Warning"]
    if warnings:
        last = warnings[-1]
        about = last.involved_object
        text += f"; the last warning is about {about.kind.lower()}/{about.name}: {last.message}"
    return text + ". Look at cluster.get('pods') and cluster.events()."


def summary(cluster: Cluster) -> str:
    """The cluster in one line."""
    nodes = cluster.get("nodes")
    pods = cluster.get("pods")
    return (
        f"Cluster(seed={cluster.seed}): {len(nodes)} nodes, {sum(map(node_ready, nodes))} Ready; "
        f"{len(pods)} pods, {sum(map(pod_ready, pods))} ready; "
        f"{cluster.elapsed:.1f} s of virtual time"
    )

"""How things look at a glance: one word, for which the page has a colour and a sign.

The words, colours and signs of pods are those of the course's views (``course/view/palette.py``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kubelite.api.apps_v1 import DaemonSet, Deployment, StatefulSet
from kubelite.api.batch_v1 import Job
from kubelite.api.conditions import condition, node_ready, pod_ready
from kubelite.api.core_v1 import Event, Node, Pod

# Waiting reasons of a container that is simply not there yet; any other is trouble.
STARTING = ("", "ContainerCreating", "PodInitializing")


def look(obj: Any) -> str:
    """The word for an object; nothing for a kind that is neither well nor ill."""
    known = LOOKS.get(type(obj))
    return known(obj) if known is not None else ""


def pod_look(pod: Pod) -> str:
    """As the course's views see a pod."""
    if pod.metadata.deletion_timestamp is not None:
        return "leaving"
    if pod.status.phase in ("Succeeded", "Failed"):
        return "done" if pod.status.phase == "Succeeded" else "failed"
    if not pod.spec.node_name:
        return "pending"
    if pod_ready(pod):
        return "ready"
    if any(_waits(status) for status in _statuses(pod)):
        return "trouble"
    return "unready" if pod.status.phase == "Running" else "starting"


def _statuses(pod: Pod) -> tuple[Any, ...]:
    return (*pod.status.init_container_statuses, *pod.status.container_statuses)


def _waits(status: Any) -> bool:
    waiting = status.state.waiting
    return waiting is not None and waiting.reason not in STARTING


def _node(node: Node) -> str:
    return "ready" if node_ready(node) else "trouble"


def _job(job: Job) -> str:
    for type, found in (("Complete", "done"), ("Failed", "failed")):
        stated = condition(job, type)
        if stated is not None and stated.status == "True":
            return found
    return "starting"


def _counted(ready: int, wanted: int) -> str:
    return "ready" if ready >= wanted else "unready"


def _replicas(owner: Deployment | StatefulSet) -> str:
    wanted = owner.spec.replicas
    return _counted(owner.status.ready_replicas or 0, 1 if wanted is None else wanted)


def _daemons(owner: DaemonSet) -> str:
    return _counted(owner.status.number_ready, owner.status.desired_number_scheduled)


def _event(event: Event) -> str:
    return "trouble" if event.type == "Warning" else ""


LOOKS: dict[type, Callable[[Any], str]] = {
    Pod: pod_look,
    Node: _node,
    Job: _job,
    Deployment: _replicas,
    StatefulSet: _replicas,
    DaemonSet: _daemons,
    Event: _event,
}

"""How things look at a glance: one word, for which the page has a colour and a sign.

Of pods they are those of the course's views, too (``kubelite/api/looks.py``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kubelite.api.apps_v1 import DaemonSet, Deployment, StatefulSet
from kubelite.api.batch_v1 import Job
from kubelite.api.conditions import condition, node_ready
from kubelite.api.core_v1 import Event, Node, Pod
from kubelite.api.looks import pod_look


def look(obj: Any) -> str:
    """The word for an object; nothing for a kind that is neither well nor ill."""
    known = LOOKS.get(type(obj))
    return known(obj) if known is not None else ""


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

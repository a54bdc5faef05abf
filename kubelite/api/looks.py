"""How a pod looks at a glance: one word, for which every picture has a colour and a sign.

The words are the keys of the course's palette (``course/view/palette.py``) and of the dashboard.
"""

from __future__ import annotations

from typing import Any

from kubelite.api.conditions import pod_ready
from kubelite.api.core_v1 import Pod

# Waiting reasons of a container that is simply not there yet; any other is trouble.
STARTING = ("", "ContainerCreating", "PodInitializing")


def pod_look(pod: Pod) -> str:
    """leaving, done, failed, pending, ready, trouble, unready or starting."""
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

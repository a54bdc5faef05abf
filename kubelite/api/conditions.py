"""Reading conditions: the one question everybody asks of a status.

Models pkg/api/v1/pod/util.go and pkg/api/v1/node/util.go.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kubelite.api.core_v1 import Node, Pod

OUT_OF_SERVICE = "node.kubernetes.io/out-of-service"


def condition(obj: Any, type: str) -> Any | None:
    """The condition of this type in an object's status, or None."""
    return of_type(obj.status.conditions, type)


def of_type(conditions: Sequence[Any], type: str) -> Any | None:
    """The one of this type, or None."""
    for found in conditions:
        if found.type == type:
            return found
    return None


def is_true(obj: Any, type: str) -> bool:
    """Whether the condition is there and True."""
    found = condition(obj, type)
    return found is not None and found.status == "True"


def pod_ready(pod: Pod) -> bool:
    """Whether all of the pod's containers take traffic."""
    for found in pod.status.conditions:  # asked for often: no detour through ``condition``
        if found.type == "Ready":
            return found.status == "True"
    return False


def pod_available(pod: Pod, delay: int, now: int) -> bool:
    """Whether the pod has been ready for ``delay`` microseconds."""
    found = condition(pod, "Ready")
    if found is None or found.status != "True":
        return False
    return not delay or (found.last_transition_time or now) + delay <= now


def pod_finished(pod: Pod) -> bool:
    """Whether the pod has run to its end and will never run again."""
    return pod.status.phase in ("Succeeded", "Failed")


def pod_active(pod: Pod) -> bool:
    """Whether the pod counts for its owner: neither finished nor on its way out."""
    return not pod_finished(pod) and pod.metadata.deletion_timestamp is None


def out_of_service(node: Node) -> bool:
    """Whether somebody says that the machine is off and may be taken for dead."""
    return any(taint.key == OUT_OF_SERVICE for taint in node.spec.taints)


def node_ready(node: Node) -> bool:
    """Whether the node's kubelet says that it can take pods."""
    return is_true(node, "Ready")

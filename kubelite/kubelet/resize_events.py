"""What the events about a resize say: the amounts of every container, as JSON.

Models ``pkg/kubelet/events/resize.go``.
"""

from __future__ import annotations

import json
from typing import Any

from kubelite.api.core_v1 import Container, Pod
from kubelite.apimachinery.struct import to_dict


def summary(pod: Pod, error: str = "") -> str:
    """The pod's amounts and generation, and what is wrong if something is."""
    spec = pod.spec
    said: dict[str, Any] = {}
    if spec.init_containers:
        said["initContainers"] = [_amounts(container) for container in spec.init_containers]
    said["containers"] = [_amounts(container) for container in spec.containers]
    said["generation"] = pod.metadata.generation
    if error:
        said["error"] = error
    return json.dumps(said, separators=(",", ":"), ensure_ascii=False)


def _amounts(container: Container) -> dict[str, Any]:
    plain = to_dict(container.resources)
    ordered = {
        kind: dict(sorted(plain[kind].items()))
        for kind in ("limits", "requests")
        if plain.get(kind)
    }
    return {"name": container.name, "resources": ordered}

"""A replay that remembers more: what the invariants of a cluster without faults look back at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kubelite.api.conditions import pod_active, pod_ready
from kubelite.chaos import replay
from kubelite.controllers.base import controller_of

Name = tuple[str, str]  # namespace and name


@dataclass
class Replay(replay.Replay):
    """Also who was there before, and when."""

    departed: int = 0  # when a pod was last marked for deletion, ended, or was removed
    born: dict[str, int] = field(default_factory=dict)  # uid -> when created
    services: dict[str, Name] = field(default_factory=dict)  # uid -> whose it was
    readiness: dict[Name, list[tuple[int, bool]]] = field(default_factory=dict)  # of pods
    labels: dict[Name, Mapping[str, str]] = field(default_factory=dict)  # of pods, also gone ones
    raised: dict[str, tuple[int, int]] = field(default_factory=dict)  # uid -> by an autoscaler
    busy: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)  # who wrote what

    def _apply(self) -> None:
        super()._apply()
        new, old = self.new, self.old
        if new is not None:
            self.born.setdefault(new.metadata.uid, self.when)
        if self.resource == "services" and new is not None:
            self.services[new.metadata.uid] = (new.metadata.namespace, new.metadata.name)
        if self.resource == "pods":
            self._note_pod(new, old)

    def _note_pod(self, new: Any, old: Any) -> None:
        meta = (new if new is not None else old).metadata
        name = (meta.namespace, meta.name)
        serves = new is not None and pod_active(new) and pod_ready(new)
        times = self.readiness.setdefault(name, [])
        if not times or times[-1][1] != serves:
            times.append((self.when, serves))
        self.labels[name] = meta.labels
        if old is not None and pod_active(old) and (new is None or not pod_active(new)):
            self.departed = self.when

    def bound(self) -> Any | None:
        """The pod, if this change is the scheduler's binding of one."""
        new, old = self.new, self.old
        if self.resource != "pods" or self.component != "default-scheduler":
            return None
        if new is None or old is None or old.spec.node_name:
            return None
        return new if new.spec.node_name else None

    def settled(self, *resources: str) -> int:
        """When anything of these kinds was last written."""
        places = tuple(f"/registry/{resource}/" for resource in resources)
        return max(
            (when for key, when in self.written.items() if key.startswith(places)), default=0
        )

    def on_node(self, name: str) -> list[Any]:
        """The pods that are bound to a node."""
        return [pod for pod in self.of("pods").values() if pod.spec.node_name == name]

    def place_of(self, pod: Any, topology_key: str) -> str:
        """What the pod's node says under a label; "" when it says nothing."""
        node = self.of("nodes").get(f"/registry/nodes/{pod.spec.node_name}")
        found: str = node.metadata.labels.get(topology_key, "") if node is not None else ""
        return found

    def children(self, resource: str, uid: str) -> list[Any]:
        """What is managed by the owner with this uid."""
        found = self.of(resource).values()
        return [obj for obj in found if (o := controller_of(obj)) and o.uid == uid]

    def owner_of(self, obj: Any) -> Any | None:
        """The object that manages this one, if it is still there."""
        owner = controller_of(obj)
        if owner is None:
            return None
        end = f"/{obj.metadata.namespace}/{owner.name}"
        for kind in self.state.values():
            for key, found in kind.items():
                if key.endswith(end) and found.metadata.uid == owner.uid:
                    return found
        return None

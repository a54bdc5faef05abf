"""A cluster's past, one change at a time, as the invariants look at it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from kubelite import Cluster
from kubelite.api.conditions import pod_active, pod_ready
from kubelite.controllers.base import controller_of
from kubelite.controllers.deployment.revisions import DESIRED_REPLICAS, desired, fenceposts
from kubelite.etcd.backend import Change
from kubelite.sim.clock import SECOND

Name = tuple[str, str]  # namespace and name


@dataclass
class Replay:
    """A cluster's past, one change at a time: ``state`` is what was stored after ``change``."""

    cluster: Cluster
    when: int = 0
    change: Change | None = None
    component: str = ""
    state: dict[str, dict[str, Any]] = field(default_factory=dict)
    written: dict[str, int] = field(default_factory=dict)  # key or uid -> when last changed
    gone: dict[str, int] = field(default_factory=dict)  # uid -> when deleted
    limits: dict[str, list[tuple[int, int, int]]] = field(default_factory=dict)
    largest: dict[str, int] = field(default_factory=dict)  # ReplicaSet uid -> largest size asked
    alarmed: int = 0  # when a pod last stopped being ready of its own accord
    scaled: int = 0  # when a ReplicaSet last heard of another size of its Deployment
    former: int = 1  # the revision before this change
    departed: int = 0  # when a pod was last marked for deletion, ended, or was removed
    born: dict[str, int] = field(default_factory=dict)  # uid -> when created
    services: dict[str, Name] = field(default_factory=dict)  # uid -> whose it was
    readiness: dict[Name, list[tuple[int, bool]]] = field(default_factory=dict)  # of pods
    labels: dict[Name, Mapping[str, str]] = field(default_factory=dict)  # of pods, also gone ones
    succeeded: dict[str, int] = field(default_factory=dict)  # Job uid -> pods that have succeeded
    runs: dict[str, list[str]] = field(default_factory=dict)  # CronJob uid -> the runs it started
    raised: dict[str, tuple[int, int]] = field(default_factory=dict)  # uid -> by an autoscaler
    busy: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)  # who wrote what

    @property
    def key(self) -> str:
        assert self.change is not None
        return self.change.key

    @property
    def resource(self) -> str:
        return self.key.split("/")[2]

    @property
    def new(self) -> Any:
        assert self.change is not None
        return self.change.current.value if self.change.current else None

    @property
    def old(self) -> Any:
        assert self.change is not None
        return self.change.previous.value if self.change.previous else None

    def of(self, resource: str) -> Mapping[str, Any]:
        return self.state.get(resource, {})

    def steps(self) -> Iterator[None]:
        """Move through the history, one change at a time."""
        moments = {entry.revision: entry for entry in self.cluster.trace.entries if entry.revision}
        for change in self.cluster.history._backend.changes(1):  # in plain, if encrypted
            entry = moments.get(change.revision)
            self.change, self.component = change, entry.component if entry else ""
            self.when = self.cluster.history.moment_of(change.revision)
            self._apply()
            yield
            self.former = change.revision

    def _apply(self) -> None:
        new, old = self.new, self.old
        place = self.state.setdefault(self.resource, {})
        self.written[self.key] = self.when
        if new is None:
            place.pop(self.key, None)
            self.gone[old.metadata.uid] = self.when
        else:
            place[self.key] = new
            self.born.setdefault(new.metadata.uid, self.when)
        if self.resource == "services" and new is not None:
            self.services[new.metadata.uid] = (new.metadata.namespace, new.metadata.name)
        if self.resource == "deployments.apps" and new is not None:
            surge, unavailable = fenceposts(new)
            bounds = (self.when, desired(new) + surge, desired(new) - unavailable)
            self.limits.setdefault(new.metadata.uid, []).append(bounds)
        if self.resource == "replicasets.apps" and new is not None:
            uid, size = new.metadata.uid, new.spec.replicas
            self.largest[uid] = max(self.largest.get(uid, 0), 1 if size is None else size)
            told = old.metadata.annotations if old is not None else new.metadata.annotations
            if told.get(DESIRED_REPLICAS) != new.metadata.annotations.get(DESIRED_REPLICAS):
                self.scaled = self.when
        if self.resource == "pods":
            self._note_pod(new, old)
        if self.resource == "pods" and old is not None and pod_ready(old):
            marked = new is not None and new.metadata.deletion_timestamp is not None
            if (new is None or not pod_ready(new)) and not marked:
                self.alarmed = self.when

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
        owner = controller_of(new) if new is not None else None
        before = old.status.phase if old is not None else ""
        if owner is not None and new.status.phase == "Succeeded" != before:
            self.succeeded[owner.uid] = self.succeeded.get(owner.uid, 0) + 1

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

    def limits_lately(self, deployment: Any) -> tuple[int, int]:
        """The most and the fewest pods a Deployment has asked for within the last second."""
        bounds = self.limits[deployment.metadata.uid]
        recent = [b for b in bounds if b[0] > self.when - SECOND] + bounds[-1:]
        before = [b for b in bounds if b[0] <= self.when - SECOND][-1:]
        recent += before
        return max(b[1] for b in recent), min(b[2] for b in recent)

    def family(self, deployment: Any) -> list[Any]:
        """The pods of all versions of a Deployment."""
        owners = {s.metadata.uid for s in self.versions(deployment)}
        return [p for p in self.of("pods").values() if (o := controller_of(p)) and o.uid in owners]

    def versions(self, deployment: Any) -> list[Any]:
        uid = deployment.metadata.uid
        sets = self.of("replicasets.apps").values()
        return [s for s in sets if (o := controller_of(s)) and o.uid == uid]

    def deployment_of(self, obj: Any) -> Any | None:
        """The Deployment above a ReplicaSet or a pod."""
        owner = controller_of(obj)
        if owner is None:
            return None
        for resource in ("deployments.apps", "replicasets.apps"):
            found = self.of(resource).get(
                f"/registry/{resource}/{obj.metadata.namespace}/{owner.name}"
            )
            if found is not None and found.metadata.uid == owner.uid:
                return found if resource == "deployments.apps" else self.deployment_of(found)
        return None

"""A cluster's history, one change at a time, as the invariants look at it: past or live."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from kubelite.api.conditions import node_ready, pod_active, pod_ready
from kubelite.apimachinery.rest import Request
from kubelite.cluster import Cluster
from kubelite.controllers.base import controller_of
from kubelite.controllers.deployment.revisions import DESIRED_REPLICAS, desired, fenceposts
from kubelite.etcd.backend import Change
from kubelite.sim.clock import MINUTE, SECOND

SIGNS_OF_LIFE = ("events", "leases.coordination.k8s.io")
"""Half of all writes; nothing of them is looked back at."""

CREATED, CHANGED, REMOVED = "created", "changed", "removed"


@dataclass
class Replay:
    """A cluster, one change at a time: ``state`` is what was stored after ``change``."""

    cluster: Cluster
    when: int = 0
    change: Change | None = None
    component: str = ""
    state: dict[str, dict[str, Any]] = field(default_factory=dict)
    written: dict[str, int] = field(default_factory=dict)  # key or uid -> when last changed
    gone: dict[str, int] = field(default_factory=dict)  # uid -> when deleted
    limits: dict[str, list[tuple[int, int, int]]] = field(default_factory=dict)
    largest: dict[str, int] = field(default_factory=dict)  # ReplicaSet uid -> largest size asked
    alarmed: int = 0  # when a pod was last lost that its ReplicaSet had not stopped
    scaled: int = 0  # when a ReplicaSet last heard of another size of its Deployment
    shares: list[tuple[int, int]] = field(default_factory=list)  # by how much versions grew by it
    misled: int = 0  # when a version was shrunk while a status counted pods that go or are gone
    dwindled: int = 0  # when a ReplicaSet last said that it has fewer pods available
    former: int = 1  # the revision before this change
    slack: int = SECOND  # how long a component may not know yet what has changed
    overdue: dict[tuple[str, str], None] = field(default_factory=dict)  # who sent long ago, to whom
    arrived: dict[str, list[int]] = field(default_factory=dict)  # component -> when late ones did
    doubted: dict[str, int] = field(default_factory=dict)  # pods whose binding nobody heard of
    renewed_late: int = 0  # when the reply to a lease's renewal was last late
    stopped: dict[str, int] = field(default_factory=dict)  # component -> when its process ended
    runs: dict[tuple[str, int], None] = field(default_factory=dict)  # of CronJobs, by their moments
    expected: Any = None  # what calm runs come to: see ``difference``
    disturbed: bool = False  # a reply was lost, or a controller has crashed
    bereaved: int = 0  # when a ready pod last ended that nobody had evicted
    unasked: int = 0  # when a ready pod last ended, not by its DaemonSet
    turned: int = 0  # when a node was last added or removed, or its Ready changed
    replaced: int = -MINUTE  # when a scheduler last died
    unready: dict[str, int] = field(default_factory=dict)  # key of a pod -> when it last was ready
    given_up: int = 0  # when a silent node was last to be emptied
    untainted: dict[str, int] = field(default_factory=dict)  # node -> when last let be
    succeeded: dict[str, int] = field(default_factory=dict)  # Job uid -> pods that have succeeded
    parallelism: dict[str, int] = field(default_factory=dict)  # Job uid -> the most it ever asked
    restarts: dict[str, list[int]] = field(default_factory=dict)  # of containers, lately
    uids: dict[str, Any] = field(default_factory=dict)  # everything that is there
    request: Request | None = None  # what the server is answering, if a component asked
    key: str = ""  # of what changed, in the store
    resource: str = ""  # its kind, as in "deployments.apps"
    new: Any = None  # what it has become; None when it was deleted
    old: Any = None  # what it was; None when it has been created
    before: Any = None  # what was stored, which must be the same

    @property
    def did(self) -> str:
        """What the change did to its object."""
        return CREATED if self.old is None else REMOVED if self.new is None else CHANGED

    def of(self, resource: str) -> Mapping[str, Any]:
        """All objects of a kind, by their keys."""
        return self.state.get(resource, {})

    def steps(self) -> Iterator[None]:
        """Move through the history, one change at a time."""
        moments = {entry.revision: entry for entry in self.cluster.trace.entries if entry.revision}
        for change in self.cluster.history._backend.changes(1):  # in plain, if encrypted
            entry = moments.get(change.revision)
            when = self.cluster.history.moment_of(change.revision)
            self.take(change, when, entry.component if entry else "")
            yield
            self.former = change.revision

    def take(self, change: Change, when: int, component: str) -> None:
        """Move to one more change."""
        self.change, self.when, self.component = change, when, component
        self.key, self.resource = change.key, change.key.split("/", 3)[2]
        self.new = change.current.value if change.current else None
        self.old = change.previous.value if change.previous else None
        self._apply()

    def _apply(self) -> None:
        new, old = self.new, self.old
        place = self.state.setdefault(self.resource, {})
        self.written[self.key] = self.when
        self.before = place.get(self.key)
        if new is None:
            place.pop(self.key, None)
            self.gone[old.metadata.uid] = self.when
            self.uids.pop(old.metadata.uid, None)
        else:
            place[self.key] = self.uids[new.metadata.uid] = new
        if self.resource in SIGNS_OF_LIFE:
            return
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
                if old is not None and (share := (size or 0) - (old.spec.replicas or 0)) > 0:
                    self.shares.append((self.when, share))
            if old and (old.status.available_replicas or 0) > (new.status.available_replicas or 0):
                self.dwindled = self.when
            if self.component == "deployment-controller" and old is not None:
                self._shrunk(new, old)
        if self.resource == "pods" and old is not None and pod_ready(old):
            marked = new is not None and new.metadata.deletion_timestamp is not None
            if new is None or not pod_ready(new):
                self.unready[self.key] = self.when
            lost = (new is None or not pod_ready(new)) and not marked
            stopped = marked and pod_active(old)
            freed = new is not None and controller_of(old) and not controller_of(new)
            if lost or freed or (stopped and self.component != "replicaset-controller"):
                self.alarmed = self.when  # it failed, was set free, or somebody else stopped it
            if lost or (stopped and self.component != "daemonset-controller"):
                self.unasked = self.when
            if lost or (stopped and not evicted(new)):
                self.bereaved = self.when
        self._remember(new, old)

    def _remember(self, new: Any, old: Any) -> None:
        """What is asked about later, when it can no longer be seen."""
        if self.resource == "pods" and new is not None and new.status.phase == "Succeeded":
            owner = controller_of(new)
            if owner is not None and (old is None or old.status.phase != "Succeeded"):
                self.succeeded[owner.uid] = self.succeeded.get(owner.uid, 0) + 1
        elif self.resource == "jobs.batch" and new is not None:
            uid, asked = new.metadata.uid, new.spec.parallelism
            self.parallelism[uid] = max(self.parallelism.get(uid, 0), 1 if asked is None else asked)
        elif self.resource == "nodes":
            if new is None or old is None or node_ready(new) != node_ready(old):
                self.turned = self.when
            if new is not None and old is not None and _evicts(old) and not _evicts(new):
                self.untainted[new.metadata.name] = self.when

    def _shrunk(self, new: Any, old: Any) -> None:
        """A rollout counts on what the statuses of its versions say, as upstream's does."""
        deployment = self.deployment_of(new)
        if deployment is None or (new.spec.replicas or 0) >= (old.spec.replicas or 0):
            return
        dwindled = self.dwindled > self.when - self.slack // 100  # its copy may not say so yet
        if dwindled or self.decided_long_ago():
            self.misled = self.when
        ready: dict[str, int] = {}
        for pod in self.of("pods").values():
            owner = controller_of(pod)
            if owner is not None and pod_active(pod) and pod_ready(pod):
                ready[owner.uid] = ready.get(owner.uid, 0) + 1
        for version in self.versions(deployment):
            stays = min(ready.get(version.metadata.uid, 0), version.spec.replicas or 0)
            if version is not new and (version.status.available_replicas or 0) > stays:
                self.misled = self.when

    def limits_lately(self, deployment: Any) -> tuple[int, int]:
        """The most and the fewest pods a Deployment has asked for, lately."""
        bounds = self.limits[deployment.metadata.uid]
        recent = [b for b in bounds if b[0] > self.when - self.slack] + bounds[-1:]
        before = [b for b in bounds if b[0] <= self.when - self.slack][-1:]
        recent += before
        return max(b[1] for b in recent), min(b[2] for b in recent)

    def decided_long_ago(self) -> bool:
        """Whether what is written now was sent, or was to be sent, long before: a controller does
        its plan one request after the other, and one that is late holds up those behind it."""
        if (self.component, self.key) in self.overdue:
            return True
        return any(0 <= self.when - end < SECOND for end in self.arrived.get(self.component, ()))

    def shared_lately(self) -> int:
        """By how much versions have grown because their Deployments did: where a copy is late, as
        upstream's may be, shares are reckoned from sizes of before."""
        return sum(share for when, share in self.shares if when > self.when - self.slack)

    def family(self, deployment: Any) -> list[Any]:
        """The pods of all versions of a Deployment."""
        owners = {s.metadata.uid for s in self.versions(deployment)}
        return [p for p in self.of("pods").values() if (o := controller_of(p)) and o.uid in owners]

    def versions(self, deployment: Any) -> list[Any]:
        """The ReplicaSets of a Deployment."""
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


def evicted(pod: Any) -> bool:
    """Whether an eviction of the pod has been granted."""
    return any(
        c.type == "DisruptionTarget" and c.reason == "EvictionByEvictionAPI"
        for c in pod.status.conditions
    )


def _evicts(node: Any) -> bool:
    return any(taint.effect == "NoExecute" for taint in node.spec.taints)

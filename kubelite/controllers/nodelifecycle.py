"""Node lifecycle: a node that falls silent is first doubted, then tainted.

Every 5 s each node's heartbeat is looked at; 50 s of silence make its conditions Unknown, unless
the server has a newer lease than the copy here. Taints follow: NoSchedule at once, NoExecute at a
limited rate, so that a fault of the network does not empty the cluster.
Models pkg/controller/nodelifecycle/node_lifecycle_controller.go.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from kubelite.api.conditions import condition, node_ready
from kubelite.api.coordination_v1 import Lease
from kubelite.api.core_v1 import Node, NodeCondition, Taint
from kubelite.apimachinery.errors import StatusError
from kubelite.apimachinery.struct import replace
from kubelite.apimachinery.times import SECOND, Time
from kubelite.client.client import Client
from kubelite.client.consistency import ConsistencyError, ConsistencyStore
from kubelite.client.controller import Action, Emit, Update
from kubelite.client.events import NORMAL, WARNING, EventRecorder
from kubelite.controllers.base import ManagedController, Manager

MONITOR_PERIOD = 5 * SECOND
GRACE_PERIOD = 50 * SECOND  # 40 s until Kubernetes 1.31
STARTUP_GRACE_PERIOD = 60 * SECOND
EVICTION_RATE = 0.1  # nodes a second
SECONDARY_EVICTION_RATE = 0.01
UNHEALTHY_ZONE = 0.55
LARGE_CLUSTER = 50

NOT_READY = "node.kubernetes.io/not-ready"
UNREACHABLE = "node.kubernetes.io/unreachable"
UNSCHEDULABLE = "node.kubernetes.io/unschedulable"
LEASES = "kube-node-lease"
REGION = "topology.kubernetes.io/region"
ZONE = "topology.kubernetes.io/zone"
EXCLUDED = "node.kubernetes.io/exclude-disruption"
NORMAL_ZONE, PARTIAL, FULL = "Normal", "PartialDisruption", "FullDisruption"

_DEAD = (NOT_READY, UNREACHABLE)
_WATCHED = ("Ready", "MemoryPressure", "DiskPressure", "PIDPressure")
_PRESSURE = {
    "MemoryPressure": "node.kubernetes.io/memory-pressure",
    "DiskPressure": "node.kubernetes.io/disk-pressure",
    "PIDPressure": "node.kubernetes.io/pid-pressure",
    "NetworkUnavailable": "node.kubernetes.io/network-unavailable",
}


class Health(msgspec.Struct):
    """What was last heard from a node, and when this controller heard it; where it was read."""

    heartbeat: object
    heard: int
    read: tuple[Node, Lease | None]


# DOC: node-unknown
def silenced(node: Node, now: int) -> Node:
    """The node with its conditions Unknown: nobody can say how it fares."""
    moment = Time(now // SECOND * SECOND)
    conditions = tuple(
        _unknown(found, "NodeStatusUnknown", "Kubelet stopped posting node status.", moment)
        if found.type in _WATCHED and found.status != "Unknown"
        else found
        for found in node.status.conditions
    )
    never = tuple(
        _unknown(
            NodeCondition(type=kind, last_heartbeat_time=node.metadata.creation_timestamp),
            "NodeStatusNeverUpdated",
            "Kubelet never posted node status.",
            moment,
        )
        for kind in _WATCHED
        if condition(node, kind) is None
    )
    return replace(node, status=replace(node.status, conditions=conditions + never))


def _unknown(found: NodeCondition, reason: str, message: str, moment: Time) -> NodeCondition:
    return replace(
        found, status="Unknown", reason=reason, message=message, last_transition_time=moment
    )


# DOC: node-taints
def taints_for(node: Node) -> dict[str, str]:
    """The NoSchedule taints that its conditions, and a cordon, call for."""
    wanted: dict[str, str] = {}
    ready = condition(node, "Ready")
    if ready is not None and ready.status == "Unknown":
        wanted[UNREACHABLE] = "NoSchedule"
    elif ready is None or ready.status != "True":
        wanted[NOT_READY] = "NoSchedule"
    for kind, taint in _PRESSURE.items():
        found = condition(node, kind)
        if found is not None and found.status == "True":
            wanted[taint] = "NoSchedule"
    if node.spec.unschedulable:
        wanted[UNSCHEDULABLE] = "NoSchedule"
    return wanted


_OURS = (NOT_READY, UNREACHABLE, UNSCHEDULABLE, *_PRESSURE.values())


def retainted(node: Node, evict: str, now: int) -> tuple[Taint, ...]:
    """The node's taints as they should be; ``evict`` is the NoExecute taint's key, if any."""
    kept = []
    wanted = taints_for(node)
    for taint in node.spec.taints:
        if taint.effect == "NoSchedule" and taint.key in _OURS:
            if taint.key not in wanted:
                continue
            del wanted[taint.key]
        elif taint.effect == "NoExecute" and taint.key in _DEAD:
            if taint.key != evict:
                continue
            evict = ""
        kept.append(taint)
    moment = Time(now // SECOND * SECOND)
    added = [Taint(key=key, effect="NoSchedule", time_added=moment) for key in wanted]
    if evict:
        added.append(Taint(key=evict, effect="NoExecute", time_added=moment))
    return (*kept, *added)


def zone_state(ready: int, not_ready: int) -> str:
    """How a zone fares with so many nodes of either kind. Two silent nodes are no disruption."""
    if not_ready and not ready:
        return FULL
    if not_ready > 2 and not_ready / (ready + not_ready) >= UNHEALTHY_ZONE:
        return PARTIAL
    return NORMAL_ZONE


# DOC: eviction-rate
def eviction_rate(ready: int, not_ready: int) -> float:
    """Nodes a second that may be emptied in a zone with so many nodes of either kind.

    Many silent nodes at once look like a broken network: a large zone is emptied ten times more
    slowly, a small one not at all. A zone that is dead altogether is emptied at the usual rate.
    """
    if zone_state(ready, not_ready) == PARTIAL:
        return SECONDARY_EVICTION_RATE if ready + not_ready > LARGE_CLUSTER else 0.0
    return EVICTION_RATE


class NodeLifecycleController(ManagedController):
    """Watches nodes and their leases."""

    name = "node-controller"
    workers = 1

    def __init__(self, client: Client, recorder: EventRecorder, manager: Manager):
        super().__init__(client, recorder, manager)
        self.nodes = manager.informer("nodes")
        self.leases = manager.informer("leases.coordination.k8s.io")
        self.pods = manager.informer("pods", {"node": lambda pod: (pod.spec.node_name,)})
        self.nodes.on(add=self._added, update=self._updated, delete=self._deleted)
        self._unread = ConsistencyStore(self.leases)  # newer leases that were shown by the server
        self._health: dict[str, Health] = {}
        self._next_eviction: dict[str, int] = {}  # by zone
        self.zones: dict[str, tuple[int, int]] = {}  # how many nodes are Ready, how many are not

    def start(self) -> None:
        """Look at every node, now and every 5 s."""
        self.clock.after(MONITOR_PERIOD, self._monitor, self._life)

    def _added(self, node: Node) -> None:
        name = node.metadata.name
        text = f"Node {name} event: Registered Node {name} in Controller"
        self.recorder.event(node, NORMAL, "RegisteredNode", text)
        self._count(node, 1)
        self._hear(node)
        self.queue.add(name)

    def _updated(self, old: Node, node: Node) -> None:
        self._count(old, -1)
        self._count(node, 1)
        unlike = old.spec != node.spec or [(c.type, c.status) for c in old.status.conditions] != [
            (c.type, c.status) for c in node.status.conditions
        ]
        if unlike:
            self.queue.add(node.metadata.name)

    def _deleted(self, node: Node) -> None:
        name = node.metadata.name
        text = f"Node {name} event: Removing Node {name} from Controller"
        self.recorder.event(node, NORMAL, "RemovingNode", text)
        self._count(node, -1)
        self._health.pop(name, None)

    # Listening for heartbeats

    def _monitor(self, life: int) -> None:
        if life != self._life:
            return
        self.clock.after(MONITOR_PERIOD, self._monitor, life)
        for node in self.nodes.items():
            self._hear(node)
            if self._silent(node) or _tainted(node):
                self.queue.add(node.metadata.name)

    def _hear(self, node: Node) -> None:
        """Note a new heartbeat by this controller's own clock, not by the node's."""
        name = node.metadata.name
        known = self._health.get(name)
        lease = self.leases.get(f"{LEASES}/{name}")
        if known is not None and known.read[0] is node and known.read[1] is lease:
            return
        ready = condition(node, "Ready")
        beat = (
            lease.spec.renew_time if lease is not None else None,
            ready.last_heartbeat_time if ready is not None and ready.status != "Unknown" else None,
        )
        if known is None:
            never = lease is None and ready is None
            began = node.metadata.creation_timestamp if never else None
            heard = int(began) if began else self.clock.now
            self._health[name] = Health(beat, heard, (node, lease))
        elif known.heartbeat != beat:
            self._health[name] = Health(beat, self.clock.now, (node, lease))
        else:
            known.read = (node, lease)

    def _silent(self, node: Node) -> bool:
        known = self._health.get(node.metadata.name)
        if known is None or self.clock.now <= known.heard + GRACE_PERIOD:
            return False
        grace = GRACE_PERIOD if condition(node, "Ready") is not None else STARTUP_GRACE_PERIOD
        return self.clock.now > known.heard + grace

    # DOC: lease-circuit-breaker
    def _confirmed(self, node: Node) -> bool:
        """Whether the server, too, has heard nothing newer; then a silent node may be doubted.

        Once a copy is behind in one lease it is trusted in none until it has caught up: so one
        question is enough, however many nodes look silent. Not being answered is no answer.
        """
        name = node.metadata.name
        found: Lease | None = self.leases.get(f"{LEASES}/{name}")
        try:
            self._unread.ensure_ready(LEASES)
            live: Lease = self.client.get(self.leases.resource, name, LEASES)
        except ConsistencyError:
            return False
        except StatusError as error:
            return error.code == 404
        if found is not None and found.metadata.resource_version == live.metadata.resource_version:
            return True
        self._unread.wrote(LEASES, live)
        return False

    # Acting on it

    def sync(self, key: str) -> Sequence[Action]:
        """One node: its conditions, then its taints, then its pods."""
        node = self.nodes.get(key)
        if node is None:
            return ()
        now = self.clock.now
        self._hear(node)
        if self._silent(node) and self._confirmed(node):
            doubted = silenced(node, now)
            if doubted != node:
                return self._doubt(node, doubted)
        return [*self._retaint(node), *self._pods_not_ready(node)]

    def _doubt(self, node: Node, doubted: Node) -> list[Action]:
        actions: list[Action] = [Update(doubted, "status")]
        ready = condition(node, "Ready")
        if ready is not None and ready.status == "True":
            text = f"Node {node.metadata.name} status is now: NodeNotReady"
            actions.append(Emit(node, NORMAL, "NodeNotReady", text))
        return actions

    def _retaint(self, node: Node) -> Iterable[Action]:
        taints = retainted(node, self._no_execute(node), self.clock.now)
        if taints != node.spec.taints:
            yield Update(replace(node, spec=replace(node.spec, taints=taints)))

    def _pods_not_ready(self, node: Node) -> Iterable[Action]:
        """Nobody vouches for a silent node's pods: they leave the Services at once."""
        doubt = condition(node, "Ready")
        if doubt is None or doubt.status != "Unknown":
            return
        moment = Time(self.clock.now // SECOND * SECOND)
        for pod in self.pods.index("node", node.metadata.name):
            ready = condition(pod, "Ready")
            if ready is None or ready.status != "True":
                continue
            changed = replace(ready, status="False", last_transition_time=moment)
            conditions = tuple(changed if c is ready else c for c in pod.status.conditions)
            yield Update(replace(pod, status=replace(pod.status, conditions=conditions)), "status")
            yield Emit(pod, WARNING, "NodeNotReady", "Node is not ready")

    def _no_execute(self, node: Node) -> str:
        """The NoExecute taint the node should have: none, or one when its turn has come."""
        ready = condition(node, "Ready")
        if ready is None or ready.status == "True":
            return ""
        zones = self.zones
        if not any(alive for alive, _ in zones.values()):
            return ""  # not one node is heard of: it is this controller that is cut off
        taint = UNREACHABLE if ready.status == "Unknown" else NOT_READY
        if any(t.effect == "NoExecute" and t.key in _DEAD for t in node.spec.taints):
            return taint
        zone = zone_of(node)
        rate, now = eviction_rate(*zones.get(zone, (0, 0))), self.clock.now
        if rate == 0:
            return ""
        turn = self._next_eviction.get(zone, 0)
        if now < turn:
            self.queue.add_after(node.metadata.name, turn - now)
            return ""
        self._next_eviction[zone] = now + int(SECOND / rate)
        return taint

    def _count(self, node: Node, change: int) -> None:
        """A node came (1) or went (-1)."""
        if EXCLUDED in node.metadata.labels:
            return
        zone = zone_of(node)
        ready, not_ready = self.zones.get(zone, (0, 0))
        if node_ready(node):
            self.zones[zone] = (ready + change, not_ready)
        else:
            self.zones[zone] = (ready, not_ready + change)


def zone_of(node: Node) -> str:
    """Region and zone, for there may be zones of one name in several regions."""
    labels = node.metadata.labels
    region, zone = labels.get(REGION, ""), labels.get(ZONE, "")
    return f"{region}/{zone}" if region or zone else ""


def _tainted(node: Node) -> bool:
    taints = node.spec.taints
    return bool(taints) and any(taint.key in _DEAD for taint in taints)

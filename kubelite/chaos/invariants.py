"""What must be true of every revision of every cluster, whatever was done to it: safety.

Each invariant is a function whose docstring is its sentence; it gives a complaint for each place
where the sentence is false. Which of them a write concerns, says ``chaos.concerns``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from operator import attrgetter

from kubelite.api.conditions import pod_active, pod_finished, pod_ready
from kubelite.apimachinery.labels import from_set
from kubelite.apimachinery.struct import decode, encode, replace
from kubelite.chaos.invariants_of_rollouts import PROPAGATION
from kubelite.chaos.replay import Replay
from kubelite.scheduler.resources import amounts_of, pod_requests
from kubelite.sim.clock import SECOND

COLLECTION = 60 * SECOND
LATE = 15 * SECOND
_PHASES = ("Pending", "Running", "Succeeded", "Failed")
SLICES = "endpointslices.discovery.k8s.io"


Invariant = Callable[[Replay], Iterable[str]]
"""What is asked at every write gives a tuple: a generator costs more than most of the questions."""


def revisions_grow_by_one(replay: Replay) -> Iterable[str]:
    """1. Revisions grow by exactly one with each transaction and never repeat."""
    assert replay.change is not None
    revision = replay.change.revision
    if revision - replay.former in (0, 1):
        return ()
    return (f"after revision {replay.former} came {revision}",)


def objects_carry_their_revision(replay: Replay) -> Iterable[str]:
    """2. An object's resourceVersion is the revision of its last write."""
    assert replay.change is not None
    carried = replay.new.metadata.resource_version
    return () if carried == str(replay.change.revision) else (f"resourceVersion {carried}",)


def what_is_stored_can_be_read_back(replay: Replay) -> Iterator[str]:
    """13. Every stored object can be read from its own JSON, and then writes the same JSON."""
    raw = encode(replay.new)
    if encode(decode(type(replay.new), raw)) != raw:
        yield "writes other JSON once it has been read"


def generations_count_specs(replay: Replay) -> Iterator[str]:
    """14. The generation grows exactly when the spec changes; nobody observes a later one."""
    new, old = replay.new, replay.old
    if not new.metadata.generation or not hasattr(new, "spec"):
        return
    observed = getattr(getattr(new, "status", None), "observed_generation", 0) or 0
    if observed > new.metadata.generation:
        yield f"observed generation {observed} of {new.metadata.generation}"
    if old is None:
        return
    if new.metadata.generation < old.metadata.generation:
        yield "its generation fell"
    grew = new.metadata.generation > old.metadata.generation
    spec = old.spec
    if replay.resource == "pods":  # binding is not counted
        spec = replace(spec, node_name=new.spec.node_name)
    marked = new.metadata.deletion_timestamp != old.metadata.deletion_timestamp
    # A Deployment's annotations count, too: they are copied to its ReplicaSets.
    noted = new.kind == "Deployment" and new.metadata.annotations != old.metadata.annotations
    if (new.spec != spec) and not grew:
        yield "its spec changed and its generation did not"
    if grew and not (new.spec != spec or marked or noted):
        yield "its generation grew and its spec did not change"


_identity = attrgetter("name", "namespace", "uid", "creation_timestamp")


def identities_stay(replay: Replay) -> Iterable[str]:
    """15. Name, namespace, uid and birth never change."""
    was, became = _identity(replay.old.metadata), _identity(replay.new.metadata)
    return () if was == became else (f"was {was}, and became {became}",)


def what_is_immutable_stays(replay: Replay) -> Iterator[str]:
    """15. A selector, a pod's node and a Service's address never change."""
    new, old = replay.new, replay.old
    if new.kind in ("Deployment", "ReplicaSet") and new.spec.selector != old.spec.selector:
        yield "spec.selector changed"
    if new.kind == "Pod" and old.spec.node_name not in ("", new.spec.node_name):
        yield "spec.nodeName changed: bound twice"
    if new.kind == "Service" and old.spec.cluster_ip not in ("", new.spec.cluster_ip):
        yield "spec.clusterIP changed"


def a_deletion_is_never_taken_back(replay: Replay) -> Iterable[str]:
    """16. A deletionTimestamp is never cleared and never moves into the future."""
    was, stamp = replay.old.metadata.deletion_timestamp, replay.new.metadata.deletion_timestamp
    if was is None or (stamp is not None and stamp <= was):
        return ()
    return (f"deletionTimestamp went from {was} to {stamp}",)


def no_node_is_overcommitted(replay: Replay) -> Iterator[str]:
    """18. What the scheduler puts on a node never asks for more than the node has to give, unless
    it does not know yet of what it has just put there, or has died since it asked."""
    new, old = replay.new, replay.old
    if replay.replaced > replay.when - LATE or old.spec.node_name or not new.spec.node_name:
        return
    node = replay.of("nodes").get(f"/registry/nodes/{new.spec.node_name}")
    if node is None:
        yield f"was bound to {new.spec.node_name}, which is not there"
        return
    there = [
        pod
        for pod in replay.of("pods").values()
        if pod.spec.node_name == new.spec.node_name and not pod_finished(pod)
    ]
    for pod in there:  # upstream's scheduler forgets it, too, until a watch tells of it
        where = f"{pod.metadata.namespace}/{pod.metadata.name}"
        if pod is not new and replay.doubted.get(where, 0) > replay.when - PROPAGATION:
            return
    room = amounts_of(node.status.allocatable)
    if len(there) > room["pods"]:
        yield f"is one of {len(there)} pods on {new.spec.node_name}"
    for name in ("cpu", "memory"):
        asked = sum(pod_requests(pod.spec).get(name, 0) for pod in there)
        if asked > room[name]:
            yield f"makes {new.spec.node_name} promise {asked} of {room[name]} {name}"


def pods_only_move_forward(replay: Replay) -> Iterator[str]:
    """23. A pod's phase never goes back, its end is final, and restarts are never uncounted."""
    new, old = replay.new, replay.old
    before, after = old.status.phase, new.status.phase
    if pod_finished(old) and before != after:
        yield f"was {before} and became {after}"
    elif _PHASES.index(after) < _PHASES.index(before):
        yield f"went from {before} back to {after}"
    counts = {c.name: c.restart_count for c in new.status.container_statuses}
    for container in old.status.container_statuses:
        if counts.get(container.name, container.restart_count) < container.restart_count:
            yield f"uncounted a restart of container {container.name}"


def owners_are_clear(replay: Replay) -> Iterable[str]:
    """32. Nothing has two managing owners, and nobody takes in what is on its way out."""
    new, old = replay.new, replay.old
    owners, held = new.metadata.owner_references, old.metadata.owner_references if old else ()
    if owners is held:
        return ()
    found = []
    if len([owner for owner in owners if owner.controller]) > 1:
        found.append("has two managing owners")
    going = old is not None and old.metadata.deletion_timestamp is not None
    if going and {o.uid for o in owners} - {o.uid for o in held}:
        found.append("was adopted while it was being deleted")
    return found


def no_orphan_is_left(replay: Replay) -> Iterator[str]:
    """32. What has lost its last owner is deleted, soon."""
    alive = {obj.metadata.uid for kind in replay.state.values() for obj in kind.values()}
    now = replay.cluster.clock.now
    for kind in replay.state.values():
        for key, obj in kind.items():
            owners = [owner.uid for owner in obj.metadata.owner_references]
            if not owners or alive & {*owners} or obj.metadata.deletion_timestamp is not None:
                continue
            lost = max(replay.gone.get(uid, 0) for uid in owners)
            if now - lost > COLLECTION:
                yield f"{key} has had no owner for {(now - lost) // SECOND} s"


def services_know_who_is_ready(replay: Replay) -> Iterator[str]:
    """34. Each Ready pod is a ready endpoint of its Services exactly once, and nobody else is."""
    settled = replay.cluster.clock.now - PROPAGATION
    pods = {p.metadata.uid: p for p in replay.of("pods").values()}
    for key, service in replay.of("services").items():
        if not service.spec.selector or replay.written[key] > settled:
            continue
        namespace, name = service.metadata.namespace, service.metadata.name
        slices = [
            s
            for s in replay.of(SLICES).values()
            if s.metadata.namespace == namespace
            and s.metadata.labels.get("kubernetes.io/service-name") == name
        ]
        listed = [e for s in slices for e in s.endpoints]
        told = [e.target_ref.uid for e in listed if e.target_ref and e.conditions.ready]
        for uid in told:
            if uid not in pods and replay.gone.get(uid, 0) <= settled:
                yield f"{key} still sends traffic to a pod that is gone"
        matches = from_set(service.spec.selector).matches
        for place, pod in replay.of("pods").items():
            if pod.metadata.namespace != namespace or replay.written[place] > settled:
                continue
            serves = pod_ready(pod) and pod_active(pod) and matches(pod.metadata.labels)
            if service.spec.publish_not_ready_addresses and not pod_ready(pod):
                continue
            if told.count(pod.metadata.uid) != serves:
                yield f"{key} lists {place} {told.count(pod.metadata.uid)} times"

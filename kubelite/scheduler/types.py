"""Pods and nodes as the scheduler thinks of them: everything worked out beforehand.

Models ``pkg/scheduler/framework/types.go``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from kubelite.api.core_v1 import Node, Pod, PodAffinityTerm, PodSpec
from kubelite.api.node_selector import RequiredNodeAffinity
from kubelite.api.volumes import volumes_with_claims
from kubelite.apimachinery.labels import NOTHING, Requirement, Selector, from_label_selector
from kubelite.apimachinery.struct import encode, replace
from kubelite.scheduler.resources import CPU, MEMORY, Resource, pod_requests, spec_in_force

HOSTNAME_LABEL = "kubernetes.io/hostname"
ZONE_LABEL = "topology.kubernetes.io/zone"
ANY_ADDRESS = "0.0.0.0"

NamespaceLabels = Callable[[], Mapping[str, Mapping[str, str]]]


class HostPort(NamedTuple):
    """A port of the node that a container wants for itself."""

    ip: str
    protocol: str
    port: int

    def conflicts(self, other: HostPort) -> bool:
        """Whether both cannot be had; the address 0.0.0.0 is every address."""
        return self[1:] == other[1:] and (self.ip == other.ip or ANY_ADDRESS in (self.ip, other.ip))


class AffinityTerm:
    """A parsed PodAffinityTerm; ``weight`` is 0 for a demand."""

    __slots__ = ("namespace_selector", "namespaces", "selector", "topology_key", "weight")

    def __init__(self, term: PodAffinityTerm, namespace: str, weight: int = 0):
        own = () if term.namespace_selector else (namespace,)
        self.namespaces = term.namespaces or own
        self.namespace_selector = from_label_selector(term.namespace_selector)
        self.selector = from_label_selector(term.label_selector)
        self.topology_key = term.topology_key
        self.weight = weight

    def admits(self, namespace: str, labels_of: NamespaceLabels) -> bool:
        """Whether pods of this namespace are meant."""
        if namespace in self.namespaces:
            return True
        selector = self.namespace_selector
        return selector is not NOTHING and selector.matches(labels_of().get(namespace, {}))

    def matches(self, pod: PodInfo, labels_of: NamespaceLabels) -> bool:
        """Whether ``pod`` is one of those meant."""
        return self.selector.matches(pod.labels) and self.admits(pod.namespace, labels_of)

    def namespaces_meant(self, labels_of: NamespaceLabels) -> list[str]:
        """All namespaces that are meant, as far as they exist."""
        if self.namespace_selector is NOTHING:
            return list(self.namespaces)
        matching = [n for n, found in labels_of().items() if self.namespace_selector.matches(found)]
        return list(dict.fromkeys((*self.namespaces, *matching)))


class Needs:
    """What a pod spec asks of a node, worked out once: pods of one ReplicaSet share it.

    ``amounts`` is all that it asks for in numbers: the same for specs that differ in other things.
    """

    __slots__ = (
        "affinity",
        "amounts",
        "anti_affinity",
        "claims",
        "device_claims",
        "host_ports",
        "non_zero",
        "node_affinity",
        "preferred",
        "priority",
        "requests",
        "spec",
    )

    def __init__(self, spec: PodSpec, namespace: str):
        self.spec = spec
        self.priority = spec.priority or 0
        self.requests = Resource(pod_requests(spec))
        counted = pod_requests(spec, non_zero=True)
        self.non_zero = (counted.get(CPU, 0), counted.get(MEMORY, 0))
        self.host_ports = tuple(_host_ports(spec))
        self.claims = volumes_with_claims(spec) if spec.volumes else ()
        self.device_claims = spec.resource_claims
        self.node_affinity = RequiredNodeAffinity(spec)
        self.affinity: tuple[AffinityTerm, ...] = ()
        self.anti_affinity: tuple[AffinityTerm, ...] = ()
        self.preferred: tuple[AffinityTerm, ...] = ()
        self.amounts = _amounts(self.requests, self.non_zero)
        if spec.affinity:
            self._read_affinity(spec, namespace)

    def _read_affinity(self, spec: PodSpec, namespace: str) -> None:
        """``preferred`` holds both wishes: those to keep away weigh less than nothing."""
        affinity = spec.affinity.pod_affinity if spec.affinity else None
        anti = spec.affinity.pod_anti_affinity if spec.affinity else None
        if affinity:
            required = affinity.required_during_scheduling_ignored_during_execution
            self.affinity = tuple(AffinityTerm(term, namespace) for term in required)
            wishes = affinity.preferred_during_scheduling_ignored_during_execution
            self.preferred += tuple(
                AffinityTerm(w.pod_affinity_term, namespace, w.weight) for w in wishes
            )
        if anti:
            required = anti.required_during_scheduling_ignored_during_execution
            self.anti_affinity = tuple(AffinityTerm(term, namespace) for term in required)
            wishes = anti.preferred_during_scheduling_ignored_during_execution
            self.preferred += tuple(
                AffinityTerm(w.pod_affinity_term, namespace, -w.weight) for w in wishes
            )

    @property
    def about_pods(self) -> bool:
        """Whether the pod cares which other pods are near."""
        return bool(self.affinity or self.anti_affinity or self.preferred)


def _host_ports(spec: PodSpec) -> Iterator[HostPort]:
    sidecars = [c for c in spec.init_containers if c.restart_policy == "Always"]
    for container in (*sidecars, *spec.containers):
        for port in container.ports:
            if port.host_port > 0:
                yield HostPort(port.host_ip or ANY_ADDRESS, port.protocol or "TCP", port.host_port)


# Needs by identity of the spec, and by what it says. An entry holds its spec, so an id cannot come
# to mean another.
_NEEDS_KEPT = 2_048
_needs: dict[tuple[int, str], tuple[PodSpec, Needs]] = {}
_alike: dict[tuple[bytes, str], Needs] = {}


def _amounts(requests: Resource, non_zero: tuple[int, int]) -> tuple[object, ...]:
    known = (requests.milli_cpu, requests.memory, requests.ephemeral_storage, *non_zero)
    return (*known, *sorted(requests.scalar.items()))


def needs_of(spec: PodSpec, namespace: str) -> Needs:
    """The needs of a spec in a namespace; the same object for specs that ask for the same."""
    key = (id(spec), namespace)
    found = _needs.get(key)
    if found is None:
        if len(_needs) >= _NEEDS_KEPT:
            _needs.clear()
        found = _needs[key] = (spec, _needs_alike(spec, namespace))
    return found[1]


def _needs_alike(spec: PodSpec, namespace: str) -> Needs:
    """Pods of a StatefulSet differ by their names alone, and need the same."""
    nameless = replace(spec, hostname="", subdomain="")
    key = (encode(nameless), namespace)
    found = _alike.get(key)
    if found is None:
        if len(_alike) >= _NEEDS_KEPT:
            _alike.clear()
        found = _alike[key] = Needs(spec, namespace)
    return found


class PodInfo:
    """A pod and its needs. ``node_name`` is where it is or is assumed to be."""

    __slots__ = ("key", "labels", "namespace", "needs", "node_name", "pod", "terminating", "uid")

    def __init__(self, pod: Pod, needs: Needs | None = None):
        meta = pod.metadata
        self.pod = pod
        self.uid = meta.uid
        self.namespace = meta.namespace
        self.key = f"{meta.namespace}/{meta.name}"
        self.labels = meta.labels
        self.terminating = meta.deletion_timestamp is not None
        self.node_name = pod.spec.node_name
        if needs is None:
            spec = pod.spec if meta.generation <= 1 else spec_in_force(pod)
            needs = needs_of(spec, meta.namespace)
        self.needs = needs

    def __repr__(self) -> str:
        return f"PodInfo({self.key!r})"


class NodeInfo:
    """A node, the pods on it, and the sums over them.

    ``node`` is None while only pods of it are known. ``requested`` is what the pods ask for,
    ``non_zero_cpu`` and ``non_zero_memory`` the same with a minimum for each container.
    ``place`` is where it stands in the order in which the snapshot's nodes are tried.
    """

    __slots__ = (
        "allocatable",
        "labels",
        "name",
        "node",
        "non_zero_cpu",
        "non_zero_memory",
        "place",
        "pods",
        "pods_with_affinity",
        "pods_with_anti_affinity",
        "requested",
        "taints",
        "unschedulable",
        "used_ports",
    )

    def __init__(self, name: str):
        self.name = name
        self.place = 0
        self.pods: dict[str, PodInfo] = {}
        self.pods_with_affinity: dict[str, PodInfo] = {}
        self.pods_with_anti_affinity: dict[str, PodInfo] = {}
        self.used_ports: dict[HostPort, int] = {}
        self.requested = Resource()
        self.non_zero_cpu = 0
        self.non_zero_memory = 0
        self.set_node(None)

    def set_node(self, node: Node | None) -> None:
        """Take over what the node object says."""
        self.node = node
        self.labels = node.metadata.labels if node else {}
        self.taints = node.spec.taints if node else ()
        self.unschedulable = node.spec.unschedulable if node else False
        self.allocatable = Resource.of(node.status.allocatable) if node else Resource()

    def add_pod(self, pod: PodInfo) -> None:
        """Put ``pod`` here."""
        self.pods[pod.uid] = pod
        needs = pod.needs
        if needs.about_pods:
            self.pods_with_affinity[pod.uid] = pod
            if needs.anti_affinity:
                self.pods_with_anti_affinity[pod.uid] = pod
        self._sum(needs, 1)

    def remove_pod(self, uid: str) -> None:
        """Take the pod away again."""
        pod = self.pods.pop(uid)
        self.pods_with_affinity.pop(uid, None)
        self.pods_with_anti_affinity.pop(uid, None)
        self._sum(pod.needs, -1)

    def _sum(self, needs: Needs, sign: int) -> None:
        cpu, memory = needs.non_zero
        self.non_zero_cpu += sign * cpu
        self.non_zero_memory += sign * memory
        self.requested.add(needs.requests, sign)
        for port in needs.host_ports:
            count = self.used_ports.get(port, 0) + sign
            if count:
                self.used_ports[port] = count
            else:
                del self.used_ports[port]

    def __repr__(self) -> str:
        return f"NodeInfo({self.name!r}, pods={len(self.pods)})"


def merge_labels(selector: Selector, labels: Iterable[tuple[str, str]]) -> Selector:
    """``selector``, asking for these labels as well."""
    extra = [Requirement(key, "=", (value,)) for key, value in labels]
    return Selector([*selector.requirements, *extra], nothing=selector.nothing)

"""What each component tells Prometheus, under upstream's names, worked out when somebody asks.

One row of ``COMPONENTS`` is one thing that can be scraped. Components on a node are asked for by
"name/node". A row's function gets the cluster and the node's name ("" for the control plane).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from kubelite.api import SCHEME
from kubelite.apimachinery.exposition import (
    GAUGE,
    HISTOGRAM,
    Family,
    Histogram,
    Sample,
    counter,
    expose,
    gauge,
    parse,
    total,
)
from kubelite.apimachinery.told import UsageError
from kubelite.kubelet.cri import CREATED, EXITED, RUNNING
from kubelite.sim.clock import SECOND

if TYPE_CHECKING:
    from kubelite.cluster.cluster import Cluster

VERBS = {
    "create": "POST",
    "update": "PUT",
    "patch": "PATCH",
    "get": "GET",
    "list": "LIST",
    "delete": "DELETE",
    "deletecollection": "DELETECOLLECTION",
}
QUEUES = {
    "activeQ": "active",
    "backoffQ": "backoff",
    "errorBackoffQ": "backoff",
    "gated": "gated",
    "unschedulable": "unschedulable",
}
SYNC_SECONDS = 0.01  # what a node's proxy needs to write its rules

Families = Iterator[Family]


class Exposition(str):
    """The text of a scrape. ``value`` reads one number of it."""

    __slots__ = ()

    def value(self, name: str, /, **labels: str) -> float:
        """The sum of the samples of that name with these labels. KeyError when there is none."""
        found = [v for n, held, v in parse(self) if n == name and labels.items() <= held.items()]
        if not found:
            raise KeyError(f"there is no sample {name} with {labels or 'any labels'}")
        return sum(found)

    def __repr__(self) -> str:
        return str(self)


def _apiserver(cluster: Cluster, node: str) -> Families:
    counts: Counter[tuple[str, ...]] = Counter()
    for (verb, resource, part, code), n in cluster.api.requests.items():
        name, _, group = resource.partition(".")
        counts[VERBS.get(verb, verb.upper()), group, name, part, str(code), "apiserver"] += n
    help = "Counter of apiserver requests broken out for each verb, group, resource and HTTP code."
    labels = ("verb", "group", "resource", "subresource", "code", "component")
    yield counter("apiserver_request_total", help, counts, *labels)
    objects = [
        Sample(len(cluster.api.all(kind.resource)), {"group": kind.group, "resource": kind.plural})
        for kind in SCHEME
    ]
    help = "Number of stored objects at the time of last check split by kind."
    yield Family("apiserver_resource_objects", GAUGE, help, tuple(objects))


def _etcd(cluster: Cluster, node: str) -> Families:
    verbs = Counter(entry.verb for entry in cluster.trace.entries if entry.revision)
    keys = sum(len(cluster.api.all(kind.resource)) for kind in SCHEME)
    store = cluster.store
    name = "etcd_debugging_mvcc"
    puts = verbs["create"] + verbs["update"]
    yield gauge(f"{name}_keys_total", "Total number of keys.", keys)
    yield total(f"{name}_put_total", "Total number of puts seen by this member.", puts)
    deletes = verbs["delete"]
    yield total(f"{name}_delete_total", "Total number of deletes seen by this member.", deletes)
    yield gauge(f"{name}_current_revision", "The current revision of store.", store.revision)
    yield gauge(f"{name}_compact_revision", "The revision of the last compaction.", store.compacted)


def _controller_manager(cluster: Cluster, node: str) -> Families:
    depth, adds, retries = [], [], []
    for name, controller in cluster.controllers.items():
        queue, labels = controller.queue, {"name": name.removesuffix("-controller")}
        depth.append(Sample(len(queue), labels))
        adds.append(Sample(queue.adds, labels))
        retries.append(Sample(queue.retried, labels))
    yield Family("workqueue_depth", GAUGE, "Current depth of workqueue", tuple(depth))
    help = "Total number of adds handled by workqueue"
    yield Family("workqueue_adds_total", "counter", help, tuple(adds))
    help = "Total number of retries handled by workqueue"
    yield Family("workqueue_retries_total", "counter", help, tuple(retries))
    for name, controller in cluster.controllers.items():
        if controller.consistency is not None:
            help = "Number of times the controller skipped a sync due to a stale cache."
            metric = f"{name.removesuffix('-controller').replace('-', '_')}_controller"
            yield total(f"{metric}_stale_sync_skips_total", help, controller.consistency.skips)


def _scheduler(cluster: Cluster, node: str) -> Families:
    scheduler = cluster.scheduler
    attempts: dict[tuple[str, ...], int] = {
        (result, "default-scheduler"): n for result, n in scheduler.attempts.items()
    }
    help = "Number of attempts to schedule pods, by the result."
    yield counter("scheduler_schedule_attempts_total", help, attempts, "result", "profile")
    waiting = Counter(QUEUES.get(place, "") for place in scheduler.queue.places().values())
    shown = dict.fromkeys(QUEUES.values())
    samples = tuple([Sample(waiting[name], {"queue": name}) for name in shown])
    help = "Number of pending pods, by the queue type."
    yield Family("scheduler_pending_pods", GAUGE, help, samples)
    snapshot = scheduler.cache.snapshot
    kinds = {"nodes": len(snapshot.nodes), "pods": sum(len(n.pods) for n in snapshot.nodes)}
    sizes = tuple([Sample(n, {"type": name}) for name, n in kinds.items()])
    help = "Number of nodes, pods, and assumed (bound) pods in the scheduler cache."
    yield Family("scheduler_cache_size", GAUGE, help, sizes)


def _kubelet(cluster: Cluster, node: str) -> Families:
    kubelet = cluster.workers[node].kubelet
    statuses = [worker.runtime_status for worker in kubelet.workers.values()]
    running = sum(status.sandbox_ready for status in statuses)
    yield gauge("kubelet_node_name", "The node's name. The count is always 1.", 1, node=node)
    yield gauge("kubelet_running_pods", "Number of pods that have a running pod sandbox", running)
    states = Counter(c.state for status in statuses for c in status.containers)
    samples = [Sample(states[s], {"container_state": s}) for s in (CREATED, EXITED, RUNNING)]
    help = "Number of containers currently running"
    yield Family("kubelet_running_containers", GAUGE, help, tuple(samples))
    started: dict[tuple[str, ...], int] = {("container",): kubelet.manager.started}
    help = "Cumulative number of containers started"
    yield counter("kubelet_started_containers_total", help, started, "container_type")
    help = "Cumulative number of pods started"
    yield total("kubelet_started_pods_total", help, kubelet.manager.sandboxes)
    pending = Counter(
        c.reason.lower()
        for uid in kubelet.workers
        for c in kubelet.allocation.conditions(uid)
        if c.type == "PodResizePending"
    )
    reasons = [Sample(pending[reason], {"reason": reason}) for reason in ("deferred", "infeasible")]
    help = "Number of pending resizes for pods."
    yield Family("kubelet_pod_pending_resizes", GAUGE, help, tuple(reasons))
    yield from _probes(cluster, node)


def _probes(cluster: Cluster, node: str) -> Families:
    words = {"success": "successful", "failure": "failed", "unknown": "unknown"}
    counts: dict[tuple[str, ...], int] = {}
    kubelet = cluster.workers[node].kubelet
    for uid, worker in kubelet.workers.items():
        meta = worker.pod.metadata
        for (container, kind), results in kubelet.probes.counts(uid).items():
            for result, n in results.items():
                key = (kind.capitalize(), words[result], container, meta.name, meta.namespace, uid)
                counts[key] = n
    help = "Cumulative number of a liveness, readiness or startup probe for a container by result."
    labels = ("probe_type", "result", "container", "pod", "namespace", "pod_uid")
    yield counter("prober_probe_total", help, counts, *labels)


def _cadvisor(cluster: Cluster, node: str) -> Families:
    """What is known of containers without a model of their use; helpers may add to the table."""
    starts, limits, memory = [], [], []
    worker = cluster.workers[node]
    for held in worker.kubelet.workers.values():
        meta = held.pod.metadata
        for status in held.runtime_status.containers:
            container = worker.runtime.container(status.id)
            if container is None or not container.running:
                continue
            labels = {"container": status.name, "namespace": meta.namespace, "pod": meta.name}
            starts.append(Sample(status.started_at / SECOND, labels))
            limits.append(Sample(container.program.memory_limit, labels))
            memory.append(Sample(container.program.memory, labels))
    help = "Start time of the container since unix epoch in seconds."
    yield Family("container_start_time_seconds", GAUGE, help, tuple(starts))
    help = "Memory limit for the container."
    yield Family("container_spec_memory_limit_bytes", GAUGE, help, tuple(limits))
    help = "Current working set of the container in bytes"
    yield Family("container_memory_working_set_bytes", GAUGE, help, tuple(memory))


def _proxy(cluster: Cluster, node: str) -> Families:
    proxier = cluster.workers[node].proxier
    took = Histogram((0.001, 0.002, 0.004, 0.008, 0.016, 0.032))
    for _ in range(proxier.syncs):
        took.observe(SYNC_SECONDS)
    help = "SyncProxyRules latency in seconds"
    name = "kubeproxy_sync_proxy_rules"
    yield Family(f"{name}_duration_seconds", HISTOGRAM, help, tuple(took.samples()))
    help = "The last time proxy rules were successfully synced"
    when = proxier.last_sync / SECOND
    yield gauge(f"{name}_last_timestamp_seconds", help, when)


def _coredns(cluster: Cluster, node: str) -> Families:
    asked: Counter[tuple[str, ...]] = Counter()
    answered: Counter[tuple[str, ...]] = Counter()
    for (type, code), n in cluster.dns.asked.items():
        asked["dns://:53", ".", "udp", "1", type] += n
        answered["dns://:53", ".", code] += n
    help = "Counter of DNS requests made per zone, protocol and family."
    labels = ("server", "zone", "proto", "family", "type")
    yield counter("coredns_dns_requests_total", help, asked, *labels)
    help = "Counter of response status codes."
    yield counter("coredns_dns_responses_total", help, answered, "server", "zone", "rcode")


# DOC: metrics-table
COMPONENTS: dict[str, Callable[[Cluster, str], Families]] = {
    "kube-apiserver": _apiserver,
    "etcd": _etcd,
    "kube-controller-manager": _controller_manager,
    "kube-scheduler": _scheduler,
    "coredns": _coredns,
}
"""Registration: the parts of the control plane."""

ON_NODES: dict[str, Callable[[Cluster, str], Families]] = {
    "kubelet": _kubelet,
    "cadvisor": _cadvisor,
    "kube-proxy": _proxy,
}
"""Registration: what there is once on every node."""


def names(cluster: Cluster) -> tuple[str, ...]:
    """Everything that can be scraped."""
    nodes = [f"{name}/{node}" for name in ON_NODES for node in cluster.workers]
    return (*COMPONENTS, *nodes)


def scrape(cluster: Cluster, what: str) -> Exposition:
    """The metrics of one component. Raises ValueError when there is none of that name."""
    name, _, node = what.partition("/")
    if name in COMPONENTS and not node:
        return Exposition(expose(COMPONENTS[name](cluster, "")))
    if name in ON_NODES and node in cluster.workers:
        return Exposition(expose(ON_NODES[name](cluster, node)))
    known = ", ".join(names(cluster))
    raise UsageError(f"there are no metrics of {what!r}; there are {known}, and those of pods")

"""metrics-server: what nodes and pods use, behind the API server's metrics.k8s.io.

A real one asks every kubelet each 15 s and answers from what it has heard. Here the answer for
the last such moment is worked out when it is asked for, so an idle cluster does nothing.
Models ``kubernetes-sigs/metrics-server`` (pkg/scraper, pkg/storage, pkg/api).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from kubelite.api.core_v1 import Node, Pod
from kubelite.api.metrics_v1beta1 import ContainerMetrics, NodeMetrics, PodMetrics
from kubelite.apimachinery import errors
from kubelite.apimachinery.errors import StatusError
from kubelite.apimachinery.meta import ListMeta, ObjectMeta
from kubelite.apimachinery.quantity import BINARY_SI, Quantity
from kubelite.apimachinery.rest import ObjectList, Request, Response
from kubelite.apimachinery.times import SECOND, Time
from kubelite.cluster.machines import Worker, World
from kubelite.kubelet.eviction import system_memory
from kubelite.kubelet.runtime.usage import RESOLUTION, Usage

FRESH_CONTAINER = 10 * SECOND
"""So long a container must have run before anything is said about it."""

SYSTEM_CPU = 40
"""Thousandths of a core that a machine's own processes use: kubelet, runtime, kernel."""

API_VERSION = "metrics.k8s.io/v1beta1"
PODS, NODES = "pods.metrics.k8s.io", "nodes.metrics.k8s.io"


class MetricsServer:
    """Answers get and list for PodMetrics and NodeMetrics."""

    def __init__(self, world: World, workers: Mapping[str, Worker]):
        self._world = world
        self._workers = workers
        world.server.aggregate(PODS, self._answer)
        world.server.aggregate(NODES, self._answer)

    def _answer(self, request: Request) -> Response:
        try:
            return Response(200, self._body(request))
        except StatusError as error:
            return Response(error.code, error.status, error.hint)

    def _body(self, request: Request) -> Any:
        about_pods = request.resource == PODS
        asked = Request(
            request.verb,
            "pods" if about_pods else "nodes",
            request.namespace,
            request.name,
            component=request.component,
            label_selector=request.label_selector,
            field_selector=request.field_selector,
        )
        if request.verb == "get":
            found = self._world.server.handle(asked).unwrap()
            measured = list(self.pods((found,)) if about_pods else self.nodes((found,)))
            if not measured:
                name = f"{request.namespace}/{request.name}" if about_pods else request.name
                raise errors.not_found(request.resource, name)
            return measured[0]
        if request.verb != "list":
            raise errors.method_not_supported(request.resource, request.verb)
        listed: ObjectList = self._world.server.handle(asked).unwrap()
        items = self.pods(listed.items) if about_pods else self.nodes(listed.items)
        kind = "PodMetricsList" if about_pods else "NodeMetricsList"
        return ObjectList(API_VERSION, kind, ListMeta(), tuple(items))

    # DOC: metrics-window
    def _window(self) -> tuple[int, int]:
        """The last stretch that has been looked at: 15 s, ending at the last look."""
        end = self._world.clock.now // RESOLUTION * RESOLUTION
        return end - RESOLUTION, end

    def pods(self, pods: Iterable[Pod]) -> Iterable[PodMetrics]:
        """What is known of these pods: nothing of one that has only just started."""
        begin, end = self._window()
        usages: dict[str, dict[str, dict[str, Usage]]] = {}
        for pod in pods:
            worker = self._workers.get(pod.spec.node_name)
            if worker is None or not worker.powered or pod.status.phase != "Running":
                continue
            if worker.name not in usages:
                usages[worker.name] = worker.runtime.accounts.usage(begin, end)
            since = self._since(worker, pod, begin, end)
            used = usages[worker.name].get(pod.metadata.uid)
            if since is not None and used:
                yield _pod_metrics(pod, used, since, end)

    @staticmethod
    def _since(worker: Worker, pod: Pod, begin: int, end: int) -> int | None:
        """Where the window of a pod begins; None while one of its containers is too young."""
        running = worker.runtime.containers(pod.metadata.uid)
        if len(running) < len(pod.spec.containers):
            return None
        since = max([begin, *(one.started_at for one in running)])
        return since if end - since >= FRESH_CONTAINER else None

    def nodes(self, nodes: Iterable[Node]) -> Iterable[NodeMetrics]:
        """What is known of these nodes: nothing of one that has no power."""
        begin, end = self._window()
        for node in nodes:
            worker = self._workers.get(node.metadata.name)
            if worker is None or not worker.powered:
                continue
            runtime = worker.runtime
            used = [
                one for pod in runtime.accounts.usage(begin, end).values() for one in pod.values()
            ]
            memory = system_memory(node.status.capacity["memory"].value)
            cpu = SYSTEM_CPU + sum(one.cpu for one in used)
            yield NodeMetrics(
                metadata=_about(node),
                timestamp=Time(end),
                window=f"{RESOLUTION // SECOND}s",
                usage=_amounts(cpu, memory + sum(one.memory for one in used)),
            )


def _pod_metrics(pod: Pod, used: Mapping[str, Usage], since: int, end: int) -> PodMetrics:
    containers = [
        ContainerMetrics(name=name, usage=_amounts(one.cpu, one.memory))
        for name, one in used.items()
    ]
    return PodMetrics(
        metadata=_about(pod),
        timestamp=Time(end),
        window=f"{(end - since) // SECOND}s",
        containers=tuple(containers),
    )


def _about(obj: Any) -> ObjectMeta:
    meta = obj.metadata
    return ObjectMeta(
        name=meta.name,
        namespace=meta.namespace,
        creation_timestamp=meta.creation_timestamp,
        labels=meta.labels,
    )


def _amounts(cpu: int, memory: int) -> dict[str, Quantity]:
    whole = memory // 1024 * 1024
    return {"cpu": Quantity.of_milli(cpu), "memory": Quantity.of(whole, BINARY_SI)}

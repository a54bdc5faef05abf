"""What a learner asks about usage: ``top``, the usage of one pod, and loads.

``top`` models kubectl's top command (``k8s.io/kubectl/pkg/metricsutil/metrics_printer.go``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from kubelite.api import SCHEME
from kubelite.api.core_v1 import Node
from kubelite.api.metrics_v1beta1 import NodeMetrics, PodMetrics
from kubelite.apimachinery.quantity import Quantity
from kubelite.apimachinery.rest import Request
from kubelite.apimachinery.told import UsageError
from kubelite.cluster.load import Load, Loads
from kubelite.cluster.meaning import a_pod
from kubelite.cluster.metrics_server import NODES, PODS
from kubelite.kubelet.runtime.usage import RESOLUTION, Usage

if TYPE_CHECKING:
    from kubelite.cluster.cluster import Cluster

MEBIBYTE = 1 << 20
UNKNOWN = "<unknown>"
SORTS = ("", "cpu", "memory")


class TopTable(tuple[Any, ...]):
    """Metrics that show themselves as ``kubectl top`` prints them. A tuple in all else."""

    lines: list[list[str]]

    def __new__(cls, items: Sequence[Any], lines: list[list[str]]) -> TopTable:
        """The metrics, and the lines to print: titles first."""
        table = super().__new__(cls, items)
        table.lines = lines
        return table

    def __repr__(self) -> str:
        from kubelite.apiserver import printers  # when somebody looks

        return printers.text(self.lines) if len(self.lines) > 1 else "No resources found"

    def _repr_html_(self) -> str:
        from html import escape

        rows = [
            "<tr>" + "".join(f"<{tag} style='text-align:left'>{escape(c)}</{tag}>" for c in line)
            for tag, line in zip(["th", *["td"] * len(self.lines)], self.lines, strict=False)
        ]
        return f"<table>{'</tr>'.join(rows)}</tr></table>"


class Measuring:
    """The part of a cluster that measures. ``Cluster`` is the whole."""

    loads: Loads

    def top(self, what: str = "pods", namespace: str = "default", sort_by: str = "") -> TopTable:
        """What pods or nodes use, as ``kubectl top`` shows it; ``sort_by`` cpu or memory.

        New containers appear after 10 to 25 seconds.
        """
        if sort_by not in SORTS:
            raise UsageError(f"sort_by={sort_by!r}: give 'cpu' or 'memory'")
        if what.lower() in ("nodes", "node", "no"):
            return self._top_nodes(sort_by)
        if what.lower() in ("pods", "pod", "po"):
            return self._top_pods(namespace, sort_by)
        raise UsageError(f"top({what!r}): there is top('nodes') and top('pods')")

    def load(
        self,
        service: str,
        requests_per_second: float,
        namespace: str = "default",
        port: str | int = "",
    ) -> Load:
        """Send so many requests a second to a Service from now on, until it is told otherwise.

        The requests are not made one by one: the pods behind know the rate, use cpu for it, and
        answer everybody else later if that is too much for them. The same Service again changes
        the rate; 0 ends it.
        """
        name = service.removeprefix("service/").removeprefix("svc/")
        return self.loads.on(namespace, name, str(port), requests_per_second)

    def autoscale(
        self, what: str, max: int, min: int = 1, cpu: int = 80, namespace: str = "default"
    ) -> Any:
        """Let an autoscaler of the same name scale a workload, by ``cpu`` percent of its requests.

        ``autoscale("deployment/web", max=10, min=2, cpu=50)`` is what
        ``kubectl autoscale deployment web --max=10 --min=2 --cpu=50%`` does.
        """
        cluster = cast("Cluster", self)
        kind, name = cluster._meant(what)
        target = {"type": "Utilization", "averageUtilization": cpu}
        reference = {"apiVersion": kind.api_version, "kind": kind.kind, "name": name}
        metric = {"type": "Resource", "resource": {"name": "cpu", "target": target}}
        limits = {"minReplicas": min, "maxReplicas": max}
        body = {
            "metadata": {"name": name, "namespace": namespace},
            "spec": {"scaleTargetRef": reference, **limits, "metrics": [metric]},
        }
        row = SCHEME.by_name("hpa")
        return cluster._ask("create", row, namespace, "", body)

    def usage(self, pod: str, namespace: str = "default") -> dict[str, Usage]:
        """What each container of a pod used in the last 15 s, and how far it was throttled."""
        cluster = cast("Cluster", self)
        found = a_pod(cluster, pod, namespace)
        if not found.spec.node_name:
            return {}
        accounts = cluster._worker(found.spec.node_name).runtime.accounts
        now = cluster.clock.now
        return accounts.usage(now - RESOLUTION, now).get(found.metadata.uid, {})

    def _measured(self, resource: str, namespace: str = "") -> list[Any]:
        request = Request("list", resource, namespace, component="you")
        return list(cast("Cluster", self).api.handle(request).unwrap().items)

    def _top_pods(self, namespace: str, sort_by: str) -> TopTable:
        items: list[PodMetrics] = self._measured(PODS, namespace)
        totals = {one.metadata.name: _total(one) for one in items}
        items.sort(key=lambda one: one.metadata.name)
        if sort_by:
            items.sort(key=lambda one: -totals[one.metadata.name][sort_by == "memory"])
        lines = [["NAME", "CPU(cores)", "MEMORY(bytes)"]]
        for one in items:
            cpu, memory = totals[one.metadata.name]
            lines.append([one.metadata.name, f"{cpu}m", f"{memory // MEBIBYTE}Mi"])
        return TopTable(items, lines)

    def _top_nodes(self, sort_by: str) -> TopTable:
        items: list[NodeMetrics] = self._measured(NODES)
        items.sort(key=lambda one: one.metadata.name)
        if sort_by:
            items.sort(key=lambda one: -one.usage[sort_by].nano)
        nodes = {node.metadata.name: node for node in cast("Cluster", self).get("nodes")}
        lines = [["NAME", "CPU(cores)", "CPU(%)", "MEMORY(bytes)", "MEMORY(%)"]]
        lines += [_node_line(one, nodes[one.metadata.name]) for one in items]
        known = {one.metadata.name for one in items}
        lines += [[name, *[UNKNOWN] * 4] for name in sorted(nodes) if name not in known]
        return TopTable(items, lines)


def _total(pod: PodMetrics) -> tuple[int, int]:
    cpu = sum(one.usage["cpu"].milli for one in pod.containers)
    return cpu, sum(one.usage["memory"].value for one in pod.containers)


def _node_line(one: NodeMetrics, node: Node) -> list[str]:
    room, cpu, memory = node.status.allocatable, one.usage["cpu"], one.usage["memory"]
    return [
        one.metadata.name,
        f"{cpu.milli}m",
        _share(cpu, room["cpu"]),
        f"{memory.value // MEBIBYTE}Mi",
        _share(memory, room["memory"]),
    ]


def _share(part: Quantity, whole: Quantity) -> str:
    return f"{part.milli * 100 // whole.milli}%" if whole.milli else UNKNOWN

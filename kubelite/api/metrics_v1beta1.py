"""NodeMetrics and PodMetrics: what nodes and pods use. They are served and never stored.

Models ``k8s.io/metrics/pkg/apis/metrics/v1beta1``.
"""

from __future__ import annotations

from kubelite.apimachinery.meta import Object
from kubelite.apimachinery.quantity import Quantity
from kubelite.apimachinery.scheme import Kind, Scheme
from kubelite.apimachinery.struct import Struct, written
from kubelite.apimachinery.times import Time


class ContainerMetrics(Struct, kw_only=True):
    """What one container uses."""

    name: str = written("")
    usage: dict[str, Quantity] = {}


class NodeMetrics(Object, kw_only=True):
    """What a node uses, on average of the ``window`` that ended at ``timestamp``."""

    api_version: str = written("metrics.k8s.io/v1beta1")
    kind: str = written("NodeMetrics")
    timestamp: Time | None = None
    window: str = written("0s")
    usage: dict[str, Quantity] = {}


class PodMetrics(Object, kw_only=True):
    """What the containers of a pod use, on average of a window."""

    api_version: str = written("metrics.k8s.io/v1beta1")
    kind: str = written("PodMetrics")
    timestamp: Time | None = None
    window: str = written("0s")
    containers: tuple[ContainerMetrics, ...] = ()


AGGREGATED = Scheme(
    [
        Kind("metrics.k8s.io", "v1beta1", "NodeMetrics", "nodes", NodeMetrics,
             singular="nodemetrics", namespaced=False),
        Kind("metrics.k8s.io", "v1beta1", "PodMetrics", "pods", PodMetrics,
             singular="podmetrics"),
    ]
)  # fmt: skip
"""The kinds that somebody beside the server answers for."""

METRICS_NAMES = (
    "nodemetrics",
    "podmetrics",
    "nodes.metrics.k8s.io",
    "pods.metrics.k8s.io",
    "nodes.v1beta1.metrics.k8s.io",
    "pods.v1beta1.metrics.k8s.io",
)
"""How they are asked for; the plain words mean the stored kinds."""

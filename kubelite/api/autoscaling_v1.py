"""Scale: the one view of everything that has replicas.

Models ``k8s.io/api/autoscaling/v1``.
"""

from __future__ import annotations

from kubelite.apimachinery.meta import Object
from kubelite.apimachinery.struct import Int32, Struct, written


class ScaleSpec(Struct, kw_only=True):
    """How many replicas are wanted."""

    replicas: Int32 = 0


class ScaleStatus(Struct, kw_only=True):
    """How many there are, and the selector that finds them."""

    replicas: Int32 = written(0)
    selector: str = ""


class Scale(Object, kw_only=True):
    """The body of the subresource ``scale``."""

    api_version: str = written("autoscaling/v1")
    kind: str = written("Scale")
    spec: ScaleSpec = ScaleSpec()
    status: ScaleStatus = ScaleStatus()

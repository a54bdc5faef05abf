"""TaintNodesByCondition: a new node takes no pods until it has shown that it is ready.

Models plugin/pkg/admission/nodetaint/admission.go.
"""

from __future__ import annotations

from typing import Any

from kubelite.api.core_v1 import Taint
from kubelite.apimachinery.rest import Request
from kubelite.apimachinery.struct import replace
from kubelite.apiserver.admission.plugin import Plugin

NOT_READY = Taint(key="node.kubernetes.io/not-ready", effect="NoSchedule")


class TaintNodesByCondition(Plugin):
    """Adds ``node.kubernetes.io/not-ready:NoSchedule`` to nodes that are being created."""

    resources = ("nodes",)

    def admit(self, request: Request, obj: Any, old: Any | None) -> Any:
        """The node with the taint."""
        taints = obj.spec.taints
        if old is not None or any(
            taint.key == NOT_READY.key and taint.effect == NOT_READY.effect for taint in taints
        ):
            return obj
        return replace(obj, spec=replace(obj.spec, taints=(*taints, NOT_READY)))

"""DefaultTolerationSeconds: a pod outlives its node's silence by five minutes.

Models plugin/pkg/admission/defaulttolerationseconds/admission.go.
"""

from __future__ import annotations

from typing import Any

from kubelite.api.core_v1 import PodSpec, Toleration
from kubelite.apimachinery.memo import ByIdentity
from kubelite.apimachinery.rest import Request
from kubelite.apimachinery.struct import replace
from kubelite.apiserver.admission.plugin import Everything, Find, Plugin

TOLERATION_SECONDS = 300
TAINTS = ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable")


# DOC: default-tolerations
def tolerate(spec: PodSpec) -> PodSpec:
    """The spec with a toleration of 300 s for each of the two taints it does not mention."""
    added = tuple(
        Toleration(
            key=taint,
            operator="Exists",
            effect="NoExecute",
            toleration_seconds=TOLERATION_SECONDS,
        )
        for taint in TAINTS
        if not any(_speaks_of(toleration, taint) for toleration in spec.tolerations)
    )
    return replace(spec, tolerations=spec.tolerations + added) if added else spec


def _speaks_of(toleration: Toleration, taint: str) -> bool:
    return toleration.key in ("", taint) and toleration.effect in ("", "NoExecute")


class DefaultTolerationSeconds(Plugin):
    """Adds the two tolerations to pods."""

    resources = ("pods",)

    def __init__(self, find: Find, everything: Everything):
        super().__init__(find, everything)
        self._tolerate = ByIdentity(tolerate)

    def admit(self, request: Request, obj: Any, old: Any | None) -> Any:
        """The pod, tolerating a lost node for a while."""
        spec = self._tolerate(obj.spec)
        return obj if spec is obj.spec else replace(obj, spec=spec)

"""Whether a toleration speaks of a taint: asked by the scheduler, by evictions and by daemons.

Models ToleratesTaint of k8s.io/component-helpers/scheduling/corev1.
"""

from __future__ import annotations

from kubelite.api.core_v1 import Taint, Toleration


def tolerates(toleration: Toleration, taint: Taint) -> bool:
    """Whether this toleration is about this taint; what it leaves out matches everything."""
    if toleration.effect and toleration.effect != taint.effect:
        return False
    if toleration.key and toleration.key != taint.key:
        return False
    if toleration.operator in ("", "Equal"):
        return toleration.value == taint.value
    return toleration.operator == "Exists"

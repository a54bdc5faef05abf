"""PriorityClass: a name for how important a pod is.

Models ``k8s.io/api/scheduling/v1``.
"""

from __future__ import annotations

from kubelite.apimachinery.meta import Object
from kubelite.apimachinery.struct import Int32, written


class PriorityClass(Object, kw_only=True):
    """A number that pods get by its name: the higher, the more important.

    ``global_default`` makes it the class of pods that name none. A ``preemption_policy`` of
    Never lets its pods wait at the head of the queue without evicting anybody.
    """

    api_version: str = written("scheduling.k8s.io/v1")
    kind: str = written("PriorityClass")
    value: Int32 = written(0)
    global_default: bool = False
    description: str = ""
    preemption_policy: str | None = None

"""Prefer nodes that hold the pod's images already.

An image counts with its size, less the fewer nodes have it, so that the first node to pull it
does not draw every further pod. Models ``pkg/scheduler/framework/plugins/imagelocality``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kubelite.scheduler.framework import MAX_NODE_SCORE, CycleState, Hint, Status
from kubelite.scheduler.types import NodeInfo, PodInfo

MB = 1024 * 1024
MIN_THRESHOLD = 23 * MB
MAX_CONTAINER_THRESHOLD = 1000 * MB


def normalized(image: str) -> str:
    """The name with its tag; without one it means latest."""
    return image if image.rfind(":") > image.rfind("/") else image + ":latest"


def calculate_priority(size: int, containers: int) -> int:
    """A sum of sizes as 0 to 100."""
    top = MAX_CONTAINER_THRESHOLD * containers
    size = min(max(size, MIN_THRESHOLD), top)
    return MAX_NODE_SCORE * (size - MIN_THRESHOLD) // (top - MIN_THRESHOLD)


class ImageLocality:
    """PreScore, Score."""

    name = "ImageLocality"
    events: Mapping[str, Hint] = {}

    def pre_score(
        self, state: CycleState, pod: PodInfo, nodes: Sequence[NodeInfo]
    ) -> Status | None:
        """What each image counts on each node that has it."""
        held = state.snapshot.images
        sums: dict[str, int] = {}
        state[self.name] = sums
        if not held:
            return None
        spec, total = pod.needs.spec, len(state.snapshot.nodes)
        for container in (*spec.init_containers, *spec.containers):
            holders = held.get(normalized(container.image), {})
            for node, size in holders.items():
                sums[node] = sums.get(node, 0) + int(size * (len(holders) / total))
        return None

    def score(self, state: CycleState, pod: PodInfo, node: NodeInfo) -> int:
        """0 to 100 by the size of the images that are there."""
        size = state[self.name].get(node.name)
        if not size:
            return 0
        spec = pod.needs.spec
        return calculate_priority(size, len(spec.init_containers) + len(spec.containers))

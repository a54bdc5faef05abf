"""Prefer nodes that hold the pod's images already.

An image counts with its size, less the fewer nodes have it, so that the first node to pull it
does not draw every further pod. Models ``pkg/scheduler/framework/plugins/imagelocality``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import repeat
from operator import add

from kubelite.scheduler.framework import MAX_NODE_SCORE, CycleState, Hint
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
    """Score."""

    name = "ImageLocality"
    events: Mapping[str, Hint] = {}

    def score_all(self, state: CycleState, pod: PodInfo, nodes: Sequence[NodeInfo]) -> list[int]:
        """0 to 100 by the size of the images that are there."""
        snapshot, spec = state.snapshot, pod.needs.spec
        total, containers = len(snapshot.nodes), (*spec.init_containers, *spec.containers)
        images = [snapshot.images.get(normalized(container.image)) for container in containers]
        found = [(holders, len(holders) / total) for holders in images if holders]
        most = sum(int(max(holders.values()) * share) for holders, share in found)
        if most <= MIN_THRESHOLD:  # as a rule, where an image is on few of many nodes
            return [0] * len(nodes)
        names = state.pick(snapshot.names)
        sums: Sequence[int] = ()
        for holders, share in found:
            sizes = list(map(holders.get, names, repeat(0)))
            scaled = {size: int(size * share) for size in set(sizes)}
            counted = map(scaled.__getitem__, sizes)
            sums = list(map(add, sums, counted) if sums else counted)
        marks = {size: calculate_priority(size, len(containers)) for size in set(sums)}
        return list(map(marks.__getitem__, sums))

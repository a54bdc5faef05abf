"""What scenarios are written with: they act, and let time pass by ``yield wait(20)``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from kubelite.apimachinery.rest import STRATEGIC_PATCH
from kubelite.chaos.workloads import another
from kubelite.cluster import Cluster
from kubelite.sim.chance import Stream


class Wait(NamedTuple):
    """Let so many virtual seconds pass."""

    seconds: float


def wait(seconds: float) -> Wait:
    """Let so many virtual seconds pass."""
    return Wait(seconds)


UNDONE = Wait(0)
"""What a scenario yields that could not do all: its end is not that of a calm run."""

IMPATIENT = [
    {"key": f"node.kubernetes.io/{word}", "operator": "Exists", "effect": "NoExecute",
     "tolerationSeconds": 20}
    for word in ("not-ready", "unreachable")
]  # fmt: skip
"""Pods that leave a node soon after it is given up: five minutes are longer than a run."""

Act = Callable[[Cluster, Stream], Iterator[Wait]]


class Scenario(NamedTuple):
    """A workload with its sentence, and the cluster it needs."""

    sentence: str
    act: Act
    nodes: int = 3
    control_planes: int = 1
    seconds: int = 300  # how long things go wrong, in virtual time


def roll(cluster: Cluster, what: str, version: str, space: str = "default") -> None:
    """Change the version of a workload."""
    cluster.patch(what, another(version), space, STRATEGIC_PATCH)

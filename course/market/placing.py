"""Where each orchestrator puts a copy: plugins and profiles of our scheduler.

The engine's filters stay (room, taints, labels); of its scores none counts in these profiles. What
is equal is decided by chance, which is how Mesos offers come: in random order.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

from course.market.tasks import CARRIED, COUNT, RULES, SPREAD
from kubelite.scheduler.framework import UNSCHEDULABLE, Status
from kubelite.scheduler.plugins import PLUGINS
from kubelite.scheduler.profile import DEFAULT_PROFILE, Profile

SILENT = {row.name: 0 for row in PLUGINS if row.weight}
"""The engine's own scores, none of which counts."""


def _own(pod: Any, node: Any) -> int:
    """How many copies of the same application the node has."""
    app = pod.labels.get("app")
    return sum(one.labels.get("app") == app for one in node.pods.values())


# DOC: market-spread
class FewestTasks:
    """Swarm: the node with the fewest tasks of the service, then with the fewest tasks."""

    name = "FewestTasks"

    def __init__(self, listers: Any):
        pass

    def score(self, state: Any, pod: Any, node: Any) -> int:
        """99 for an empty node; a task of the service weighs as much as ten others."""
        own, every = min(_own(pod, node), 9), min(len(node.pods), 9)
        return 99 - 10 * own - every


# DOC: market-binpack
class BinPack:
    """Nomad: the fuller the better; less beside copies of its group, or where it failed."""

    name = "BinPack"

    def __init__(self, listers: Any):
        pass

    def score(self, state: Any, pod: Any, node: Any) -> int:
        """The mean of what applies, each between -1 and 1, as 0 to 100."""
        scores = [_fit(pod, node)]
        if collisions := _own(pod, node):
            scores.append(-(collisions + 1) / _count(pod))
        if json.loads(_annotation(pod, CARRIED, "{}")).get("left") == node.name:
            scores.append(-1.0)
        mean = sum(scores) / len(scores)
        return round(min(max((mean + 1) * 50, 0), 100))


def _fit(pod: Any, node: Any) -> float:
    """BestFit v3: 0 for an empty node, 1 for a full one."""
    asked, used, there = pod.needs.requests, node.requested, node.allocatable
    free = (
        1 - (used.milli_cpu + asked.milli_cpu) / there.milli_cpu,
        1 - (used.memory + asked.memory) / there.memory,
    )
    return min(max(20 - sum(10**share for share in free), 0), 18) / 18


def _count(pod: Any) -> int:
    return max(int(_annotation(pod, COUNT, "1")), 1)


def _annotation(pod: Any, name: str, default: str) -> str:
    return str((pod.pod.metadata.annotations or {}).get(name, default))


# DOC: market-constraints
class Constraints:
    """Marathon's and Nomad's demands that depend on the copies that are there already."""

    name = "Constraints"

    def __init__(self, listers: Any):
        pass

    def filter(self, state: Any, pod: Any, node: Any) -> Status | None:
        """Refuses the node where a demand is not met."""
        for attribute, operator, value in json.loads(_annotation(pod, RULES, "[]")):
            demand = DEMANDS.get(operator)
            if demand and not demand(_Copies(state.snapshot.nodes, pod, attribute, node), value):
                said = f"node(s) didn't satisfy {attribute} {operator} {value}".rstrip()
                return Status(UNSCHEDULABLE, (said,), plugin=self.name)
        return None


class _Copies:
    """How the copies of one application stand, counted by the values of a node label."""

    def __init__(self, nodes: Any, pod: Any, attribute: str, node: Any):
        self.here = node.labels.get(attribute)
        self.by_value = Counter({one.labels.get(attribute): 0 for one in nodes if one.node})
        for one in nodes:
            self.by_value[one.labels.get(attribute)] += _own(pod, one)

    @property
    def count(self) -> int:
        """Copies that share this node's value."""
        return self.by_value[self.here]


DEMANDS: dict[str, Callable[[_Copies, str], bool]] = {
    "UNIQUE": lambda copies, value: copies.count == 0,
    "distinct": lambda copies, value: copies.count == 0,
    "MAX_PER": lambda copies, value: copies.count < int(value),
    "GROUP_BY": lambda copies, value: copies.count == min(copies.by_value.values()),
    "CLUSTER": lambda copies, value: (
        copies.here == value if value else copies.count == copies.by_value.total()
    ),
    "IS": lambda copies, value: copies.here == value,
    "LIKE": lambda copies, value: bool(re.fullmatch(value, copies.here or "")),
    "UNLIKE": lambda copies, value: not re.fullmatch(value, copies.here or ""),
}


class SpreadOver:
    """Swarm's placement preferences: the value of a label that has the fewest of the tasks."""

    name = "SpreadOver"

    def __init__(self, listers: Any):
        pass

    def score(self, state: Any, pod: Any, node: Any) -> int:
        """Less for each task that shares the node's values."""
        labels = json.loads(_annotation(pod, SPREAD, "[]"))
        counts = [_Copies(state.snapshot.nodes, pod, label, node).count for label in labels]
        return max(100 - 10 * sum(counts), 0)


PROFILES = (
    DEFAULT_PROFILE,
    Profile("swarm", {**SILENT, "SpreadOver": 100}, extra=(FewestTasks, SpreadOver, Constraints)),
    Profile("nomad", SILENT, extra=(BinPack, Constraints)),
    Profile("marathon", SILENT, extra=(Constraints,)),
)
"""One scheduler for all, with a profile of each; ``schedulerName`` says whose rules hold."""

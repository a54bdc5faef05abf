"""Which of several possible scale-ups to choose.

Models cluster-autoscaler/expander: waste, price, mostpods and random. Ties go to chance.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kubelite.apimachinery.struct import Value
from kubelite.autoscaler.cloudprovider import CloudProvider, NodeGroup
from kubelite.scheduler.resources import Resource
from kubelite.scheduler.types import PodInfo
from kubelite.sim.chance import Stream


class Option(Value):
    """So many more nodes of a group, and the pods they would help."""

    group: NodeGroup
    nodes: int
    pods: tuple[PodInfo, ...]


# DOC: least-waste
def waste(option: Option, cloud: CloudProvider) -> float:
    """The shares of cpu and memory that would stay unused, added up."""
    capacity = Resource.of(option.group.template("template").status.capacity)
    cpu, memory = _asked(option)
    has_cpu, has_memory = capacity.milli_cpu * option.nodes, capacity.memory * option.nodes
    return (has_cpu - cpu) / has_cpu + (has_memory - memory) / has_memory


def price(option: Option, cloud: CloudProvider) -> float:
    """What the nodes cost for each dollar that the pods' requests are worth."""
    worth = cloud.pod_price(*_asked(option))
    return option.group.price * option.nodes / worth if worth else float("inf")


def most_pods(option: Option, cloud: CloudProvider) -> float:
    """The more pods are helped, the better."""
    return -len(option.pods)


def _asked(option: Option) -> tuple[int, int]:
    requests = [pod.needs.requests for pod in option.pods]
    return sum(r.milli_cpu for r in requests), sum(r.memory for r in requests)


STRATEGIES: dict[str, Callable[[Option, CloudProvider], float]] = {
    "least-waste": waste,
    "price": price,
    "most-pods": most_pods,
    "random": lambda option, cloud: 0,
}


def best_option(
    options: Sequence[Option], strategy: str, cloud: CloudProvider, draw: Stream
) -> Option:
    """The option of the lowest score; among several, each is as likely."""
    scores = [STRATEGIES[strategy](option, cloud) for option in options]
    least = min(scores)
    best = [option for option, score in zip(options, scores, strict=True) if score == least]
    return best[0] if len(best) == 1 else draw.choice(best)

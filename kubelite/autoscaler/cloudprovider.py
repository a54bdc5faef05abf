"""What the autoscaler asks of a cloud.

Models cluster-autoscaler/cloudprovider/cloud_provider.go.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from kubelite.api.core_v1 import Node


class NodeGroup(Protocol):
    """Machines that are alike and may become more or fewer."""

    name: str

    @property
    def min_size(self) -> int:
        """The least number of machines."""
        ...

    @property
    def max_size(self) -> int:
        """The greatest number of machines."""
        ...

    @property
    def target_size(self) -> int:
        """How many machines are wanted, those that still boot included."""
        ...

    @property
    def price(self) -> float:
        """What one machine costs for an hour."""
        ...

    def machines(self) -> dict[str, int]:
        """Names of its machines, and when each was ordered, in microseconds."""
        ...

    def template(self, name: str) -> Node:
        """A node as the next machine would make it."""
        ...

    def increase_size(self, by: int) -> None:
        """Order so many more machines."""
        ...

    def delete_node(self, name: str) -> None:
        """Give back a machine, and want one less."""
        ...


class CloudProvider(Protocol):
    """A cloud: node groups, and whose a node is."""

    def node_groups(self) -> Iterable[NodeGroup]:
        """All groups that may be scaled."""
        ...

    def group_of(self, node: str) -> NodeGroup | None:
        """The group of a node, or None when nobody scales it."""
        ...

    def pod_price(self, milli_cpu: int, memory: int) -> float:
        """What these requests are worth for an hour."""
        ...

"""A host port can be had once on each node.

Models ``pkg/scheduler/framework/plugins/nodeports``.
"""

from __future__ import annotations

from collections.abc import Mapping

from kubelite.api.core_v1 import Pod
from kubelite.scheduler.framework import (
    NODE_ADD,
    POD_DELETE,
    SKIP,
    UNSCHEDULABLE,
    CycleState,
    Hint,
    Status,
    always,
)
from kubelite.scheduler.types import NodeInfo, PodInfo, needs_of


class NodePorts:
    """PreFilter, Filter."""

    name = "NodePorts"
    filter_by_spec = True
    refusal = Status(
        UNSCHEDULABLE,
        ("node(s) didn't have free ports for the requested pod ports",),
        plugin=name,
    )

    def __init__(self) -> None:
        self.events: Mapping[str, Hint] = {NODE_ADD: always, POD_DELETE: self.port_freed}

    def pre_filter(self, state: CycleState, pod: PodInfo) -> Status | None:
        """Most pods want no host port."""
        return None if pod.needs.host_ports else SKIP

    def filter(self, state: CycleState, pod: PodInfo, node: NodeInfo) -> Status | None:
        """Refuse nodes where one of the ports is taken."""
        for wanted in pod.needs.host_ports:
            if any(wanted.conflicts(used) for used in node.used_ports):
                return self.refusal
        return None

    def port_freed(self, pod: PodInfo, old: Pod, new: None) -> bool:
        """Hint: a pod with one of the ports is gone."""
        freed = needs_of(old.spec, old.metadata.namespace).host_ports
        return any(want.conflicts(port) for want in pod.needs.host_ports for port in freed)

"""The plugins of the default scheduler: one file each, and the table of them.

Lives here: everything that refuses or marks nodes. A new plugin is one file and one row.
Must not live here: the order in which extension points run (see ``schedule_one``).
Models ``pkg/scheduler/framework/plugins`` and ``pkg/scheduler/apis/config/v1/default_plugins.go``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kubelite.apimachinery.struct import Value
from kubelite.scheduler.framework import Listers, Plugin
from kubelite.scheduler.plugins.default_binder import DefaultBinder
from kubelite.scheduler.plugins.default_preemption import DefaultPreemption
from kubelite.scheduler.plugins.dynamic_resources import DynamicResources
from kubelite.scheduler.plugins.image_locality import ImageLocality
from kubelite.scheduler.plugins.inter_pod_affinity import InterPodAffinity
from kubelite.scheduler.plugins.node_affinity import NodeAffinity
from kubelite.scheduler.plugins.node_name import NodeName
from kubelite.scheduler.plugins.node_ports import NodePorts
from kubelite.scheduler.plugins.node_resources_balanced_allocation import (
    NodeResourcesBalancedAllocation,
)
from kubelite.scheduler.plugins.node_resources_fit import NodeResourcesFit
from kubelite.scheduler.plugins.node_unschedulable import NodeUnschedulable
from kubelite.scheduler.plugins.pod_topology_spread import PodTopologySpread
from kubelite.scheduler.plugins.priority_sort import PrioritySort
from kubelite.scheduler.plugins.scheduling_gates import SchedulingGates
from kubelite.scheduler.plugins.taint_toleration import TaintToleration
from kubelite.scheduler.plugins.volume_binding import VolumeBinding
from kubelite.scheduler.plugins.volume_limits import NodeVolumeLimits
from kubelite.scheduler.plugins.volume_restrictions import VolumeRestrictions
from kubelite.scheduler.plugins.volume_zone import VolumeZone

if TYPE_CHECKING:
    from kubelite.scheduler.profile import Profile


class Row(Value):
    """A plugin's name, its weight if it scores, and how to make one."""

    name: str
    weight: int
    make: Callable[[Profile, Listers], Plugin]


# DOC: scheduler-plugins
PLUGINS = (
    Row("SchedulingGates", 0, lambda profile, listers: SchedulingGates()),
    Row("PrioritySort", 0, lambda profile, listers: PrioritySort()),
    Row("NodeUnschedulable", 0, lambda profile, listers: NodeUnschedulable()),
    Row("NodeName", 0, lambda profile, listers: NodeName()),
    Row("TaintToleration", 3, lambda profile, listers: TaintToleration()),
    Row("NodeAffinity", 2, lambda profile, listers: NodeAffinity()),
    Row("NodePorts", 0, lambda profile, listers: NodePorts()),
    Row("NodeResourcesFit", 1, lambda profile, listers: NodeResourcesFit(profile.scoring_strategy)),
    Row("VolumeRestrictions", 0, lambda profile, listers: VolumeRestrictions(listers)),
    Row("NodeVolumeLimits", 0, lambda profile, listers: NodeVolumeLimits(listers)),
    Row("VolumeBinding", 0, lambda profile, listers: VolumeBinding(listers)),
    Row("VolumeZone", 0, lambda profile, listers: VolumeZone(listers)),
    Row("PodTopologySpread", 2, lambda profile, listers: PodTopologySpread(listers)),
    Row("InterPodAffinity", 2, lambda profile, listers: InterPodAffinity(listers)),
    Row("DynamicResources", 0, lambda profile, listers: DynamicResources(listers)),
    Row("DefaultPreemption", 0, lambda profile, listers: DefaultPreemption(listers)),
    Row(
        "NodeResourcesBalancedAllocation",
        1,
        lambda profile, listers: NodeResourcesBalancedAllocation(),
    ),
    Row("ImageLocality", 1, lambda profile, listers: ImageLocality()),
    Row("DefaultBinder", 0, lambda profile, listers: DefaultBinder()),
)
"""In the order in which they run, as upstream's MultiPoint list."""

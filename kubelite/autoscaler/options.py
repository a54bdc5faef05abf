"""The flags of the cluster autoscaler, by upstream's names and with its defaults.

Models cluster-autoscaler/config/flags/flags.go.
"""

from __future__ import annotations

from typing import NamedTuple

from kubelite.apimachinery.told import UsageError


class AutoscalingOptions(NamedTuple):
    """Times are seconds; ``scale_down_utilization_threshold`` and the like are shares, 0 to 1."""

    scan_interval: float = 10
    expander: str = "least-waste"
    max_nodes_total: int = 0
    max_nodes_per_scaleup: int = 1000
    max_node_provision_time: float = 15 * 60
    initial_node_group_backoff_duration: float = 5 * 60
    max_node_group_backoff_duration: float = 30 * 60
    expendable_pods_priority_cutoff: int = -10
    scale_down_enabled: bool = True
    scale_down_delay_after_add: float = 10 * 60
    scale_down_delay_after_delete: float = 0
    scale_down_delay_after_failure: float = 3 * 60
    scale_down_unneeded_time: float = 10 * 60
    scale_down_unready_time: float = 20 * 60
    scale_down_utilization_threshold: float = 0.5
    ignore_daemonsets_utilization: bool = False
    unremovable_node_recheck_timeout: float = 5 * 60
    max_scale_down_parallelism: int = 10
    max_drain_parallelism: int = 1
    max_bulk_soft_taint_count: int = 10
    max_graceful_termination_sec: int = 10 * 60
    max_pod_eviction_time: float = 2 * 60
    node_delete_delay_after_taint: float = 5
    cordon_node_before_terminating: bool = True
    daemonset_eviction_for_occupied_nodes: bool = True
    skip_nodes_with_system_pods: bool = True
    skip_nodes_with_local_storage: bool = True
    write_status_configmap: bool = True


EXPANDERS = ("random", "least-waste", "most-pods", "price")


def read_options(**flags: object) -> AutoscalingOptions:
    """Options from keyword arguments. Raises ValueError with the flags there are."""
    unknown = [name for name in flags if name not in AutoscalingOptions._fields]
    if unknown:
        known = ", ".join(AutoscalingOptions._fields)
        raise UsageError(f"the cluster autoscaler has no flag {', '.join(unknown)}; it has {known}")
    options = AutoscalingOptions()._replace(**flags)  # type: ignore[arg-type]
    if options.expander not in EXPANDERS:
        raise UsageError(f'no expander "{options.expander}"; there are {", ".join(EXPANDERS)}')
    return options

"""What the descheduler is told to do: a DeschedulerPolicy.

Models pkg/api (DeschedulerPolicy) and pkg/framework/plugins/defaultevictor/types.go.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from kubelite.apimachinery.struct import Value
from kubelite.apimachinery.told import UsageError

PLUGINS = (
    "RemoveDuplicates",
    "LowNodeUtilization",
    "HighNodeUtilization",
    "RemovePodsViolatingNodeAffinity",
    "RemovePodsViolatingNodeTaints",
)

DESCHEDULE = ("RemovePodsViolatingNodeAffinity", "RemovePodsViolatingNodeTaints")
DESCHEDULING_INTERVAL = 5 * 60


class EvictorArgs(Value):
    """Which pods may go. A pod of ``priority_threshold`` or above stays."""

    node_fit: bool = False
    evict_local_storage_pods: bool = False
    evict_system_critical_pods: bool = False
    evict_daemon_set_pods: bool = False
    evict_failed_bare_pods: bool = False
    ignore_pvc_pods: bool = False
    min_replicas: int = 0
    priority_threshold: int | None = None


class Policy(NamedTuple):
    """The plugins that run, each with its arguments; limits of one round, 0 for none."""

    plugins: tuple[tuple[str, Mapping[str, Any]], ...]
    evictor: EvictorArgs = EvictorArgs()
    max_per_node: int = 0
    max_per_namespace: int = 0
    max_total: int = 0


def read_policy(source: Mapping[str, Any]) -> Policy:
    """From a DeschedulerPolicy (descheduler/v1alpha2) as a dict. Raises ValueError."""
    if source.get("kind") != "DeschedulerPolicy":
        raise UsageError("a descheduler is told what to do by an object of kind DeschedulerPolicy")
    plugins: list[tuple[str, Mapping[str, Any]]] = []
    evictor = EvictorArgs()
    for profile in source.get("profiles", ()):
        args = {one["name"]: one.get("args") or {} for one in profile.get("pluginConfig", ())}
        if "DefaultEvictor" in args:
            evictor = _evictor(args["DefaultEvictor"])
        enabled = profile.get("plugins") or {}
        for point in ("deschedule", "balance"):
            names = (enabled.get(point) or {}).get("enabled") or ()
            plugins += [(name, args.get(name, {})) for name in checked(names)]
    return Policy(
        tuple(plugins),
        evictor,
        source.get("maxNoOfPodsToEvictPerNode", 0),
        source.get("maxNoOfPodsToEvictPerNamespace", 0),
        source.get("maxNoOfPodsToEvictTotal", 0),
    )


def checked(names: Iterable[str]) -> list[str]:
    """The names of plugins, if there are such. Raises ValueError."""
    found = list(names)
    for name in found:
        if name not in PLUGINS:
            raise UsageError(f'no strategy "{name}"; there are {", ".join(PLUGINS)}')
    return found


_EVICTOR = {
    "nodeFit": "node_fit",
    "evictLocalStoragePods": "evict_local_storage_pods",
    "evictSystemCriticalPods": "evict_system_critical_pods",
    "evictDaemonSetPods": "evict_daemon_set_pods",
    "evictFailedBarePods": "evict_failed_bare_pods",
    "ignorePvcPods": "ignore_pvc_pods",
    "minReplicas": "min_replicas",
}


def _evictor(args: Mapping[str, Any]) -> EvictorArgs:
    unknown = [key for key in args if key not in _EVICTOR and key != "priorityThreshold"]
    if unknown:
        known = ", ".join(_EVICTOR)
        raise UsageError(f"DefaultEvictor has no {', '.join(unknown)}; it has {known}")
    given = {_EVICTOR[key]: value for key, value in args.items() if key in _EVICTOR}
    threshold = (args.get("priorityThreshold") or {}).get("value")
    return EvictorArgs(**given, priority_threshold=threshold)

"""Pods on nodes where they would not be put today: node affinity and taints.

Models pkg/framework/plugins/removepodsviolating{nodeaffinity,nodetaints}.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kubelite.api.core_v1 import Node, Pod
from kubelite.api.node_selector import RequiredNodeAffinity
from kubelite.api.tolerations import tolerates
from kubelite.apimachinery.told import UsageError
from kubelite.descheduler.evictor import Evictor, Scene

AFFINITY = "RemovePodsViolatingNodeAffinity"
TAINTS = "RemovePodsViolatingNodeTaints"
REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"


def node_affinity(scene: Scene, evictor: Evictor, args: Mapping[str, Any]) -> None:
    """Evict pods whose node no longer has what they require, if another node has it."""
    kinds = args.get("nodeAffinityType") or (REQUIRED,)
    if REQUIRED not in kinds:
        raise UsageError(f"{AFFINITY} knows the type {REQUIRED} only")
    for node in scene.nodes:
        meta = node.metadata
        for pod in list(scene.on[meta.name]):
            if RequiredNodeAffinity(pod.spec).matches(meta.name, meta.labels):
                continue
            if evictor.evictable(pod) and evictor.fits_elsewhere(pod):
                evictor.evict(pod, AFFINITY)


def node_taints(scene: Scene, evictor: Evictor, args: Mapping[str, Any]) -> None:
    """Evict pods that do not tolerate a NoSchedule taint which their node has got since."""
    effects = ["NoSchedule"]
    if args.get("includePreferNoSchedule"):
        effects.append("PreferNoSchedule")
    excluded = set(args.get("excludedTaints") or ())
    for node in scene.nodes:
        for pod in list(scene.on[node.metadata.name]):
            if _offended(pod, node, effects, excluded) and evictor.evictable(pod):
                evictor.evict(pod, TAINTS)


def _offended(pod: Pod, node: Node, effects: list[str], excluded: set[str]) -> bool:
    return any(
        taint.effect in effects
        and not excluded & {taint.key, f"{taint.key}={taint.value}"}
        and not any(tolerates(toleration, taint) for toleration in pod.spec.tolerations)
        for taint in node.spec.taints
    )

"""Nodes and pods in one line each, for the scheduler's tests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from kubelite.api.core_v1 import Node, Pod
from kubelite.apimachinery.struct import convert
from kubelite.scheduler.framework import CycleState
from kubelite.scheduler.snapshot import Snapshot
from kubelite.scheduler.types import PodInfo

HOSTNAME = "kubernetes.io/hostname"


def node(
    name: str,
    cpu: str = "4",
    memory: str = "8Gi",
    pods: str = "110",
    labels: Mapping[str, str] | None = None,
    images: Iterable[tuple[str, int]] = (),
    **spec: Any,
) -> Node:
    room = {"cpu": cpu, "memory": memory, "pods": pods}
    held = [{"names": [tag], "sizeBytes": size} for tag, size in images]
    return convert(
        Node,
        {
            "metadata": {"name": name, "labels": {HOSTNAME: name} if labels is None else labels},
            "spec": spec,
            "status": {"allocatable": room, "capacity": room, "images": held},
        },
    )


def container(cpu: str = "", memory: str = "", **more: Any) -> dict[str, Any]:
    asked = {name: value for name, value in (("cpu", cpu), ("memory", memory)) if value}
    return {"name": "c", "image": "nginx:1.27", "resources": {"requests": asked}, **more}


def pod(
    name: str,
    *containers: dict[str, Any],
    on: str = "",
    labels: Mapping[str, str] | None = None,
    namespace: str = "default",
    **spec: Any,
) -> Pod:
    return convert(
        Pod,
        {
            "metadata": {
                "name": name,
                "namespace": namespace,
                "uid": f"uid-{name}",
                "labels": labels or {},
            },
            "spec": {
                "schedulerName": "default-scheduler",
                "containers": list(containers),
                **({"nodeName": on} if on else {}),
                **spec,
            },
        },
    )


def scores(
    plugin: Any, wanted: Pod, nodes: list[Node], pods: Iterable[Pod] = (), lost: Iterable[Node] = ()
) -> dict[str, int] | None:
    """One plugin's marks, normalised; None when it skips. ``lost`` nodes are no candidates."""
    snapshot = Snapshot.of([*nodes, *lost], pods)
    state, info = CycleState(snapshot), PodInfo(wanted)
    candidates = [snapshot.by_name[each.metadata.name] for each in nodes]
    state.leave(candidates)
    if hasattr(plugin, "pre_score") and plugin.pre_score(state, info, candidates):
        return None
    if hasattr(plugin, "score_all"):
        marks = plugin.score_all(state, info, candidates)
    else:
        marks = [plugin.score(state, info, each) for each in candidates]
    if hasattr(plugin, "normalize"):
        marks = plugin.normalize(state, candidates, marks)
    return {each.name: mark for each, mark in zip(candidates, marks, strict=True)}


def refusals(
    plugin: Any, wanted: Pod, nodes: list[Node], pods: Iterable[Pod] = ()
) -> dict[str, str]:
    """Which nodes one plugin refuses, and how."""
    snapshot = Snapshot.of(nodes, pods)
    state, info = CycleState(snapshot), PodInfo(wanted)
    if hasattr(plugin, "pre_filter"):
        status = plugin.pre_filter(state, info)
        if status is not None:
            return {each.name: status.message for each in snapshot.nodes if status.reasons}
    found = {each.name: plugin.filter(state, info, each) for each in snapshot.nodes}
    return {name: status.message for name, status in found.items() if status}

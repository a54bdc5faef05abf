"""RemoveDuplicates: no node should hold more of one owner's pods than its share.

Models pkg/framework/plugins/removeduplicates.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from kubelite.api.core_v1 import Node, Pod
from kubelite.api.node_selector import RequiredNodeAffinity
from kubelite.api.tolerations import tolerates
from kubelite.descheduler.evictor import Evictor, Scene

NAME = "RemoveDuplicates"

Key = tuple[str, str, str, tuple[str, ...]]


# DOC: remove-duplicates
def balance(scene: Scene, evictor: Evictor, args: Mapping[str, Any]) -> None:
    """Evict what is beyond an owner's average on a node, rounded up."""
    excluded = set(args.get("excludeOwnerKinds") or ())
    counts: Counter[Key] = Counter()
    duplicates: dict[Key, dict[str, list[Pod]]] = {}
    for node in scene.nodes:
        name = node.metadata.name
        seen: set[tuple[Key, ...]] = set()
        for pod in scene.on[name]:
            keys = _keys(pod)
            if not keys or not evictor.evictable(pod) or not evictor.has_elsewhere(pod):
                continue
            if any(key[1] in excluded for key in keys):
                continue
            counts.update(keys)
            if keys in seen:
                for key in keys:
                    duplicates.setdefault(key, {}).setdefault(name, []).append(pod)
            seen.add(keys)
    for key, by_node in duplicates.items():
        targets = _targets(by_node, scene.nodes)
        if targets < 2:
            continue
        average = -(-counts[key] // targets)
        for pods in by_node.values():
            # the first pod of the node is not among its duplicates
            for pod in pods[average - 1 :] if len(pods) + 1 > average else ():
                evictor.evict(pod, NAME)


def _keys(pod: Pod) -> tuple[Key, ...]:
    """One key for each owner: two pods of equal keys are duplicates."""
    images = tuple(sorted(container.image for container in pod.spec.containers))
    space = pod.metadata.namespace
    owners = pod.metadata.owner_references
    return tuple(sorted((space, owner.kind, owner.name, images) for owner in owners))


def _targets(by_node: Mapping[str, Sequence[Pod]], nodes: Sequence[Node]) -> int:
    """On how many nodes the duplicates could be, by taints, selectors and affinity."""
    found: set[str] = set()
    for pods in by_node.values():
        for pod in pods:
            names = [node.metadata.name for node in nodes if suits(pod, node)]
            if len(names) > 1:
                found.update(names)
    return len(found)


def suits(pod: Pod, node: Node) -> bool:
    """Whether the pod tolerates the node's hard taints and asks for such a node."""
    tolerated = all(
        taint.effect == "PreferNoSchedule" or any(tolerates(t, taint) for t in pod.spec.tolerations)
        for taint in node.spec.taints
    )
    meta = node.metadata
    return tolerated and RequiredNodeAffinity(pod.spec).matches(meta.name, meta.labels)

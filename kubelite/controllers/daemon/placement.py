"""Which nodes a daemon runs on, and the pod that is made for one of them.

Models NodeShouldRunDaemonPod of pkg/controller/daemon/daemon_controller.go and
pkg/controller/daemon/util/daemonset_util.go.
"""

from __future__ import annotations

from kubelite.api.apps_v1 import DaemonSet
from kubelite.api.core_v1 import (
    Affinity,
    Node,
    NodeAffinity,
    NodeSelector,
    NodeSelectorRequirement,
    NodeSelectorTerm,
    Pod,
    PodSpec,
    Toleration,
)
from kubelite.api.node_selector import NAME_FIELD, RequiredNodeAffinity
from kubelite.api.tolerations import tolerates
from kubelite.apimachinery.memo import ByIdentity
from kubelite.apimachinery.meta import ObjectMeta
from kubelite.apimachinery.struct import replace
from kubelite.controllers.base import owned_by
from kubelite.controllers.history import HASH

TEMPLATE_GENERATION = "deprecated.daemonset.template.generation"
POD_GENERATION = "pod-template-generation"

_ALWAYS = (
    ("node.kubernetes.io/not-ready", "NoExecute"),
    ("node.kubernetes.io/unreachable", "NoExecute"),
    ("node.kubernetes.io/disk-pressure", "NoSchedule"),
    ("node.kubernetes.io/memory-pressure", "NoSchedule"),
    ("node.kubernetes.io/pid-pressure", "NoSchedule"),
    ("node.kubernetes.io/unschedulable", "NoSchedule"),
)
_ON_HOST_NETWORK = ("node.kubernetes.io/network-unavailable", "NoSchedule")


# DOC: daemon-tolerations
def _tolerations(spec: PodSpec) -> tuple[Toleration, ...]:
    """The template's own, and those every daemon gets: it stays where others have to go."""
    about = (*_ALWAYS, _ON_HOST_NETWORK) if spec.host_network else _ALWAYS
    defaults = [Toleration(key=key, operator="Exists", effect=effect) for key, effect in about]
    own = [t for t in spec.tolerations if replace(t, toleration_seconds=None) not in defaults]
    return (*own, *defaults)


tolerations = ByIdentity(_tolerations)
_affinity = ByIdentity(RequiredNodeAffinity)


# DOC: daemon-placement
def should_run(owner: DaemonSet, node: Node) -> tuple[bool, bool]:
    """Whether the node should get a daemon, and whether one that is there may stay."""
    spec, name = owner.spec.template.spec, node.metadata.name
    if spec.node_name not in ("", name):
        return False, False
    if not _affinity(spec).matches(name, node.metadata.labels):
        return False, False
    hard = [
        taint
        for taint in node.spec.taints
        if taint.effect in ("NoSchedule", "NoExecute")
        and not any(tolerates(toleration, taint) for toleration in tolerations(spec))
    ]
    return not hard, all(taint.effect != "NoExecute" for taint in hard)


def new_pod(owner: DaemonSet, node: str, revision: str) -> Pod:
    """The pod for one node: the scheduler brings it there, because it fits nowhere else."""
    meta, spec = owner.spec.template.metadata, owner.spec.template.spec
    generation = owner.metadata.annotations.get(TEMPLATE_GENERATION)
    labels = meta.labels | {HASH: revision}
    if generation is not None:
        labels |= {POD_GENERATION: generation}
    return Pod(
        metadata=ObjectMeta(
            generate_name=owner.metadata.name + "-",
            namespace=owner.metadata.namespace,
            labels=labels,
            annotations=meta.annotations,
            finalizers=meta.finalizers,
            owner_references=(owned_by(owner),),
        ),
        spec=replace(spec, affinity=_only_on(spec.affinity, node), tolerations=tolerations(spec)),
    )


def _only_on(affinity: Affinity | None, node: str) -> Affinity:
    """The affinity, with this node in place of what was required before: that has been checked."""
    named = NodeSelectorRequirement(key=NAME_FIELD, operator="In", values=(node,))
    required = NodeSelector(node_selector_terms=(NodeSelectorTerm(match_fields=(named,)),))
    affinity = affinity or Affinity()
    return replace(
        affinity,
        node_affinity=replace(
            affinity.node_affinity or NodeAffinity(),
            required_during_scheduling_ignored_during_execution=required,
        ),
    )


def target_node(pod: Pod) -> str:
    """The node the pod is on, or is meant for; "" when it names none."""
    if pod.spec.node_name:
        return pod.spec.node_name
    affinity = pod.spec.affinity.node_affinity if pod.spec.affinity else None
    required = affinity and affinity.required_during_scheduling_ignored_during_execution
    for term in required.node_selector_terms if required else ():
        for field in term.match_fields:
            if field.key == NAME_FIELD and field.operator == "In" and len(field.values) == 1:
                return field.values[0]
    return ""


def is_updated(owner: DaemonSet, pod: Pod, revision: str) -> bool:
    """Whether the pod was made from the present template."""
    labels = pod.metadata.labels
    generation = owner.metadata.annotations.get(TEMPLATE_GENERATION)
    same = generation is not None and labels.get(POD_GENERATION) == generation
    return same or labels.get(HASH) == revision

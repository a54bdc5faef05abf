"""Where a pod wants to run, and what it puts up with.

Models ``Affinity``, ``Toleration`` and ``TopologySpreadConstraint`` of ``k8s.io/api/core/v1``.
"""

from __future__ import annotations

from kubelite.apimachinery.meta import LabelSelector
from kubelite.apimachinery.struct import Int32, Int64, Struct, written


class Affinity(Struct, kw_only=True):
    """Wishes and demands about the node, and about the pods already there."""

    node_affinity: NodeAffinity | None = None
    pod_affinity: PodAffinity | None = None
    pod_anti_affinity: PodAntiAffinity | None = None


class NodeAffinity(Struct, kw_only=True):
    """Nodes wanted, by their labels."""

    required_during_scheduling_ignored_during_execution: NodeSelector | None = None
    preferred_during_scheduling_ignored_during_execution: tuple[PreferredSchedulingTerm, ...] = ()


class NodeSelector(Struct, kw_only=True):
    """Nodes for which at least one term holds."""

    node_selector_terms: tuple[NodeSelectorTerm, ...] = ()


class NodeSelectorTerm(Struct, kw_only=True):
    """Requirements that must all hold; a term without any matches no node."""

    match_expressions: tuple[NodeSelectorRequirement, ...] = ()
    match_fields: tuple[NodeSelectorRequirement, ...] = ()


class NodeSelectorRequirement(Struct, kw_only=True):
    """Key, operator (In, NotIn, Exists, DoesNotExist, Gt, Lt) and values."""

    key: str = written("")
    operator: str = written("")
    values: tuple[str, ...] = ()


class PreferredSchedulingTerm(Struct, kw_only=True):
    """A wish about the node, and its weight from 1 to 100."""

    weight: Int32 = written(0)
    preference: NodeSelectorTerm = written(NodeSelectorTerm())


class PodAffinity(Struct, kw_only=True):
    """Pods to be near to."""

    required_during_scheduling_ignored_during_execution: tuple[PodAffinityTerm, ...] = ()
    preferred_during_scheduling_ignored_during_execution: tuple[WeightedPodAffinityTerm, ...] = ()


class PodAntiAffinity(Struct, kw_only=True):
    """Pods to keep away from."""

    required_during_scheduling_ignored_during_execution: tuple[PodAffinityTerm, ...] = ()
    preferred_during_scheduling_ignored_during_execution: tuple[WeightedPodAffinityTerm, ...] = ()


class PodAffinityTerm(Struct, kw_only=True):
    """Which pods are meant, and what near means: equal values of the label ``topologyKey``."""

    topology_key: str = written("")
    label_selector: LabelSelector | None = None
    namespaces: tuple[str, ...] = ()
    namespace_selector: LabelSelector | None = None
    match_label_keys: tuple[str, ...] = ()
    mismatch_label_keys: tuple[str, ...] = ()


class WeightedPodAffinityTerm(Struct, kw_only=True):
    """A wish about other pods, and its weight from 1 to 100."""

    weight: Int32 = written(0)
    pod_affinity_term: PodAffinityTerm = written(PodAffinityTerm())


class Toleration(Struct, kw_only=True):
    """Taints a pod puts up with; without a key and with operator Exists, all of them."""

    key: str = ""
    operator: str = ""
    value: str = ""
    effect: str = ""
    toleration_seconds: Int64 | None = None


class TopologySpreadConstraint(Struct, kw_only=True):
    """How evenly matching pods must lie over the values of ``topologyKey``."""

    max_skew: Int32 = written(0)
    topology_key: str = written("")
    when_unsatisfiable: str = written("")
    label_selector: LabelSelector | None = None
    min_domains: Int32 | None = None
    match_label_keys: tuple[str, ...] = ()
    node_affinity_policy: str | None = None
    node_taints_policy: str | None = None

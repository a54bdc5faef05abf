"""What the fields of affinity, tolerations and spreading are for."""

WORDS = """
NodeSelectorRequirement.key: The label of the node it is about.
NodeSelectorRequirement.operator: In, NotIn, Exists, DoesNotExist, Gt or Lt.
NodeSelectorRequirement.values: The values that count; one number for Gt and Lt.
PreferredSchedulingTerm.weight: How much it counts: 1 to 100.
PodAffinityTerm.topologyKey: The label that says which nodes count as one place.
PodAffinityTerm.namespaces: In which namespaces the other pods are looked for.
PodAffinityTerm.matchLabelKeys: Labels whose value must be the same as this pod's.
PodAffinityTerm.mismatchLabelKeys: Labels whose value must not be the same.
WeightedPodAffinityTerm.weight: How much it counts: 1 to 100.
Toleration.key: Which taint; every one if empty.
Toleration.operator: Equal, Exists, Gt or Lt. Default Equal.
Toleration.value: The value it must have, for Equal.
Toleration.effect: NoSchedule, PreferNoSchedule or NoExecute; every one if empty.
Toleration.tolerationSeconds: For NoExecute: how long the pod stays; for ever if it is not said.
TopologySpreadConstraint.maxSkew: How many more pods one place may have than the emptiest.
TopologySpreadConstraint.topologyKey: The label that says which nodes count as one place.
TopologySpreadConstraint.whenUnsatisfiable: DoNotSchedule, or ScheduleAnyway to only prefer it.
TopologySpreadConstraint.minDomains: With fewer places than that, the emptiest counts as empty.
TopologySpreadConstraint.matchLabelKeys: Labels whose value must be the same as this pod's.
TopologySpreadConstraint.nodeAffinityPolicy: Whether nodes it may not be on count: Honor or Ignore.
TopologySpreadConstraint.nodeTaintsPolicy: Whether nodes it does not tolerate count: Honor or
  Ignore.
"""

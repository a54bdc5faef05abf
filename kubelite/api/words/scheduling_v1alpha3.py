"""What the fields of groups of pods are for."""

WORDS = """
WorkloadPodGroupResourceClaim.name: What the group calls it.
WorkloadPodGroupResourceClaim.resourceClaimName: A claim that is there.
WorkloadPodGroupResourceClaim.resourceClaimTemplateName: A template of which a claim is made.
TopologyConstraint.key: The label of nodes that must be the same for all pods.
WorkloadPodGroupGangSchedulingPolicy.minCount: How many pods have to find a node at once.
"""

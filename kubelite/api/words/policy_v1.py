"""What the fields of disruption budgets are for."""

WORDS = """
PodDisruptionBudgetSpec.minAvailable: How many pods have to stay, as number or percentage.
PodDisruptionBudgetSpec.maxUnavailable: How many may be missing, as number or percentage.
PodDisruptionBudgetSpec.unhealthyPodEvictionPolicy: Whether pods that are not ready may go:
  IfHealthyBudget or AlwaysAllow.
PodDisruptionBudgetStatus.observedGeneration: The generation of the spec that this status is about.
PodDisruptionBudgetStatus.disruptedPods: Pods that may go and have not gone yet.
PodDisruptionBudgetStatus.disruptionsAllowed: How many may go now.
PodDisruptionBudgetStatus.currentHealthy: How many are ready.
PodDisruptionBudgetStatus.desiredHealthy: How many have to be.
PodDisruptionBudgetStatus.expectedPods: How many there are meant to be.
"""

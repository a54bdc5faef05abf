"""What the fields of the first autoscaler are for."""

WORDS = """
HorizontalPodAutoscalerSpec.minReplicas: Never fewer than that. Default 1.
HorizontalPodAutoscalerSpec.maxReplicas: Never more than that.
HorizontalPodAutoscalerSpec.targetCPUUtilizationPercentage: How much of the processors that pods
  request they are to use on average, in percent. Default 80.
HorizontalPodAutoscalerStatus.observedGeneration: The generation of the spec that this status is
  about.
HorizontalPodAutoscalerStatus.lastScaleTime: When it last changed the number of pods.
HorizontalPodAutoscalerStatus.currentReplicas: How many pods there are.
HorizontalPodAutoscalerStatus.desiredReplicas: How many it wants.
HorizontalPodAutoscalerStatus.currentCPUUtilizationPercentage: How much of what they request the
  pods use on average, in percent.
"""

"""What the fields of autoscalers are for."""

WORDS = """
HorizontalPodAutoscalerSpec.minReplicas: Never fewer than that. Default 1.
HorizontalPodAutoscalerSpec.maxReplicas: Never more than that.
CrossVersionObjectReference.name: What the object is called.
MetricSpec.type: Resource, ContainerResource, Pods, Object or External.
MetricTarget.type: Utilization, AverageValue or Value.
MetricTarget.value: What it is to be in all.
MetricTarget.averageValue: What it is to be for each pod.
MetricTarget.averageUtilization: What it is to be for each pod, as a percentage of its request.
MetricIdentifier.name: What the metric is called.
ResourceMetricSource.name: cpu or memory.
ContainerResourceMetricSource.name: cpu or memory.
ContainerResourceMetricSource.container: Of which container of the pods.
HPAScalingRules.stabilizationWindowSeconds: The most careful advice of so many seconds counts.
  Default 300 down, 0 up.
HPAScalingRules.selectPolicy: Of several policies: Max, Min or Disabled. Default Max.
HPAScalingRules.tolerance: How far off the target is near enough. Default 0.1.
HPAScalingPolicy.type: Pods or Percent.
HPAScalingPolicy.value: How much it may change within the period.
HPAScalingPolicy.periodSeconds: The period: 1 to 1800.
HorizontalPodAutoscalerStatus.observedGeneration: The generation of the spec that this status is
  about.
HorizontalPodAutoscalerStatus.lastScaleTime: When it last changed the number of pods.
HorizontalPodAutoscalerStatus.currentReplicas: How many pods there are.
HorizontalPodAutoscalerStatus.desiredReplicas: How many it wants.
MetricStatus.type: Resource, ContainerResource, Pods, Object or External.
MetricValueStatus.value: What it is in all.
MetricValueStatus.averageValue: What it is for each pod.
MetricValueStatus.averageUtilization: What it is for each pod, as a percentage of its request.
ResourceMetricStatus.name: cpu or memory.
ContainerResourceMetricStatus.name: cpu or memory.
ContainerResourceMetricStatus.container: Of which container of the pods.
"""

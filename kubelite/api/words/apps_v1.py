"""What the fields of Deployments, ReplicaSets, StatefulSets and DaemonSets are for."""

WORDS = """
ReplicaSetSpec.replicas: How many pods there are to be. Default 1.
ReplicaSetSpec.minReadySeconds: A pod counts as available once it has been ready for so long.
ReplicaSetStatus.replicas: How many pods there are.
ReplicaSetStatus.fullyLabeledReplicas: How many have all labels of the template.
ReplicaSetStatus.readyReplicas: How many are ready.
ReplicaSetStatus.availableReplicas: How many have been ready for minReadySeconds.
ReplicaSetStatus.terminatingReplicas: How many are on their way out.
ReplicaSetStatus.observedGeneration: The generation of the spec that this status is about.
DeploymentSpec.replicas: How many pods there are to be. Default 1.
DeploymentSpec.minReadySeconds: A pod counts as available once it has been ready for so long.
DeploymentSpec.progressDeadlineSeconds: A rollout that has not moved for longer has failed. Default
  600.
DeploymentSpec.revisionHistoryLimit: How many old ReplicaSets are kept to go back to. Default 10.
DeploymentSpec.paused: While true, a change of the template rolls nothing out.
DeploymentStrategy.type: RollingUpdate, or Recreate to end all old pods first.
RollingUpdateDeployment.maxUnavailable: How many may be missing meanwhile, as number or percentage.
  Default 25%.
RollingUpdateDeployment.maxSurge: How many there may be too many meanwhile. Default 25%.
DeploymentStatus.observedGeneration: The generation of the spec that this status is about.
DeploymentStatus.replicas: How many pods there are, old and new.
DeploymentStatus.updatedReplicas: How many are of the newest template.
DeploymentStatus.readyReplicas: How many are ready.
DeploymentStatus.availableReplicas: How many have been ready for minReadySeconds.
DeploymentStatus.unavailableReplicas: How many are missing to what is wanted.
DeploymentStatus.terminatingReplicas: How many are on their way out.
DeploymentStatus.collisionCount: How often the name of a new ReplicaSet was taken.
StatefulSetSpec.replicas: How many pods there are to be. Default 1.
StatefulSetSpec.serviceName: The headless Service under which its pods have names in DNS.
StatefulSetSpec.podManagementPolicy: OrderedReady for one after the other, or Parallel. Default
  OrderedReady.
StatefulSetSpec.revisionHistoryLimit: How many old revisions are kept. Default 10.
StatefulSetSpec.minReadySeconds: A pod counts as available once it has been ready for so long.
StatefulSetUpdateStrategy.type: RollingUpdate, or OnDelete to update only pods that you delete.
RollingUpdateStatefulSetStrategy.partition: Pods below this number keep the old revision. Default 0.
RollingUpdateStatefulSetStrategy.maxUnavailable: How many may be missing meanwhile. Default 1.
StatefulSetPersistentVolumeClaimRetentionPolicy.whenDeleted: Keep claims when the set goes: Retain
  or Delete.
StatefulSetPersistentVolumeClaimRetentionPolicy.whenScaled: Keep claims of pods scaled away: Retain
  or Delete.
StatefulSetOrdinals.start: The number of the first pod. Default 0.
StatefulSetStatus.observedGeneration: The generation of the spec that this status is about.
StatefulSetStatus.replicas: How many pods there are.
StatefulSetStatus.readyReplicas: How many are ready.
StatefulSetStatus.currentReplicas: How many are of the revision before.
StatefulSetStatus.updatedReplicas: How many are of the newest revision.
StatefulSetStatus.currentRevision: The revision before.
StatefulSetStatus.updateRevision: The newest revision.
StatefulSetStatus.collisionCount: How often the name of a new revision was taken.
StatefulSetStatus.availableReplicas: How many have been ready for minReadySeconds.
DaemonSetSpec.minReadySeconds: A pod counts as available once it has been ready for so long.
DaemonSetSpec.revisionHistoryLimit: How many old revisions are kept. Default 10.
DaemonSetUpdateStrategy.type: RollingUpdate, or OnDelete to update only pods that you delete.
RollingUpdateDaemonSet.maxUnavailable: On how many nodes it may be missing meanwhile. Default 1.
RollingUpdateDaemonSet.maxSurge: On how many nodes the new pod starts before the old one ends.
  Default 0.
DaemonSetStatus.currentNumberScheduled: Nodes that are to have a pod and have one.
DaemonSetStatus.numberMisscheduled: Nodes that have one and are not to.
DaemonSetStatus.desiredNumberScheduled: Nodes that are to have one.
DaemonSetStatus.numberReady: Nodes whose pod is ready.
DaemonSetStatus.observedGeneration: The generation of the spec that this status is about.
DaemonSetStatus.updatedNumberScheduled: Nodes whose pod is of the newest revision.
DaemonSetStatus.numberAvailable: Nodes whose pod has been ready for minReadySeconds.
DaemonSetStatus.numberUnavailable: Nodes that are to have one and have none available.
DaemonSetStatus.collisionCount: How often the name of a new revision was taken.
ControllerRevision.data: What the set looked like.
ControllerRevision.revision: Its number: later ones are higher.
"""

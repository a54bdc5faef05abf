"""What the fields of a pod's status are for."""

WORDS = """
PodStatus.phase: Pending, Running, Succeeded, Failed or Unknown: where it is in its life.
PodStatus.reason: Why it is as it is, in one word: Evicted.
PodStatus.message: The same in a sentence.
PodStatus.hostIP: The address of its node.
PodStatus.podIP: Its own address, once it has a sandbox.
PodStatus.startTime: When its kubelet took it up.
PodStatus.qosClass: Guaranteed, Burstable or BestEffort: who goes first when memory runs out.
PodStatus.nominatedNodeName: The node where others make room for it.
PodStatus.observedGeneration: The generation of the spec that this status is about.
PodStatus.resize: How far a change of its resources has come.
PodStatus.allocatedResources: What the node has set aside for the pod as a whole.
HostIP.ip: One address of its node.
PodIP.ip: One address of the pod.
PodResourceClaimStatus.name: Which of the pod's claims.
PodResourceClaimStatus.resourceClaimName: The claim that was made for it.
PodExtendedResourceClaimStatus.resourceClaimName: The claim that was made for its extended
  resources.
ContainerExtendedResourceRequest.containerName: Whose request.
ContainerExtendedResourceRequest.resourceName: Which resource.
ContainerExtendedResourceRequest.requestName: What the claim calls it.
NodeAllocatableResourceClaimStatus.resourceClaimName: The claim it is about.
NodeAllocatableResourceClaimStatus.containers: The containers that use it.
NodeAllocatableMappedResources.name: Which of the node's resources it takes.
NodeAllocatableMappedResources.quantity: How much.
NodeAllocatableOverheadResources.name: Which of the node's resources it takes.
NodeAllocatableOverheadResources.perPod: How much for the pod.
NodeAllocatableOverheadResources.perContainer: How much for each container.
PodVolumeHealth.name: Which volume.
PodVolumeHealth.lastTransitionTime: When its health last changed.
VolumeHealthCondition.status: How the volume is.
VolumeHealthCondition.reason: Why, in one word.
VolumeHealthCondition.message: Why, in a sentence.
"""

"""What the fields of Nodes are for."""

WORDS = """
NodeSpec.podCIDR: The range from which its pods have their addresses.
NodeSpec.podCIDRs: Those ranges, one for each IP family.
NodeSpec.unschedulable: No new pods: what kubectl cordon sets.
NodeSpec.providerID: What the cloud calls the machine.
NodeSpec.externalID: No longer used.
Taint.key: What the taint is called.
Taint.value: Its value.
Taint.effect: NoSchedule, PreferNoSchedule, or NoExecute to make pods leave.
Taint.timeAdded: Since when.
ConfigMapNodeConfigSource.namespace: No longer used.
ConfigMapNodeConfigSource.name: No longer used.
ConfigMapNodeConfigSource.kubeletConfigKey: No longer used.
ConfigMapNodeConfigSource.uid: No longer used.
ConfigMapNodeConfigSource.resourceVersion: No longer used.
NodePodPreemptionPolicy.disableResizePreemption: No pod has to leave because another one grows.
NodeStatus.capacity: All that the machine has.
NodeStatus.allocatable: What of it pods may have.
NodeStatus.volumesInUse: Volumes that its pods use.
NodeStatus.declaredFeatures: What its kubelet can do.
NodeStatus.phase: No longer used.
NodeAddress.type: Hostname, InternalIP, ExternalIP, InternalDNS or ExternalDNS.
NodeAddress.address: The address.
NodeSystemInfo.machineID: What the machine calls itself.
NodeSystemInfo.systemUUID: What its firmware calls it.
NodeSystemInfo.bootID: Another one after each start.
NodeSystemInfo.kernelVersion: Which kernel.
NodeSystemInfo.osImage: Which operating system.
NodeSystemInfo.containerRuntimeVersion: Which runtime, such as containerd://2.1.
NodeSystemInfo.kubeletVersion: Which kubelet.
NodeSystemInfo.kubeProxyVersion: No longer filled in.
NodeSystemInfo.operatingSystem: linux or windows.
NodeSystemInfo.architecture: amd64, arm64.
NodeSystemInfo.runningInUserNamespace: Whether the kubelet runs without being root.
NodeSwapStatus.capacity: Bytes of swap.
ContainerImage.names: What the image is called.
ContainerImage.sizeBytes: How large it is.
DaemonEndpoint.Port: On which port it listens.
AttachedVolume.name: Which volume.
AttachedVolume.devicePath: Where the machine finds it.
NodeConfigStatus.error: No longer used.
NodeFeatures.supplementalGroupsPolicy: Whether pods may choose how groups of an image count.
NodeRuntimeHandler.name: What the handler is called; empty for the usual one.
NodeRuntimeHandlerFeatures.recursiveReadOnlyMounts: Whether mounts can be read-only all the way
  down.
NodeRuntimeHandlerFeatures.userNamespaces: Whether pods can have users of their own.
"""

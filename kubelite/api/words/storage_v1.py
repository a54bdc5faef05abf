"""What the fields of storage classes, attachments and drivers are for."""

WORDS = """
VolumeAttributesClass.driverName: Whose volumes may have them.
VolumeAttributesClass.parameters: The attributes, as the driver calls them; at least one.
StorageClass.provisioner: Who makes volumes of this class.
StorageClass.parameters: What it is told.
StorageClass.reclaimPolicy: What becomes of a volume without a claim: Delete or Retain. Default
  Delete.
StorageClass.mountOptions: Options with which its volumes are mounted.
StorageClass.allowVolumeExpansion: Whether a claim may grow.
StorageClass.volumeBindingMode: Immediate, or WaitForFirstConsumer to wait for a pod's node.
VolumeAttachmentSpec.attacher: Who attaches it.
VolumeAttachmentSpec.nodeName: To which node.
VolumeAttachmentSource.persistentVolumeName: Which volume.
VolumeAttachmentStatus.attached: Whether it is attached.
VolumeAttachmentStatus.attachmentMetadata: What the node needs to know for mounting it.
VolumeError.time: When.
VolumeError.message: What went wrong.
VolumeError.errorCode: The same as a number.
CSIDriverSpec.attachRequired: Whether volumes are attached before they are mounted.
CSIDriverSpec.podInfoOnMount: Whether the driver is told for which pod.
CSIDriverSpec.volumeLifecycleModes: Persistent, Ephemeral or both.
CSIDriverSpec.storageCapacity: Whether the scheduler looks at how much room there is.
CSIDriverSpec.fsGroupPolicy: Whether owners of files may be set.
CSIDriverSpec.requiresRepublish: Whether it is called again and again while mounted.
CSIDriverSpec.seLinuxMount: Whether it mounts with a label of SELinux.
CSIDriverSpec.nodeAllocatableUpdatePeriodSeconds: How often a node says how many volumes it can
  take.
CSIDriverSpec.serviceAccountTokenInSecrets: Whether tokens reach it among the secrets.
CSIDriverSpec.preventPodSchedulingIfMissing: Whether nodes without the driver are left out.
TokenRequest.audience: For whom the token is.
TokenRequest.expirationSeconds: How long it is good for.
CSINodeDriver.name: Which driver.
CSINodeDriver.nodeID: What it calls the node.
CSINodeDriver.topologyKeys: Labels by which it knows places.
VolumeNodeResources.count: How many volumes the node can take.
StorageHealth.name: Which storage.
StorageHealthCondition.accessMode: For which way of mounting.
StorageHealthCondition.volumeMode: For Filesystem or Block.
CSIStorageCapacity.storageClassName: For which class.
CSIStorageCapacity.capacity: How much room there is.
CSIStorageCapacity.maximumVolumeSize: How large one volume can be.
"""

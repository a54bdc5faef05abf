"""What the fields of persistent volumes are for."""

WORDS = """
*.readOnly: Whether it is mounted for reading only.
*.fsType: Which file system, such as ext4.
*.volumeID: What its maker calls the volume.
*.volumeName: What the volume is called.
*.volumeNamespace: In which namespace of its maker it lives.
*.path: Which part of it is mounted.
*.monitors: Addresses of the servers that know where the data is.
*.user: As whom it is opened.
*.keyring: The file with the user's key.
*.secretFile: The file with the user's secret.
*.image: Which image of the pool.
*.pool: Which pool.
*.endpoints: The Endpoints object that names the servers.
*.endpointsNamespace: Where that object lives.
*.gateway: The address of its gateway.
*.system: What the storage system is called.
*.sslEnabled: Whether the gateway is spoken to by TLS.
*.protectionDomain: In which domain it is protected.
*.storagePool: Which pool.
*.storageMode: ThickProvisioned or ThinProvisioned.
*.targetPortal: The target's address and port.
*.portals: More such addresses.
*.iqn: The target's name.
*.lun: The number of the unit.
*.iscsiInterface: Which interface speaks to it.
*.chapAuthDiscovery: Whether a password is needed to look for it.
*.chapAuthSession: Whether a password is needed to use it.
*.initiatorName: What the node calls itself.
*.driver: Which driver.
*.options: What the driver is told.
*.secretName: The Secret with the account's name and key.
*.shareName: Which share.
*.secretNamespace: Where that Secret lives.
PersistentVolumeSpec.capacity: How large it is.
PersistentVolumeSpec.accessModes: How it can be mounted.
PersistentVolumeSpec.persistentVolumeReclaimPolicy: What becomes of it without its claim: Retain or
  Delete.
PersistentVolumeSpec.storageClassName: Its class; none if empty.
PersistentVolumeSpec.mountOptions: Options with which it is mounted.
PersistentVolumeSpec.volumeMode: Filesystem or Block.
PersistentVolumeSpec.volumeAttributesClassName: Which class of attributes it has.
CSIPersistentVolumeSource.volumeHandle: What the driver calls it.
CSIPersistentVolumeSource.volumeAttributes: What the driver is told.
SecretReference.name: Which Secret.
SecretReference.namespace: Where it lives.
LocalVolumeSource.path: The node's folder or device.
PersistentVolumeStatus.phase: Pending, Available, Bound, Released or Failed.
PersistentVolumeStatus.message: Why, in a sentence.
PersistentVolumeStatus.reason: Why, in one word.
PersistentVolumeStatus.lastPhaseTransitionTime: When the phase last changed.
TopologySelectorLabelRequirement.key: Which label of nodes.
TopologySelectorLabelRequirement.values: The values that count.
"""

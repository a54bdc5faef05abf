"""What the fields of disks that pods mount are for."""

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
*.partition: Which partition; the whole disk if 0.
NFSVolumeSource.server: The server's name or address.
NFSVolumeSource.path: What it exports.
FCVolumeSource.targetWWNs: The targets' world wide names.
FCVolumeSource.wwids: The volume's world wide identifiers.
AzureDiskVolumeSource.diskName: What the disk is called.
AzureDiskVolumeSource.diskURI: Where it is.
AzureDiskVolumeSource.cachingMode: None, ReadOnly or ReadWrite.
FlockerVolumeSource.datasetName: What the data set is called.
FlockerVolumeSource.datasetUUID: Which data set.
GCEPersistentDiskVolumeSource.pdName: What the disk is called.
GitRepoVolumeSource.repository: The repository to clone.
GitRepoVolumeSource.revision: Which commit.
GitRepoVolumeSource.directory: Into which folder.
PhotonPersistentDiskVolumeSource.pdID: Which disk.
QuobyteVolumeSource.registry: Where its volumes are registered.
QuobyteVolumeSource.volume: Which volume.
QuobyteVolumeSource.group: With which group it is opened.
QuobyteVolumeSource.tenant: Whose it is.
VsphereVirtualDiskVolumeSource.volumePath: Where the disk is.
VsphereVirtualDiskVolumeSource.storagePolicyID: Which storage policy.
VsphereVirtualDiskVolumeSource.storagePolicyName: That policy by name.
"""

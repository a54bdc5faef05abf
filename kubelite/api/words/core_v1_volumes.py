"""What the fields of volumes are for."""

WORDS = """
Volume.name: What mounts call it.
EmptyDirVolumeSource.medium: Empty for the node's disk, Memory for its memory.
EmptyDirVolumeSource.sizeLimit: A pod that writes more is evicted.
EmptyDirVolumeSource.mode: The permissions of its root.
ConfigMapVolumeSource.name: Which ConfigMap.
ConfigMapVolumeSource.defaultMode: The permissions of its files. Default 0644.
ConfigMapVolumeSource.optional: Whether the pod starts without it.
ConfigMapVolumeSource.defaultUser: Who owns its files.
KeyToPath.key: Which key.
KeyToPath.path: In which file.
KeyToPath.mode: The permissions of that file.
KeyToPath.user: Who owns that file.
SecretVolumeSource.secretName: Which Secret.
SecretVolumeSource.defaultMode: The permissions of its files. Default 0644.
SecretVolumeSource.optional: Whether the pod starts without it.
SecretVolumeSource.defaultUser: Who owns its files.
PersistentVolumeClaimVolumeSource.claimName: Which claim of the same namespace.
PersistentVolumeClaimVolumeSource.readOnly: Whether it is mounted for reading only.
ProjectedVolumeSource.defaultMode: The permissions of its files. Default 0644.
ProjectedVolumeSource.defaultUser: Who owns its files.
ServiceAccountTokenProjection.path: In which file.
ServiceAccountTokenProjection.audience: For whom the token is. Default: the API server.
ServiceAccountTokenProjection.expirationSeconds: How long it is good for. Default 3600.
ServiceAccountTokenProjection.user: Who owns the file.
ConfigMapProjection.name: Which ConfigMap.
ConfigMapProjection.optional: Whether the pod starts without it.
SecretProjection.name: Which Secret.
SecretProjection.optional: Whether the pod starts without it.
DownwardAPIVolumeFile.path: In which file.
DownwardAPIVolumeFile.mode: The permissions of that file.
DownwardAPIVolumeFile.user: Who owns that file.
ClusterTrustBundleProjection.path: In which file.
ClusterTrustBundleProjection.name: Which bundle.
ClusterTrustBundleProjection.signerName: Or the bundles of this signer.
ClusterTrustBundleProjection.optional: Whether the pod starts without it.
ClusterTrustBundleProjection.user: Who owns the file.
PodCertificateProjection.signerName: Who signs the certificate.
PodCertificateProjection.keyType: What kind of key.
PodCertificateProjection.maxExpirationSeconds: How long it is good for at most.
PodCertificateProjection.credentialBundlePath: The file for key and certificates together.
PodCertificateProjection.keyPath: The file for the key.
PodCertificateProjection.certificateChainPath: The file for the certificates.
PodCertificateProjection.user: Who owns the files.
PodCertificateProjection.userAnnotations: Notes for the signer.
DownwardAPIVolumeSource.defaultMode: The permissions of its files. Default 0644.
DownwardAPIVolumeSource.defaultUser: Who owns its files.
HostPathVolumeSource.path: The node's file or folder.
HostPathVolumeSource.type: What must be there: Directory, FileOrCreate and the like; anything if
  empty.
PersistentVolumeClaimSpec.accessModes: ReadWriteOnce, ReadOnlyMany, ReadWriteMany or
  ReadWriteOncePod.
PersistentVolumeClaimSpec.storageClassName: Which class; the default one if it is not said, none if
  empty.
PersistentVolumeClaimSpec.volumeName: The volume it is bound to.
PersistentVolumeClaimSpec.volumeMode: Filesystem or Block. Default Filesystem.
PersistentVolumeClaimSpec.volumeAttributesClassName: Which class of attributes.
ImageVolumeSource.reference: The image whose files are mounted.
ImageVolumeSource.pullPolicy: Always, IfNotPresent or Never.
CSIVolumeSource.driver: Which driver.
CSIVolumeSource.volumeAttributes: What it is told.
CSIVolumeSource.readOnly: Whether it is mounted for reading only.
CSIVolumeSource.fsType: Which file system.
"""

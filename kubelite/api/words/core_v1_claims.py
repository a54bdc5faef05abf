"""What the fields of claims' status are for."""

WORDS = """
PersistentVolumeClaimStatus.phase: Pending, Bound or Lost.
PersistentVolumeClaimStatus.accessModes: How the volume can be mounted.
PersistentVolumeClaimStatus.capacity: How large the volume is.
PersistentVolumeClaimStatus.allocatedResources: How large it is going to be.
PersistentVolumeClaimStatus.allocatedResourceStatuses: How far a growth has come.
PersistentVolumeClaimStatus.currentVolumeAttributesClassName: The class of attributes that it has.
ModifyVolumeStatus.targetVolumeAttributesClassName: The class of attributes that it is getting.
ModifyVolumeStatus.status: How far that has come: Pending, InProgress or Infeasible.
VolumeHealthStatus.lastTransitionTime: When its health last changed.
"""

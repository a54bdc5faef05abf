"""What the fields of requests and limits are for."""

WORDS = """
ResourceRequirements.requests: What the scheduler sets aside on the node.
ResourceRequirements.limits: What it may use at most: more cpu waits, more memory is killed.
ResourceClaim.name: Which of the pod's claims.
ResourceClaim.request: Which part of that claim; all of it if empty.
VolumeResourceRequirements.requests: How much storage it needs at least.
VolumeResourceRequirements.limits: How much it may have at most.
ResourceStatus.name: Which resource.
ResourceHealth.resourceID: Which device.
ResourceHealth.health: Healthy, Unhealthy or Unknown.
ResourceHealth.message: Why, in a sentence.
"""

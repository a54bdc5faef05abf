"""What the fields of ReplicationControllers are for."""

WORDS = """
ReplicationControllerSpec.replicas: How many pods there are to be. Default 1.
ReplicationControllerSpec.minReadySeconds: A pod counts as available once it has been ready for so
  long.
ReplicationControllerSpec.selector: Labels of the pods it looks after. Default: those of its
  template.
ReplicationControllerStatus.replicas: How many pods there are.
ReplicationControllerStatus.fullyLabeledReplicas: How many have all labels of the template.
ReplicationControllerStatus.readyReplicas: How many are ready.
ReplicationControllerStatus.availableReplicas: How many have been ready for minReadySeconds.
ReplicationControllerStatus.observedGeneration: The generation of the spec that this status is
  about.
"""

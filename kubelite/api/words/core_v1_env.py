"""What the fields of environment variables are for."""

WORDS = """
EnvVar.name: What the variable is called.
EnvVar.value: Its value; $(OTHER) is filled in with a variable named before it.
ConfigMapKeySelector.name: Which ConfigMap.
ConfigMapKeySelector.key: Which of its keys.
ConfigMapKeySelector.optional: Whether the container starts without it.
SecretKeySelector.name: Which Secret.
SecretKeySelector.key: Which of its keys.
SecretKeySelector.optional: Whether the container starts without it.
ObjectFieldSelector.fieldPath: A field of the pod: metadata.name, status.podIP, spec.nodeName.
ResourceFieldSelector.resource: limits.memory, requests.cpu and the like.
ResourceFieldSelector.containerName: Of which container; its own if empty.
ResourceFieldSelector.divisor: The unit in which it is counted. Default 1.
FileKeySelector.volumeName: The volume in which the file lies.
FileKeySelector.path: The file.
FileKeySelector.key: Which of the variables in it.
FileKeySelector.optional: Whether the container starts without it.
EnvFromSource.prefix: Put before each key.
ConfigMapEnvSource.name: The ConfigMap of which every key becomes a variable.
ConfigMapEnvSource.optional: Whether the container starts without it.
SecretEnvSource.name: The Secret of which every key becomes a variable.
SecretEnvSource.optional: Whether the container starts without it.
"""

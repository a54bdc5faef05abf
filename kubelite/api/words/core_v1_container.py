"""What the fields of containers, ports and mounts are for."""

WORDS = """
Container.name: What it is called in its pod: a DNS label that no other container there has.
Container.image: The image to run, such as nginx:1.27.
Container.command: Run this instead of the image's entrypoint; no shell reads it.
Container.args: The arguments, instead of the image's.
Container.workingDir: Where it begins, instead of the image's directory.
Container.imagePullPolicy: Always, IfNotPresent or Never. Always for :latest, else IfNotPresent.
Container.restartPolicy: Always makes an init container a sidecar, which runs beside the others.
Container.terminationMessagePath: The file whose text is kept when it ends.
Container.terminationMessagePolicy: File, or FallbackToLogsOnError for its last output on failure.
Container.stdin: Whether it has a standard input that somebody can attach to.
Container.stdinOnce: Whether that input ends with the first client that leaves.
Container.tty: Whether it has a terminal; needs stdin.
ContainerPort.containerPort: The port it listens on.
ContainerPort.name: A name for probes and Services to use: at most 15 characters.
ContainerPort.protocol: TCP, UDP or SCTP. Default TCP.
ContainerPort.hostPort: A port of the node that leads here; only one pod of a node can have it.
ContainerPort.hostIP: The node's address on which that port is open; all of them if empty.
VolumeMount.name: Which of the pod's volumes.
VolumeMount.mountPath: Where the container finds it; no colon.
VolumeMount.readOnly: Whether the container may only read it.
VolumeMount.subPath: A part of the volume instead of its root; it does not follow updates.
VolumeMount.subPathExpr: The same, with $(VARIABLE) filled in.
VolumeMount.mountPropagation: Whether mounts made inside are seen outside: None, HostToContainer,
  Bidirectional.
VolumeMount.recursiveReadOnly: Whether mounts below it are read-only, too.
VolumeMount.bindMountOptions: Options with which the node mounts it.
VolumeDevice.name: Which of the pod's claims; its volume has to be a block device.
VolumeDevice.devicePath: Where the container finds the device.
ContainerRestartRule.action: What to do when it applies: Restart.
ContainerRestartRuleOnExitCodes.operator: In or NotIn.
ContainerRestartRuleOnExitCodes.values: The exit codes that count.
ContainerResizePolicy.resourceName: cpu or memory.
ContainerResizePolicy.restartPolicy: NotRequired, or RestartContainer if it has to start anew for
  it.
EphemeralContainer.name: What it is called; no other container of the pod has that name.
EphemeralContainer.image: The image to run.
EphemeralContainer.targetContainerName: Whose processes it sees.
EphemeralContainer.command: Run this instead of the image's entrypoint.
EphemeralContainer.args: The arguments, instead of the image's.
EphemeralContainer.workingDir: Where it begins.
EphemeralContainer.imagePullPolicy: Always, IfNotPresent or Never.
EphemeralContainer.terminationMessagePath: The file whose text is kept when it ends.
EphemeralContainer.terminationMessagePolicy: File, or FallbackToLogsOnError.
EphemeralContainer.stdin: Whether it has a standard input that somebody can attach to.
EphemeralContainer.stdinOnce: Whether that input ends with the first client that leaves.
EphemeralContainer.tty: Whether it has a terminal.
EphemeralContainer.restartPolicy: Not allowed here: it runs once.
"""

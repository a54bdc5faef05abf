"""What the fields of a container's status are for."""

WORDS = """
ContainerStatus.name: Which container.
ContainerStatus.ready: Whether its readiness probe succeeds; without one, whether it runs.
ContainerStatus.restartCount: How often it was started anew in this pod.
ContainerStatus.started: Whether its startup probe has succeeded; without one, whether it runs.
ContainerStatus.image: The image it runs.
ContainerStatus.imageID: That image by its digest.
ContainerStatus.containerID: What the runtime calls it: containerd:// and a number.
ContainerStatus.allocatedResources: What the node has set aside for it.
ContainerStatus.stopSignal: The signal by which it is asked to stop.
ContainerStateWaiting.reason: What it waits for, in one word: ContainerCreating, CrashLoopBackOff.
ContainerStateWaiting.message: The same in a sentence.
ContainerStateRunning.startedAt: Since when.
ContainerStateTerminated.exitCode: 0 is a success; 128 and the signal's number if it was killed.
ContainerStateTerminated.signal: The signal that ended it.
ContainerStateTerminated.reason: Completed, Error, OOMKilled.
ContainerStateTerminated.message: What it left in its termination message.
ContainerStateTerminated.startedAt: When it began.
ContainerStateTerminated.finishedAt: When it ended.
ContainerStateTerminated.containerID: What the runtime called it.
VolumeMountStatus.name: Which volume.
VolumeMountStatus.mountPath: Where it is mounted.
VolumeMountStatus.readOnly: Whether it can only be read.
VolumeMountStatus.recursiveReadOnly: Whether mounts below it are read-only, too.
ImageVolumeStatus.imageRef: The image that is mounted, by its digest.
LinuxContainerUser.uid: As whom its first process began.
LinuxContainerUser.gid: With which group.
LinuxContainerUser.supplementalGroups: With which groups besides.
"""

"""What the fields of security contexts are for."""

WORDS = """
SecurityContext.runAsUser: The user, by number, as whom it runs.
SecurityContext.runAsGroup: The group, by number, with which it runs.
SecurityContext.runAsNonRoot: Refuse to start it as root.
SecurityContext.privileged: Give it nearly all that the node's root may do.
SecurityContext.allowPrivilegeEscalation: Whether a process may gain more rights than its parent.
SecurityContext.readOnlyRootFilesystem: Whether its own files can only be read.
SecurityContext.procMount: How much of /proc it sees: Default or Unmasked.
Capabilities.add: Rights of root that it is given.
Capabilities.drop: Rights that are taken from it; ALL for every one.
AppArmorProfile.type: RuntimeDefault, Localhost or Unconfined.
AppArmorProfile.localhostProfile: The profile on the node, for Localhost.
SELinuxOptions.user: The user of its label.
SELinuxOptions.role: The role of its label.
SELinuxOptions.type: The type of its label.
SELinuxOptions.level: The level of its label.
SeccompProfile.type: RuntimeDefault, Localhost or Unconfined.
SeccompProfile.localhostProfile: The profile on the node, for Localhost.
WindowsSecurityContextOptions.runAsUserName: The user of Windows as whom it runs.
WindowsSecurityContextOptions.hostProcess: Whether it runs on the host itself.
WindowsSecurityContextOptions.gmsaCredentialSpec: The specification of its managed account.
WindowsSecurityContextOptions.gmsaCredentialSpecName: That specification by name.
PodSecurityContext.runAsUser: The user, by number, as whom its containers run.
PodSecurityContext.runAsGroup: The group, by number, with which they run.
PodSecurityContext.runAsNonRoot: Refuse to start a container as root.
PodSecurityContext.fsGroup: The group that owns its volumes.
PodSecurityContext.fsGroupChangePolicy: Whether owners are set at each start: Always or
  OnRootMismatch.
PodSecurityContext.supplementalGroups: Groups that its first processes have besides.
PodSecurityContext.supplementalGroupsPolicy: Whether groups of the image count: Merge or Strict.
PodSecurityContext.seLinuxChangePolicy: How volumes get their label: MountOption or Recursive.
Sysctl.name: Which setting of the kernel.
Sysctl.value: Its value.
"""

"""What the fields of a pod's spec are for."""

WORDS = """
PodSpec.restartPolicy: When containers that end are started again: Always, OnFailure or Never.
  Default Always.
PodSpec.terminationGracePeriodSeconds: From SIGTERM to SIGKILL. Default 30.
PodSpec.activeDeadlineSeconds: A pod that has been active for longer has failed.
PodSpec.nodeName: The node it is on; the scheduler fills it in.
PodSpec.nodeSelector: Labels that the node must have.
PodSpec.schedulerName: Which scheduler finds a node. Default default-scheduler.
PodSpec.priorityClassName: The class that gives it its priority.
PodSpec.priority: The number that class stands for; filled in by the server.
PodSpec.preemptionPolicy: PreemptLowerPriority, or Never if it is to wait its turn.
PodSpec.overhead: What the sandbox itself takes, as the runtime class says.
PodSpec.serviceAccountName: As whom its containers speak to the API server. Default default.
PodSpec.serviceAccount: The old name of serviceAccountName.
PodSpec.automountServiceAccountToken: Whether its containers find a token of that account.
PodSpec.hostNetwork: Whether it uses the node's network and address.
PodSpec.hostPID: Whether it sees the node's processes.
PodSpec.hostIPC: Whether it shares the node's shared memory.
PodSpec.hostUsers: False gives it users of its own, so that root inside is nobody outside.
PodSpec.shareProcessNamespace: Whether its containers see each other's processes.
PodSpec.hostname: What the pod calls itself. Default: its name.
PodSpec.subdomain: With a headless Service of that name, the pod has a name in DNS.
PodSpec.hostnameOverride: The whole hostname, whatever else is said.
PodSpec.setHostnameAsFQDN: Whether the hostname is the full name in DNS.
PodSpec.dnsPolicy: ClusterFirst, ClusterFirstWithHostNet, Default or None. Default ClusterFirst.
PodSpec.enableServiceLinks: Whether Services appear as environment variables. Default true.
PodSpec.runtimeClassName: Which runtime runs it.
PodSchedulingGate.name: While the gate is there, the scheduler does not look at the pod.
PodSchedulingGroup.podGroupName: The group of pods that are placed together.
PodResourceClaim.name: What containers call it.
PodResourceClaim.resourceClaimName: A claim that is there.
PodResourceClaim.resourceClaimTemplateName: A template of which a claim is made for this pod.
PodReadinessGate.conditionType: A condition of the pod that must be True before it is ready.
EvictionResponder.name: Who is asked before the pod is evicted.
EvictionResponder.priority: In which order they are asked.
PodDNSConfig.nameservers: Servers to ask, after those of the policy.
PodDNSConfig.searches: Endings to try on short names.
PodDNSConfigOption.name: What the option of resolv.conf is called: ndots.
PodDNSConfigOption.value: Its value.
HostAlias.ip: An address for /etc/hosts.
HostAlias.hostnames: The names it has there.
PodOS.name: linux or windows.
"""

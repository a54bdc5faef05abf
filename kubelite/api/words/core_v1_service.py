"""What the fields of Services are for."""

WORDS = """
ServiceSpec.selector: Labels of the pods that it leads to.
ServiceSpec.type: ClusterIP, NodePort, LoadBalancer or ExternalName. Default ClusterIP.
ServiceSpec.clusterIP: Its address inside the cluster; None for a headless Service.
ServiceSpec.clusterIPs: Its addresses, one for each IP family.
ServiceSpec.ipFamilies: IPv4, IPv6 or both, in order.
ServiceSpec.ipFamilyPolicy: SingleStack, PreferDualStack or RequireDualStack.
ServiceSpec.externalName: For ExternalName: the name that DNS answers with.
ServiceSpec.externalIPs: Addresses outside the cluster that lead here, too.
ServiceSpec.externalTrafficPolicy: Cluster, or Local for pods of the same node and the caller's
  address.
ServiceSpec.internalTrafficPolicy: Cluster, or Local for pods of the caller's node.
ServiceSpec.trafficDistribution: Whom to prefer: PreferSameZone or PreferSameNode.
ServiceSpec.sessionAffinity: None, or ClientIP to lead one client to one pod.
ServiceSpec.publishNotReadyAddresses: Whether DNS names pods that are not ready.
ServiceSpec.healthCheckNodePort: Where a load balancer asks a node whether it has a pod.
ServiceSpec.allocateLoadBalancerNodePorts: Whether a LoadBalancer has node ports, too. Default true.
ServiceSpec.loadBalancerClass: Which load balancer looks after it.
ServiceSpec.loadBalancerIP: The address wished for; most clouds ignore it.
ServiceSpec.loadBalancerSourceRanges: Who may come in through the load balancer.
ServicePort.name: What the port is called; needed when there are several.
ServicePort.protocol: TCP, UDP or SCTP. Default TCP.
ServicePort.appProtocol: What is spoken on it, as a hint.
ServicePort.port: The port of the Service.
ServicePort.targetPort: The port of the pods, by number or name. Default: the same.
ServicePort.nodePort: The port on every node: 30000 to 32767.
ClientIPConfig.timeoutSeconds: How long a client keeps its pod after its last connection. Default
  10800.
LoadBalancerIngress.ip: The load balancer's address.
LoadBalancerIngress.hostname: Its name, when it has no address.
LoadBalancerIngress.ipMode: VIP, or Proxy when it answers for itself.
PortStatus.port: Which port.
PortStatus.protocol: TCP, UDP or SCTP.
PortStatus.error: What went wrong with it.
"""

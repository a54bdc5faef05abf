"""What the fields of EndpointSlices are for."""

WORDS = """
EndpointSlice.addressType: IPv4, IPv6 or FQDN; one slice holds one kind.
Endpoint.addresses: The address of the pod.
Endpoint.hostname: A name for it in DNS.
Endpoint.nodeName: The node it is on.
Endpoint.zone: The zone it is in.
Endpoint.deprecatedTopology: No longer used.
EndpointConditions.ready: Whether requests may go there.
EndpointConditions.serving: Whether it answers, even on its way out.
EndpointConditions.terminating: Whether it is on its way out.
ForZone.name: Callers in this zone are to use it.
ForNode.name: Callers on this node are to use it.
EndpointPort.name: What the Service calls the port.
EndpointPort.protocol: TCP, UDP or SCTP.
EndpointPort.port: The pod's port.
EndpointPort.appProtocol: What is spoken on it, as a hint.
"""

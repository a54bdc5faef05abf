"""What the fields of Ingresses and network policies are for."""

WORDS = """
NetworkPolicySpec.policyTypes: Ingress, Egress or both: which directions it restricts.
NetworkPolicyPort.protocol: TCP, UDP or SCTP. Default TCP.
NetworkPolicyPort.port: The port, by number or name; all of them if it is not said.
NetworkPolicyPort.endPort: The last port of a range that begins with port.
IPBlock.cidr: A range of addresses: 10.0.0.0/8.
IPBlock.except: Ranges within it that are left out.
IngressSpec.ingressClassName: Which Ingress controller looks after it.
IngressServiceBackend.name: Which Service.
ServiceBackendPort.name: The Service's port by name.
ServiceBackendPort.number: The Service's port by number.
IngressTLS.hosts: For which hosts.
IngressTLS.secretName: The Secret with certificate and key.
IngressRule.host: For which host; every one if empty.
HTTPIngressPath.path: For which path; begins with a slash.
HTTPIngressPath.pathType: Exact, Prefix or ImplementationSpecific.
IngressLoadBalancerIngress.ip: The address at which it answers.
IngressLoadBalancerIngress.hostname: The name at which it answers.
IngressPortStatus.port: Which port.
IngressPortStatus.protocol: TCP, UDP or SCTP.
IngressPortStatus.error: What went wrong with it.
IngressClassSpec.controller: Who looks after Ingresses of this class.
IngressClassParametersReference.apiGroup: The group of its kind; empty for the core group.
IngressClassParametersReference.name: What it is called.
IngressClassParametersReference.scope: Cluster or Namespace.
IngressClassParametersReference.namespace: Where it lives, for Namespace.
ServiceCIDRSpec.cidrs: Ranges from which Services have their addresses.
ParentReference.group: The group of what the address is for.
ParentReference.resource: Its resource: services.
ParentReference.namespace: Where it lives.
ParentReference.name: What it is called.
"""

"""NetworkPolicy, Ingress and IngressClass: who may talk to whom, and the way in by host and path.

Models ``k8s.io/api/networking/v1``.
"""

from __future__ import annotations

from typing import Annotated

from kubelite.api.core_v1.reference import TypedLocalObjectReference
from kubelite.apimachinery.meta import Condition, LabelSelector, Object
from kubelite.apimachinery.struct import Int32, IntOrString, Struct, merge_on, written


class NetworkPolicySpec(Struct, kw_only=True):
    """Which pods it isolates, in which directions, and what is allowed nevertheless."""

    pod_selector: LabelSelector = written(LabelSelector())
    ingress: tuple[NetworkPolicyIngressRule, ...] = ()
    egress: tuple[NetworkPolicyEgressRule, ...] = ()
    policy_types: tuple[str, ...] = ()


class NetworkPolicy(Object, kw_only=True):
    """Connections that are allowed to and from the pods of a selector."""

    api_version: str = written("networking.k8s.io/v1")
    kind: str = written("NetworkPolicy")
    spec: NetworkPolicySpec = written(NetworkPolicySpec())


class NetworkPolicyIngressRule(Struct, kw_only=True):
    """One allowance inwards: any of these ports, from any of these peers; empty means all."""

    ports: tuple[NetworkPolicyPort, ...] = ()
    from_: tuple[NetworkPolicyPeer, ...] = ()


class NetworkPolicyEgressRule(Struct, kw_only=True):
    """One allowance outwards: any of these ports, to any of these peers; empty means all."""

    ports: tuple[NetworkPolicyPort, ...] = ()
    to: tuple[NetworkPolicyPeer, ...] = ()


class NetworkPolicyPort(Struct, kw_only=True):
    """A port by number or by its name in the pod, or a range up to ``end_port``."""

    protocol: str | None = None
    port: IntOrString | None = None
    end_port: Int32 | None = None


class NetworkPolicyPeer(Struct, kw_only=True):
    """Pods by labels, in namespaces by labels; or a block of addresses."""

    pod_selector: LabelSelector | None = None
    namespace_selector: LabelSelector | None = None
    ip_block: IPBlock | None = None


class IPBlock(Struct, kw_only=True):
    """A range of addresses, with gaps."""

    cidr: str = written("")
    except_: tuple[str, ...] = ()


class IngressSpec(Struct, kw_only=True):
    """Which controller serves it, and which host and path lead to which Service."""

    ingress_class_name: str | None = None
    default_backend: IngressBackend | None = None
    tls: tuple[IngressTLS, ...] = ()
    rules: tuple[IngressRule, ...] = ()


class IngressLoadBalancerStatus(Struct, kw_only=True):
    """Where the controller is reached."""

    ingress: tuple[IngressLoadBalancerIngress, ...] = ()


class IngressStatus(Struct, kw_only=True):
    """What the controller has made of the Ingress."""

    load_balancer: IngressLoadBalancerStatus = written(IngressLoadBalancerStatus())


class Ingress(Object, kw_only=True):
    """Rules by which HTTP requests from outside reach Services."""

    api_version: str = written("networking.k8s.io/v1")
    kind: str = written("Ingress")
    spec: IngressSpec = written(IngressSpec())
    status: IngressStatus = written(IngressStatus())


class IngressTLS(Struct, kw_only=True):
    """The Secret with the certificate of some hosts."""

    hosts: tuple[str, ...] = ()
    secret_name: str = ""


class IngressRule(Struct, kw_only=True):
    """What to do with requests for one host; for every host when it names none."""

    host: str = ""
    http: HTTPIngressRuleValue | None = None


class HTTPIngressRuleValue(Struct, kw_only=True):
    """Paths of one host."""

    paths: tuple[HTTPIngressPath, ...] = ()


class IngressBackend(Struct, kw_only=True):
    """A Service, or another object in the same namespace."""

    service: IngressServiceBackend | None = None
    resource: TypedLocalObjectReference | None = None


class HTTPIngressPath(Struct, kw_only=True):
    """One path: Exact, Prefix or ImplementationSpecific; and where it leads."""

    path: str = ""
    path_type: str | None = written(None)
    backend: IngressBackend = written(IngressBackend())


class ServiceBackendPort(Struct, kw_only=True):
    """By name, or by number."""

    name: str = ""
    number: Int32 = 0


class IngressServiceBackend(Struct, kw_only=True):
    """A port of a Service in the same namespace."""

    name: str = written("")
    port: ServiceBackendPort = written(ServiceBackendPort())


class IngressLoadBalancerIngress(Struct, kw_only=True):
    """One address or name of the controller."""

    ip: str = ""
    hostname: str = ""
    ports: tuple[IngressPortStatus, ...] = ()


class IngressPortStatus(Struct, kw_only=True):
    """How one port fares."""

    port: Int32 = written(0)
    protocol: str = written("")
    error: str | None = None


class IngressClassSpec(Struct, kw_only=True):
    """Which controller serves the class, and its settings."""

    controller: str = ""
    parameters: IngressClassParametersReference | None = None


class IngressClass(Object, kw_only=True):
    """A kind of Ingress, named by those that want it."""

    api_version: str = written("networking.k8s.io/v1")
    kind: str = written("IngressClass")
    spec: IngressClassSpec = written(IngressClassSpec())


class IngressClassParametersReference(Struct, kw_only=True):
    """An object with settings for the controller, for the cluster or of one namespace."""

    api_group: str | None = None
    kind: str = written("")
    name: str = written("")
    scope: str | None = None
    namespace: str | None = None


class ServiceCIDRSpec(Struct, kw_only=True):
    """The ranges, one for each IP family."""

    cidrs: tuple[str, ...] = ()


class ServiceCIDRStatus(Struct, kw_only=True):
    """Whether addresses are taken from it."""

    conditions: Annotated[tuple[Condition, ...], merge_on("type")] = ()


class ServiceCIDR(Object, kw_only=True):
    """A range for the addresses of Services. Stored only: they come from 10.96.0.0/16 here."""

    api_version: str = written("networking.k8s.io/v1")
    kind: str = written("ServiceCIDR")
    spec: ServiceCIDRSpec = written(ServiceCIDRSpec())
    status: ServiceCIDRStatus = written(ServiceCIDRStatus())


class ParentReference(Struct, kw_only=True):
    """Whose address it is."""

    group: str = ""
    resource: str = written("")
    namespace: str = ""
    name: str = written("")


class IPAddressSpec(Struct, kw_only=True):
    """Whose it is."""

    parent_ref: ParentReference = written(ParentReference())


class IPAddress(Object, kw_only=True):
    """One address that is taken, by its own name. Stored only."""

    api_version: str = written("networking.k8s.io/v1")
    kind: str = written("IPAddress")
    spec: IPAddressSpec = written(IPAddressSpec())

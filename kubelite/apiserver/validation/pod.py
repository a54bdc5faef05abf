"""A pod, or a pod's spec inside a template: everything the server checks before it is stored.

``validate_pod`` is ``validate_pod_metadata`` and ``validate_pod_spec`` together. They are
apart because pods of one ReplicaSet share one spec, which needs to be looked at only once.
Models ``ValidatePodCreate``, ``ValidatePodSpec`` and ``ValidatePodTemplateSpec`` of
``pkg/apis/core/validation/validation.go``.
"""

from __future__ import annotations

import re
from functools import lru_cache

from kubelite.api import core_v1
from kubelite.apimachinery import names
from kubelite.apimachinery.errors import FieldError
from kubelite.apiserver.validation.containers import (
    PodContext,
    image_without_padding,
    validate_containers,
    validate_ephemeral_containers,
    validate_init_containers,
)
from kubelite.apiserver.validation.env import validate_file_key_refs
from kubelite.apiserver.validation.formats import (
    Errors,
    dns_label,
    dns_subdomain,
    each,
    in_range,
    ip_address,
    labels,
    one_of,
    qualified_name,
    subdomain_name,
)
from kubelite.apiserver.validation.objectmeta import validate_annotations, validate_object_meta
from kubelite.apiserver.validation.pod_annotations import (
    has_meaning,
    validate_pod_annotations,
    validate_profiles_agree,
)
from kubelite.apiserver.validation.resources import validate_pod_resources, validate_requirements
from kubelite.apiserver.validation.scheduling import (
    validate_affinity,
    validate_gates,
    validate_tolerations,
    validate_topology_spread,
)
from kubelite.apiserver.validation.security import (
    validate_host_process,
    validate_os,
    validate_pod_security_context,
)
from kubelite.apiserver.validation.volumes import validate_created_claims, validate_volumes

MAX_INT32 = 2**31 - 1
RESTART_POLICIES = ("Always", "OnFailure", "Never")

_DNS_POLICIES = ("ClusterFirstWithHostNet", "ClusterFirst", "Default", "None")
_MAX_NAMESERVERS = 3
_MAX_SEARCHES = 32
_MAX_SEARCH_CHARACTERS = 2048
_MAX_EVICTION_RESPONDERS = 10

_LABEL = "_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?"
_SEARCH_DOMAIN = rf"{_LABEL}(\.{_LABEL})*"
_is_search_domain = re.compile(rf"(?:{_SEARCH_DOMAIN})\Z", re.ASCII).match


def validate_pod(pod: core_v1.Pod) -> list[FieldError]:
    """What is wrong with a pod about to be created."""
    return [*validate_pod_metadata(pod), *validate_pod_spec(pod.spec, "spec")]


def validate_pod_metadata(pod: core_v1.Pod) -> list[FieldError]:
    """A new pod's name, labels and annotations, and what must agree with its spec."""
    meta, spec = pod.metadata, pod.spec
    faults = validate_object_meta(meta, True, subdomain_name)
    if has_meaning(meta.annotations):
        faults += validate_pod_annotations(meta.annotations, spec, "metadata.annotations")
        faults += validate_profiles_agree(meta.annotations, spec, "spec")
    if spec.volumes:
        faults += validate_created_claims(spec, meta.name, "spec.volumes")
    if spec.resource_claims and "kubernetes.io/config.mirror" in meta.annotations:
        faults.append(FieldError.forbidden("", "static pods do not support resource claims"))
    return faults


def validate_pod_spec(spec: core_v1.PodSpec, path: str = "spec") -> list[FieldError]:
    """What is wrong with the spec of a pod about to be created."""
    return list(_created_spec(spec, path))


def _created_spec(spec: core_v1.PodSpec, path: str) -> Errors:
    yield from spec_of_pod(spec, path)
    if spec.ephemeral_containers:
        yield FieldError.forbidden(f"{path}.ephemeralContainers", "cannot be set on create")
    if spec.node_name and spec.scheduling_gates:
        fault = "cannot be set until all schedulingGates have been cleared"
        yield FieldError.forbidden(f"{path}.nodeName", fault)


def spec_of_pod(spec: core_v1.PodSpec, path: str) -> Errors:
    """The spec of a pod, new or old: as in a template, and a little stricter."""
    yield from _spec(spec, path, of_pod=True)
    if not spec.service_account_name:
        for index, volume in enumerate(spec.volumes):
            for place, source in enumerate(volume.projected.sources if volume.projected else ()):
                if source.service_account_token is not None:
                    at = f"{path}.volumes[{index}].projected.sources[{place}].serviceAccountToken"
                    fault = "must not be specified when serviceAccountName is not set"
                    yield FieldError.forbidden(at, fault)
    groups = (("containers", spec.containers), ("initContainers", spec.init_containers))
    for name, containers in groups:
        for index, container in enumerate(containers):
            yield from image_without_padding(container.image, f"{path}.{name}[{index}].image")


def validate_pod_template(
    template: core_v1.PodTemplateSpec, path: str = "template"
) -> list[FieldError]:
    """What is wrong with the template of a workload."""
    return list(_template(template, path))


def _template(template: core_v1.PodTemplateSpec, path: str) -> Errors:
    meta, spec = template.metadata, template.spec
    yield from labels(f"{path}.labels", meta.labels)
    yield from validate_annotations(meta.annotations, f"{path}.annotations")
    yield from validate_pod_annotations(meta.annotations, spec, f"{path}.annotations")
    yield from _spec(spec, f"{path}.spec", of_pod=False)
    yield from validate_profiles_agree(meta.annotations, spec, f"{path}.spec")
    if spec.ephemeral_containers:
        fault = "ephemeral containers not allowed in pod template"
        yield FieldError.forbidden(f"{path}.spec.ephemeralContainers", fault)


def _spec(spec: core_v1.PodSpec, path: str, of_pod: bool) -> Errors:
    if spec.termination_grace_period_seconds is None:
        yield FieldError.required(f"{path}.terminationGracePeriodSeconds")
    volumes: dict[str, core_v1.Volume] = {}
    yield from validate_volumes(spec.volumes, f"{path}.volumes", volumes)
    yield from _resource_claims(spec.resource_claims, f"{path}.resourceClaims")
    claims = tuple(claim.name for claim in spec.resource_claims if claim.name)
    pod = PodContext(spec, volumes, claims)
    yield from validate_containers(pod, f"{path}.containers")
    yield from validate_init_containers(pod, f"{path}.initContainers")
    yield from validate_ephemeral_containers(pod, f"{path}.ephemeralContainers")
    yield from validate_pod_resources(spec, claims, path)
    if spec.host_network:
        yield from _host_network_ports(spec, f"{path}.containers", of_pod)
    yield from one_of(f"{path}.restartPolicy", spec.restart_policy, RESTART_POLICIES)
    yield from one_of(f"{path}.dnsPolicy", spec.dns_policy, _DNS_POLICIES)
    yield from labels(f"{path}.nodeSelector", spec.node_selector)
    yield from validate_pod_security_context(spec, path)
    if spec.share_process_namespace and spec.host_pid:
        fault = "ShareProcessNamespace and HostPID cannot both be enabled"
        yield FieldError.invalid(f"{path}.shareProcessNamespace", True, fault)
    yield from validate_affinity(spec.affinity, f"{path}.affinity")
    yield from _dns_config(spec, f"{path}.dnsConfig")
    yield from validate_gates(spec, path)
    spread = spec.topology_spread_constraints
    yield from validate_topology_spread(spread, f"{path}.topologySpreadConstraints")
    yield from validate_host_process(spec, path)
    yield from _host_users(spec, path)
    yield from _hostname_override(spec, f"{path}.hostnameOverride")
    yield from _names_and_numbers(spec, path)
    yield from validate_os(spec, path)
    yield from _groups_and_responders(spec, path)
    yield from validate_file_key_refs(spec, path)


def _names_and_numbers(spec: core_v1.PodSpec, path: str) -> Errors:
    if spec.service_account_name:
        faults = subdomain_name(spec.service_account_name, False)
        yield from each(f"{path}.serviceAccountName", spec.service_account_name, faults)
    if spec.node_name:
        yield from each(f"{path}.nodeName", spec.node_name, subdomain_name(spec.node_name, False))
    deadline = spec.active_deadline_seconds
    yield from in_range(f"{path}.activeDeadlineSeconds", deadline, 1, MAX_INT32)
    if spec.hostname:
        yield from dns_label(f"{path}.hostname", spec.hostname)
    if spec.subdomain:
        yield from dns_label(f"{path}.subdomain", spec.subdomain)
    yield from validate_tolerations(spec.tolerations, f"{path}.tolerations")
    for index, alias in enumerate(spec.host_aliases):
        at = f"{path}.hostAliases[{index}]"
        yield from ip_address(f"{at}.ip", alias.ip)
        for place, host in enumerate(alias.hostnames):
            yield from dns_subdomain(f"{at}.hostnames[{place}]", host)
    if spec.priority_class_name:
        yield from dns_subdomain(f"{path}.priorityClassName", spec.priority_class_name)
    if spec.runtime_class_name is not None:
        yield from dns_subdomain(f"{path}.runtimeClassName", spec.runtime_class_name)
    if spec.preemption_policy is not None:
        policies = ("PreemptLowerPriority", "Never")
        yield from one_of(f"{path}.preemptionPolicy", spec.preemption_policy, policies)
    if spec.overhead:
        overhead = core_v1.ResourceRequirements(limits=spec.overhead)
        yield from validate_requirements(overhead, (), f"{path}.overhead")


def _resource_claims(claims: tuple[core_v1.PodResourceClaim, ...], path: str) -> Errors:
    seen: set[str] = set()
    for index, claim in enumerate(claims):
        at = f"{path}[{index}]"
        if not claim.name:
            yield FieldError.required(f"{at}.name")
        elif claim.name in seen:
            yield FieldError.duplicate(f"{at}.name", claim.name)
        else:
            yield from dns_label(f"{at}.name", claim.name)
            seen.add(claim.name)
        own, template = claim.resource_claim_name, claim.resource_claim_template_name
        if own is not None and template is not None:
            fault = "at most one of `resourceClaimName` or `resourceClaimTemplateName` "
            yield FieldError.invalid(at, claim, f"{fault}may be specified")
        if own is None and template is None:
            fault = "must specify one of: `resourceClaimName`, `resourceClaimTemplateName`"
            yield FieldError.invalid(at, claim, fault)
        for name, value in (("resourceClaimName", own), ("resourceClaimTemplateName", template)):
            if value is not None:
                yield from dns_subdomain(f"{at}.{name}", value)


def _host_network_ports(spec: core_v1.PodSpec, path: str, of_pod: bool) -> Errors:
    """A template may leave the host's port open: its pods fill it in."""
    for index, container in enumerate(spec.containers):
        for place, port in enumerate(container.ports):
            open_still = not of_pod and port.host_port == 0
            if port.host_port != port.container_port and not open_still:
                fault = "must match `containerPort` when `hostNetwork` is true"
                at = f"{path}[{index}].ports[{place}].hostPort"
                yield FieldError.invalid(at, port.host_port, fault)


def _dns_config(spec: core_v1.PodSpec, path: str) -> Errors:
    config = spec.dns_config
    if spec.dns_policy == "None" and config is None:
        yield FieldError.required(path, "must provide `dnsConfig` when `dnsPolicy` is None")
        return
    if config is None:
        return
    servers, searches = config.nameservers, config.searches
    at = f"{path}.nameservers"
    if spec.dns_policy == "None" and not servers:
        fault = "must provide at least one DNS nameserver when `dnsPolicy` is None"
        yield FieldError.required(at, fault)
        return
    if len(servers) > _MAX_NAMESERVERS:
        fault = f"must not have more than {_MAX_NAMESERVERS} nameservers"
        yield FieldError.invalid(at, servers, fault)
    for index, server in enumerate(servers):
        yield from ip_address(f"{at}[{index}]", server)
    yield from _dns_searches(searches, f"{path}.searches")
    for index, option in enumerate(config.options):
        if not option.name:
            yield FieldError.required(f"{path}.options[{index}]", "must not be empty")


def _dns_searches(searches: tuple[str, ...], path: str) -> Errors:
    if len(searches) > _MAX_SEARCHES:
        fault = f"must not have more than {_MAX_SEARCHES} search paths"
        yield FieldError.invalid(path, searches, fault)
    if len(" ".join(searches)) > _MAX_SEARCH_CHARACTERS:
        fault = f"must not have more than {_MAX_SEARCH_CHARACTERS} characters "
        yield FieldError.invalid(path, searches, f"{fault}(including spaces) in the search list")
    for index, search in enumerate(searches):
        if search != ".":
            domain = search.removesuffix(".")
            yield from each(f"{path}[{index}]", domain, _search_domain(domain))


@lru_cache(maxsize=256)
def _search_domain(domain: str) -> list[str]:
    faults = []
    if len(domain) > names.SUBDOMAIN_MAX_LENGTH:
        faults.append(names.too_long(names.SUBDOMAIN_MAX_LENGTH))
    if not _is_search_domain(domain):
        fault = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric "
        fault += "characters, '_', '-' or '.', and must start and end with an alphanumeric "
        faults.append(names.mismatch(f"{fault}character", _SEARCH_DOMAIN, "example.com"))
    return faults


def _host_users(spec: core_v1.PodSpec, path: str) -> Errors:
    """A pod with users of its own cannot share the host's namespaces."""
    if spec.host_users is not False:
        return
    shared = (
        ("hostNetwork", spec.host_network),
        ("HostPID", spec.host_pid),
        ("HostIPC", spec.host_ipc),
    )
    for name, value in shared:
        if value:
            yield FieldError.forbidden(f"{path}.{name}", "when `hostUsers` is false")
    groups = (("initContainers", spec.init_containers), ("containers", spec.containers))
    for name, containers in groups:
        for index, container in enumerate(containers):
            if container.volume_devices:
                at = f"{path}.{name}[{index}].volumeDevices"
                yield FieldError.forbidden(at, "when `hostUsers` is false")


def _hostname_override(spec: core_v1.PodSpec, path: str) -> Errors:
    hostname = spec.hostname_override
    if hostname is None:
        return
    if spec.set_hostname_as_fqdn:
        yield FieldError.forbidden(path, "may not be specified when setHostnameAsFQDN is true")
    if spec.host_network:
        yield FieldError.forbidden(path, "may not be specified when hostNetwork is true")
    if len(hostname) > 64:
        yield FieldError.too_long(path, 64)
    yield from dns_subdomain(path, hostname)


def _groups_and_responders(spec: core_v1.PodSpec, path: str) -> Errors:
    group = spec.scheduling_group
    if group is not None:
        at = f"{path}.schedulingGroup.podGroupName"
        if group.pod_group_name is None:
            fault = "must specify one of: `podGroupName`"
            yield FieldError.invalid(at, None, fault)
        else:
            yield from dns_subdomain(at, group.pod_group_name)
    responders, at = spec.eviction_responders, f"{path}.evictionResponders"
    if responders and group is not None:
        fault = "eviction responders are not supported when spec.schedulingGroup is set"
        yield FieldError.forbidden(at, fault)
        return
    if len(responders) > _MAX_EVICTION_RESPONDERS:
        yield FieldError.too_many(at, len(responders), _MAX_EVICTION_RESPONDERS)
        return
    seen: set[str] = set()
    for index, responder in enumerate(responders):
        if responder.name in seen:
            yield FieldError.duplicate(f"{at}[{index}]", responder)
        seen.add(responder.name)
        if not responder.name:
            yield FieldError.required(f"{at}[{index}].name")
        else:
            yield from qualified_name(f"{at}[{index}].name", responder.name)

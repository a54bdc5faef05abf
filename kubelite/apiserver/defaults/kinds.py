"""Defaults of every kind but the pod.

Models ``pkg/apis/{core,apps,discovery,scheduling}/v1/defaults.go``.
"""

from __future__ import annotations

from kubelite.api import (
    apps_v1,
    core_v1,
    discovery_v1,
    policy_v1,
    scheduling_v1,
)
from kubelite.apimachinery.struct import with_changes
from kubelite.apiserver.defaults.filling import changed, filled, mapped, rounded
from kubelite.apiserver.defaults.pod import default_pod_template

NAMESPACE_LABEL = "kubernetes.io/metadata.name"
AFFINITY_SECONDS = 10_800  # a client stays with one pod for three hours

_ROLLING_UPDATE = apps_v1.RollingUpdateDeployment(max_unavailable="25%", max_surge="25%")


def default_deployment(deployment: apps_v1.Deployment) -> apps_v1.Deployment:
    """One replica, rolling update by quarters, ten revisions, ten minutes to progress."""
    spec = filled(
        deployment.spec, replicas=1, revision_history_limit=10, progress_deadline_seconds=600
    )
    spec = changed(
        spec, strategy=_strategy(spec.strategy), template=default_pod_template(spec.template)
    )
    return changed(deployment, spec=spec)


def _strategy(strategy: apps_v1.DeploymentStrategy) -> apps_v1.DeploymentStrategy:
    strategy = filled(strategy, type="RollingUpdate")
    if strategy.type != "RollingUpdate":
        return strategy
    rolling = strategy.rolling_update or _ROLLING_UPDATE
    rolling = filled(rolling, max_unavailable="25%", max_surge="25%")
    return changed(strategy, rolling_update=rolling)


def default_replica_set(replica_set: apps_v1.ReplicaSet) -> apps_v1.ReplicaSet:
    """One replica."""
    spec = filled(replica_set.spec, replicas=1)
    spec = changed(spec, template=default_pod_template(spec.template))
    return changed(replica_set, spec=spec)


_RETAIN = apps_v1.StatefulSetPersistentVolumeClaimRetentionPolicy(
    when_deleted="Retain", when_scaled="Retain"
)


def default_stateful_set(stateful_set: apps_v1.StatefulSet) -> apps_v1.StatefulSet:
    """One replica, in order, all of them updated, claims kept, ten revisions."""
    spec = filled(
        stateful_set.spec,
        replicas=1,
        revision_history_limit=10,
        pod_management_policy="OrderedReady",
        persistent_volume_claim_retention_policy=_RETAIN,
    )
    retention = spec.persistent_volume_claim_retention_policy or _RETAIN
    spec = changed(
        spec,
        template=default_pod_template(spec.template),
        update_strategy=_stateful_strategy(spec.update_strategy),
        persistent_volume_claim_retention_policy=filled(
            retention, when_deleted="Retain", when_scaled="Retain"
        ),
        volume_claim_templates=mapped(spec.volume_claim_templates, _claim),
    )
    return changed(stateful_set, spec=spec)


def _stateful_strategy(
    strategy: apps_v1.StatefulSetUpdateStrategy,
) -> apps_v1.StatefulSetUpdateStrategy:
    strategy = filled(strategy, type="RollingUpdate")
    if strategy.type != "RollingUpdate":
        return strategy
    rolling = strategy.rolling_update or apps_v1.RollingUpdateStatefulSetStrategy()
    rolling = filled(rolling, partition=0, max_unavailable=1)
    return changed(strategy, rolling_update=rolling)


def _claim(claim: core_v1.PersistentVolumeClaim) -> core_v1.PersistentVolumeClaim:
    return changed(
        claim,
        spec=filled(claim.spec, volume_mode="Filesystem"),
        status=filled(claim.status, phase="Pending"),
    )


def default_daemon_set(daemon_set: apps_v1.DaemonSet) -> apps_v1.DaemonSet:
    """Rolling update one node at a time without a second pod, ten revisions."""
    spec = filled(daemon_set.spec, revision_history_limit=10)
    strategy = filled(spec.update_strategy, type="RollingUpdate")
    if strategy.type == "RollingUpdate":
        rolling = strategy.rolling_update or apps_v1.RollingUpdateDaemonSet()
        rolling = filled(rolling, max_unavailable=1, max_surge=0)
        strategy = changed(strategy, rolling_update=rolling)
    spec = changed(spec, update_strategy=strategy, template=default_pod_template(spec.template))
    return changed(daemon_set, spec=spec)


def default_service(service: core_v1.Service) -> core_v1.Service:
    """A cluster address, TCP, and the same port behind as in front."""
    spec = filled(service.spec, session_affinity="None", type="ClusterIP")
    spec = changed(
        spec,
        session_affinity_config=_affinity(spec),
        ports=mapped(spec.ports, _service_port),
    )
    if spec.type in ("NodePort", "LoadBalancer") or (
        spec.type == "ClusterIP" and spec.external_ips
    ):
        spec = filled(spec, external_traffic_policy="Cluster")
    if spec.type in ("NodePort", "LoadBalancer", "ClusterIP"):
        spec = filled(spec, internal_traffic_policy="Cluster")
    if spec.type != "LoadBalancer":
        return changed(service, spec=spec)
    balancer = service.status.load_balancer
    balancer = changed(balancer, ingress=mapped(balancer.ingress, _ingress))
    status = changed(service.status, load_balancer=balancer)
    spec = filled(spec, allocate_load_balancer_node_ports=True)
    return changed(service, spec=spec, status=status)


def _affinity(spec: core_v1.ServiceSpec) -> core_v1.SessionAffinityConfig | None:
    config = spec.session_affinity_config
    if spec.session_affinity == "None":
        return None
    client_ip = None if config is None else config.client_ip
    if spec.session_affinity != "ClientIP" or (client_ip and client_ip.timeout_seconds is not None):
        return config
    seconds = core_v1.ClientIPConfig(timeout_seconds=AFFINITY_SECONDS)
    return core_v1.SessionAffinityConfig(client_ip=seconds)


def _service_port(port: core_v1.ServicePort) -> core_v1.ServicePort:
    target = port.target_port or port.port
    return changed(filled(port, protocol="TCP"), target_port=target)


def _ingress(ingress: core_v1.LoadBalancerIngress) -> core_v1.LoadBalancerIngress:
    return filled(ingress, ip_mode="VIP") if ingress.ip else ingress


def default_node(node: core_v1.Node) -> core_v1.Node:
    """All of a node's capacity may be used by pods unless it says otherwise."""
    status = node.status
    capacity = rounded(status.capacity)
    allocatable = rounded(status.allocatable) or capacity
    return changed(node, status=changed(status, capacity=capacity, allocatable=allocatable))


def default_namespace(namespace: core_v1.Namespace) -> core_v1.Namespace:
    """A label with its own name, so that selectors can find it; alive from the start."""
    meta = namespace.metadata
    if meta.name and meta.labels.get(NAMESPACE_LABEL) != meta.name:
        meta = with_changes(meta, labels={**meta.labels, NAMESPACE_LABEL: meta.name})
    return changed(namespace, metadata=meta, status=filled(namespace.status, phase="Active"))


def default_secret(secret: core_v1.Secret) -> core_v1.Secret:
    """Any data at all: ``Opaque``. Base64 that was broken into lines is put together."""
    return filled(changed(secret, data=_one_line(secret.data)), type="Opaque")


def _one_line(data: dict[str, str]) -> dict[str, str]:
    """Base64 without the ends of lines, over which a decoder reads."""
    if not any("\n" in value or "\r" in value for value in data.values()):
        return data
    return {key: value.replace("\n", "").replace("\r", "") for key, value in data.items()}


def default_config_map(config_map: core_v1.ConfigMap) -> core_v1.ConfigMap:
    """Nothing to add; base64 that was broken into lines is put together."""
    return changed(config_map, binary_data=_one_line(config_map.binary_data))


def default_endpoint_slice(
    endpoint_slice: discovery_v1.EndpointSlice,
) -> discovery_v1.EndpointSlice:
    """Ports without a name, over TCP."""
    return changed(endpoint_slice, ports=mapped(endpoint_slice.ports, _endpoint_port))


def _endpoint_port(port: discovery_v1.EndpointPort) -> discovery_v1.EndpointPort:
    return filled(port, name="", protocol="TCP")


def default_pod_disruption_budget(
    budget: policy_v1.PodDisruptionBudget,
) -> policy_v1.PodDisruptionBudget:
    """Nothing to add."""
    return budget


def default_priority_class(found: scheduling_v1.PriorityClass) -> scheduling_v1.PriorityClass:
    """Its pods may preempt."""
    return filled(found, preemption_policy="PreemptLowerPriority")

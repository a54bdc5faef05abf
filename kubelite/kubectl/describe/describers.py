"""The table of describers: who describes which kind. All others are described field by field.

Models ``describerMap`` of ``k8s.io/kubectl/pkg/describe``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from kubelite.kubectl.describe import (
    access,
    autoscaling,
    certificates,
    config,
    jobs,
    networking,
    networkpolicies,
    nodes,
    pods,
    storage,
    workloads,
)
from kubelite.kubectl.describe.describing import Describing
from kubelite.kubectl.describe.generic import generic

Describer = Callable[[Any, Describing], str]

DESCRIBERS: Mapping[str, Describer] = {
    "Pod": pods.pod,
    "ReplicationController": workloads.replication_controller,
    "Secret": config.secret,
    "Service": networking.service,
    "ServiceAccount": config.service_account,
    "Node": nodes.node,
    "LimitRange": config.limit_range,
    "ResourceQuota": config.resource_quota,
    "PersistentVolume": storage.persistent_volume,
    "PersistentVolumeClaim": storage.persistent_volume_claim,
    "Namespace": config.namespace,
    "Endpoints": networking.endpoints,
    "ConfigMap": config.config_map,
    "EndpointSlice.discovery.k8s.io": networking.endpoint_slice,
    "HorizontalPodAutoscaler.autoscaling": autoscaling.autoscaler,
    "Ingress.networking.k8s.io": networking.ingress,
    "IngressClass.networking.k8s.io": networking.ingress_class,
    "ServiceCIDR.networking.k8s.io": networking.service_cidr,
    "IPAddress.networking.k8s.io": networking.ip_address,
    "NetworkPolicy.networking.k8s.io": networkpolicies.network_policy,
    "Job.batch": jobs.job,
    "CronJob.batch": jobs.cron_job,
    "StatefulSet.apps": workloads.stateful_set,
    "Deployment.apps": workloads.deployment,
    "DaemonSet.apps": workloads.daemon_set,
    "ReplicaSet.apps": workloads.replica_set,
    "CertificateSigningRequest.certificates.k8s.io": certificates.certificate_request,
    "StorageClass.storage.k8s.io": storage.storage_class,
    "VolumeAttributesClass.storage.k8s.io": storage.volume_attributes_class,
    "CSINode.storage.k8s.io": storage.csi_node,
    "PodDisruptionBudget.policy": config.pod_disruption_budget,
    "Role.rbac.authorization.k8s.io": access.role,
    "ClusterRole.rbac.authorization.k8s.io": access.role,
    "RoleBinding.rbac.authorization.k8s.io": access.binding,
    "ClusterRoleBinding.rbac.authorization.k8s.io": access.binding,
    "PriorityClass.scheduling.k8s.io": config.priority_class,
}
"""By kind and group, whatever the version."""


def describe(obj: Any, group_kind: str, to: Describing) -> str:
    """What is to be said of an object. Raises StatusError, CommandError."""
    return DESCRIBERS.get(group_kind, generic)(obj, to)

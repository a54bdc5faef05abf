"""The table of kinds and their strategies: a new kind is one row here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from kubelite.api import (
    admissionregistration_v1,
    apiextensions_v1,
    apps_v1,
    autoscaling_v2,
    batch_v1,
    coordination_v1,
    core_v1,
    discovery_v1,
    networking_v1,
    policy_v1,
    rbac_v1,
    scheduling_v1,
    storage_v1,
)
from kubelite.apiserver import defaults, validation
from kubelite.apiserver.defaults.apiextensions import default_custom_resource_definition
from kubelite.apiserver.defaults.quota import default_limit_range
from kubelite.apiserver.defaults.rbac import default_binding
from kubelite.apiserver.defaults.rest import default_admission_binding, default_admission_policy
from kubelite.apiserver.registry import groups, rest
from kubelite.apiserver.registry.apiextensions import CustomResourceDefinitionStrategy
from kubelite.apiserver.registry.jobs import CronJobStrategy, JobStrategy
from kubelite.apiserver.registry.pods import PodStrategy
from kubelite.apiserver.registry.resource import resource_kinds
from kubelite.apiserver.registry.services import ServiceStrategy
from kubelite.apiserver.registry.storage import (
    PersistentVolumeClaimStrategy,
    PersistentVolumeStrategy,
    StorageClassStrategy,
)
from kubelite.apiserver.registry.strategy import Strategy
from kubelite.apiserver.validation import admissionregistration as policies
from kubelite.apiserver.validation import apiextensions as crd
from kubelite.apiserver.validation import quota, rbac, serviceaccount
from kubelite.sim.chance import Chance

Table = dict[type, Strategy]


class AccessStrategy(Strategy):
    """Identities and what they may do: their uids come from nobody else's stream."""

    uid_stream = "uids/access"


# DOC: strategy-table
def strategies(
    now: Callable[[], int], chance: Chance, everything: Callable[[str], Iterable[Any]]
) -> Table:
    """A strategy for each kind that is stored. ``everything`` lists the objects of a resource."""
    return {
        **_core(now, chance, everything),
        **_workloads(),
        **_networking(),
        **_policy(),
        **_autoscaling(),
        **_storage(now),
        **resource_kinds(now, everything),
        **rest.elder_kinds(),
        **rest.admission_kinds(),
        **rest.stored_kinds(now),
        **_extensions(),
        **_quota(),
        **_rbac(),
    }


def _core(
    now: Callable[[], int], chance: Chance, everything: Callable[[str], Iterable[Any]]
) -> Table:
    d, v = defaults, validation
    return {
        core_v1.Namespace: groups.NamespaceStrategy(
            d.default_namespace,
            v.validate_namespace,
            v.validate_namespace_update,
            v.validate_namespace_status_update,
        ),
        core_v1.Node: groups.NodeStrategy(
            d.default_node, v.validate_node, v.validate_node_update, v.validate_node_update
        ),
        core_v1.Pod: PodStrategy(now),
        core_v1.Service: ServiceStrategy(lambda: everything("services"), chance.stream("services")),
        core_v1.Event: groups.EventStrategy(None, v.validate_event, v.validate_event_update),
        core_v1.ConfigMap: Strategy(
            d.default_config_map, v.validate_config_map, v.validate_config_map_update
        ),
        core_v1.Secret: groups.SecretStrategy(
            d.default_secret, v.validate_secret, v.validate_secret_update
        ),
    }


def _workloads() -> Table:
    d, v = defaults, validation
    return {
        apps_v1.ReplicaSet: groups.ReplicaSetStrategy(
            d.default_replica_set,
            v.validate_replica_set,
            v.validate_replica_set_update,
            v.validate_replica_set_status_update,
        ),
        apps_v1.Deployment: groups.DeploymentStrategy(
            d.default_deployment,
            v.validate_deployment,
            v.validate_deployment_update,
            v.validate_deployment_status_update,
        ),
        batch_v1.Job: JobStrategy(
            d.default_job,
            v.validate_job,
            v.validate_job_update,
            v.validate_job_status_update,
        ),
        batch_v1.CronJob: CronJobStrategy(
            d.default_cron_job, v.validate_cron_job, v.validate_cron_job_update
        ),
        apps_v1.StatefulSet: groups.StatefulSetStrategy(
            d.default_stateful_set,
            v.validate_stateful_set,
            v.validate_stateful_set_update,
            v.validate_stateful_set_status_update,
        ),
        apps_v1.DaemonSet: groups.DaemonSetStrategy(
            d.default_daemon_set,
            v.validate_daemon_set,
            v.validate_daemon_set_update,
            v.validate_daemon_set_status_update,
        ),
        apps_v1.ControllerRevision: Strategy(
            None, v.validate_controller_revision, v.validate_controller_revision_update
        ),
    }


def _networking() -> Table:
    d, v = defaults, validation
    return {
        discovery_v1.EndpointSlice: Strategy(
            d.default_endpoint_slice, v.validate_endpoint_slice, v.validate_endpoint_slice_update
        ),
        networking_v1.NetworkPolicy: groups.NumberedStrategy(
            d.default_network_policy, v.validate_network_policy, v.validate_network_policy_update
        ),
        networking_v1.Ingress: groups.NumberedStrategy(
            None,
            v.validate_ingress,
            v.validate_ingress_update,
            v.validate_ingress_status_update,
        ),
        networking_v1.IngressClass: groups.NumberedStrategy(
            d.default_ingress_class, v.validate_ingress_class, v.validate_ingress_class_update
        ),
    }


def _policy() -> Table:
    d, v = defaults, validation
    return {
        coordination_v1.Lease: groups.LeaseStrategy(
            None, v.validate_lease, v.validate_lease_update
        ),
        policy_v1.PodDisruptionBudget: groups.PodDisruptionBudgetStrategy(
            d.default_pod_disruption_budget,
            v.validate_pod_disruption_budget,
            v.validate_pod_disruption_budget_update,
            v.validate_pod_disruption_budget_status_update,
        ),
        scheduling_v1.PriorityClass: groups.PriorityClassStrategy(
            d.default_priority_class, v.validate_priority_class, v.validate_priority_class_update
        ),
    }


def _autoscaling() -> Table:
    d, v = defaults, validation
    return {
        autoscaling_v2.HorizontalPodAutoscaler: groups.NumberedStrategy(
            d.default_horizontal_pod_autoscaler,
            v.validate_horizontal_pod_autoscaler,
            v.validate_horizontal_pod_autoscaler_update,
            v.validate_horizontal_pod_autoscaler_status_update,
        ),
    }


def _storage(now: Callable[[], int]) -> Table:
    d, v = defaults, validation
    return {
        core_v1.PersistentVolume: PersistentVolumeStrategy(now),
        core_v1.PersistentVolumeClaim: PersistentVolumeClaimStrategy(
            d.default_persistent_volume_claim,
            v.validate_persistent_volume_claim,
            v.validate_persistent_volume_claim_update,
            v.validate_persistent_volume_claim_status_update,
        ),
        storage_v1.StorageClass: StorageClassStrategy(
            d.default_storage_class, v.validate_storage_class, v.validate_storage_class_update
        ),
        storage_v1.VolumeAttributesClass: Strategy(
            None, v.validate_volume_attributes_class, v.validate_volume_attributes_class_update
        ),
        storage_v1.VolumeAttachment: Strategy(
            None, v.validate_volume_attachment, v.validate_volume_attachment_update
        ),
        storage_v1.CSIDriver: Strategy(
            d.default_csi_driver, v.validate_csi_driver, v.validate_csi_driver_update
        ),
        storage_v1.CSINode: Strategy(None, v.validate_csi_node, v.validate_csi_node_update),
        storage_v1.CSIStorageCapacity: Strategy(
            None, v.validate_csi_storage_capacity, v.validate_csi_storage_capacity_update
        ),
    }


def _extensions() -> Table:
    return {
        apiextensions_v1.CustomResourceDefinition: CustomResourceDefinitionStrategy(
            default_custom_resource_definition,
            crd.validate_crd,
            crd.validate_crd_update,
            crd.validate_crd_status_update,
        ),
        admissionregistration_v1.ValidatingAdmissionPolicy: groups.NumberedStrategy(
            default_admission_policy, policies.validate_policy, policies.validate_policy_update
        ),
        admissionregistration_v1.ValidatingAdmissionPolicyBinding: groups.NumberedStrategy(
            default_admission_binding, policies.validate_binding, policies.validate_binding_update
        ),
    }


def _quota() -> Table:
    return {
        core_v1.ResourceQuota: Strategy(
            None,
            quota.validate_resource_quota,
            quota.validate_resource_quota_update,
            quota.validate_resource_quota_status_update,
        ),
        core_v1.LimitRange: Strategy(
            default_limit_range, quota.validate_limit_range, quota.validate_limit_range_update
        ),
    }


def _rbac() -> Table:
    account = AccessStrategy(
        None,
        serviceaccount.validate_service_account,
        serviceaccount.validate_service_account_update,
    )
    role = AccessStrategy(None, rbac.validate_role, rbac.validate_role_update)
    binding = AccessStrategy(default_binding, rbac.validate_binding, rbac.validate_binding_update)
    return {
        core_v1.ServiceAccount: account,
        rbac_v1.Role: role,
        rbac_v1.ClusterRole: role,
        rbac_v1.RoleBinding: binding,
        rbac_v1.ClusterRoleBinding: binding,
    }

"""What the server lets in: the rules about the fields of each kind.

Lives here: pure functions from an object (or a new and an old one) to a list of
``FieldError``, empty when all is well, in upstream's order and words.
Must not live here: defaults (see ``defaults``), and anything that needs other objects or
the caller's identity (see ``admission``).
Models ``pkg/apis/{core,apps,autoscaling,batch,discovery,coordination,policy,scheduling,
networking}/validation`` and
``k8s.io/apimachinery/pkg/api/validation``. Start with ``pod``; ``formats`` has the words.
"""

from __future__ import annotations

from kubelite.apiserver.validation.autoscaling import (
    validate_horizontal_pod_autoscaler,
    validate_horizontal_pod_autoscaler_status_update,
    validate_horizontal_pod_autoscaler_update,
)
from kubelite.apiserver.validation.config import (
    validate_config_map,
    validate_config_map_update,
    validate_secret,
    validate_secret_update,
)
from kubelite.apiserver.validation.cronjobs import (
    validate_cron_job,
    validate_cron_job_update,
)
from kubelite.apiserver.validation.endpointslice import (
    validate_endpoint_slice,
    validate_endpoint_slice_update,
)
from kubelite.apiserver.validation.event import validate_event, validate_event_update
from kubelite.apiserver.validation.ingress import (
    validate_ingress,
    validate_ingress_class,
    validate_ingress_class_update,
    validate_ingress_status_update,
    validate_ingress_update,
)
from kubelite.apiserver.validation.jobs import (
    validate_job,
    validate_job_status_update,
    validate_job_update,
)
from kubelite.apiserver.validation.lease import validate_lease, validate_lease_update
from kubelite.apiserver.validation.networkpolicy import (
    validate_network_policy,
    validate_network_policy_update,
)
from kubelite.apiserver.validation.node import (
    validate_namespace,
    validate_namespace_finalize_update,
    validate_namespace_status_update,
    validate_namespace_update,
    validate_node,
    validate_node_update,
)
from kubelite.apiserver.validation.objectmeta import (
    validate_object_meta,
    validate_object_meta_update,
)
from kubelite.apiserver.validation.persistentvolumes import (
    validate_persistent_volume,
    validate_persistent_volume_claim,
    validate_persistent_volume_claim_status_update,
    validate_persistent_volume_claim_update,
    validate_persistent_volume_status_update,
    validate_persistent_volume_update,
)
from kubelite.apiserver.validation.pod import (
    validate_pod,
    validate_pod_metadata,
    validate_pod_spec,
    validate_pod_template,
)
from kubelite.apiserver.validation.pod_resize import (
    validate_ephemeral_containers_update,
    validate_pod_resize,
)
from kubelite.apiserver.validation.pod_update import (
    validate_pod_binding,
    validate_pod_status_update,
    validate_pod_update,
)
from kubelite.apiserver.validation.policy import (
    validate_pod_disruption_budget,
    validate_pod_disruption_budget_status_update,
    validate_pod_disruption_budget_update,
    validate_priority_class,
    validate_priority_class_update,
)
from kubelite.apiserver.validation.revisioned import (
    validate_controller_revision,
    validate_controller_revision_update,
    validate_daemon_set,
    validate_daemon_set_status_update,
    validate_daemon_set_update,
    validate_stateful_set,
    validate_stateful_set_status_update,
    validate_stateful_set_update,
)
from kubelite.apiserver.validation.service import validate_service, validate_service_update
from kubelite.apiserver.validation.service_status import validate_service_status_update
from kubelite.apiserver.validation.storage import (
    validate_csi_driver,
    validate_csi_driver_update,
    validate_csi_node,
    validate_csi_node_update,
    validate_csi_storage_capacity,
    validate_csi_storage_capacity_update,
    validate_storage_class,
    validate_storage_class_update,
    validate_volume_attachment,
    validate_volume_attachment_update,
    validate_volume_attributes_class,
    validate_volume_attributes_class_update,
)
from kubelite.apiserver.validation.workloads import (
    validate_deployment,
    validate_deployment_status_update,
    validate_deployment_update,
    validate_replica_set,
    validate_replica_set_status_update,
    validate_replica_set_update,
)

__all__ = [
    "validate_persistent_volume",
    "validate_persistent_volume_claim",
    "validate_persistent_volume_claim_status_update",
    "validate_persistent_volume_claim_update",
    "validate_persistent_volume_status_update",
    "validate_persistent_volume_update",
    "validate_csi_driver",
    "validate_csi_driver_update",
    "validate_csi_node",
    "validate_csi_node_update",
    "validate_csi_storage_capacity",
    "validate_csi_storage_capacity_update",
    "validate_storage_class",
    "validate_storage_class_update",
    "validate_volume_attachment",
    "validate_volume_attachment_update",
    "validate_volume_attributes_class",
    "validate_volume_attributes_class_update",
    "validate_config_map",
    "validate_config_map_update",
    "validate_cron_job",
    "validate_cron_job_update",
    "validate_controller_revision",
    "validate_controller_revision_update",
    "validate_daemon_set",
    "validate_daemon_set_status_update",
    "validate_daemon_set_update",
    "validate_deployment",
    "validate_deployment_status_update",
    "validate_deployment_update",
    "validate_endpoint_slice",
    "validate_endpoint_slice_update",
    "validate_ephemeral_containers_update",
    "validate_event",
    "validate_event_update",
    "validate_horizontal_pod_autoscaler",
    "validate_horizontal_pod_autoscaler_status_update",
    "validate_horizontal_pod_autoscaler_update",
    "validate_ingress",
    "validate_ingress_class",
    "validate_ingress_class_update",
    "validate_ingress_status_update",
    "validate_ingress_update",
    "validate_job",
    "validate_job_status_update",
    "validate_job_update",
    "validate_lease",
    "validate_lease_update",
    "validate_namespace",
    "validate_namespace_finalize_update",
    "validate_namespace_status_update",
    "validate_namespace_update",
    "validate_network_policy",
    "validate_network_policy_update",
    "validate_node",
    "validate_node_update",
    "validate_object_meta",
    "validate_object_meta_update",
    "validate_pod",
    "validate_pod_binding",
    "validate_pod_disruption_budget",
    "validate_pod_disruption_budget_status_update",
    "validate_pod_disruption_budget_update",
    "validate_pod_metadata",
    "validate_pod_resize",
    "validate_pod_spec",
    "validate_pod_status_update",
    "validate_pod_template",
    "validate_pod_update",
    "validate_priority_class",
    "validate_priority_class_update",
    "validate_replica_set",
    "validate_replica_set_status_update",
    "validate_replica_set_update",
    "validate_secret",
    "validate_secret_update",
    "validate_service",
    "validate_service_status_update",
    "validate_service_update",
    "validate_stateful_set",
    "validate_stateful_set_status_update",
    "validate_stateful_set_update",
]

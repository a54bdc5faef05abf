"""What the server fills in where a manifest says nothing.

Lives here: one pure function for each kind, object in, object out. An object that lacks
nothing comes back as itself, so what is shared stays shared.
Must not live here: checks (see ``validation``), and what depends on other objects or on
the moment, such as names, addresses and priorities (see admission and the registry).
Models ``defaults.go`` of ``pkg/apis/{core,apps,batch,discovery,networking}/v1`` and of
``pkg/apis/autoscaling/v2``.
"""

from __future__ import annotations

from kubelite.apiserver.defaults.autoscaling import default_horizontal_pod_autoscaler
from kubelite.apiserver.defaults.batch import default_cron_job, default_job
from kubelite.apiserver.defaults.kinds import (
    default_config_map,
    default_daemon_set,
    default_deployment,
    default_endpoint_slice,
    default_namespace,
    default_node,
    default_pod_disruption_budget,
    default_priority_class,
    default_replica_set,
    default_secret,
    default_service,
    default_stateful_set,
)
from kubelite.apiserver.defaults.networking import default_ingress_class, default_network_policy
from kubelite.apiserver.defaults.pod import default_pod, default_pod_spec, default_pod_template
from kubelite.apiserver.defaults.storage import (
    default_csi_driver,
    default_persistent_volume,
    default_persistent_volume_claim,
    default_storage_class,
)

__all__ = [
    "default_csi_driver",
    "default_persistent_volume",
    "default_persistent_volume_claim",
    "default_storage_class",
    "default_config_map",
    "default_cron_job",
    "default_daemon_set",
    "default_deployment",
    "default_endpoint_slice",
    "default_horizontal_pod_autoscaler",
    "default_ingress_class",
    "default_job",
    "default_namespace",
    "default_network_policy",
    "default_node",
    "default_pod",
    "default_pod_disruption_budget",
    "default_pod_spec",
    "default_pod_template",
    "default_priority_class",
    "default_replica_set",
    "default_secret",
    "default_service",
    "default_stateful_set",
]

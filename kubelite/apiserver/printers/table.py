"""The table of columns: one row for each kind, in kubectl's order and spelling."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from kubelite.api.custom import CustomObject
from kubelite.apimachinery.duration import human_duration
from kubelite.apimachinery.struct import Value
from kubelite.apiserver.printers import access, cells, jobs, resource, storage
from kubelite.apiserver.printers import table_autoscaling as hpa
from kubelite.apiserver.printers import table_rest as rest
from kubelite.apiserver.printers.custom import column_cells


class Column(Value):
    """One column: its title, and what it shows of an object at a moment (microseconds).

    ``wide`` columns appear only when asked for.
    """

    title: str
    cell: Callable[[Any, int], str]
    wide: bool = False


def _name(obj: Any, now: int) -> str:
    return str(obj.metadata.name)


def age(obj: Any, now: int) -> str:
    """How long ago it was created, as kubectl counts."""
    created = obj.metadata.creation_timestamp
    return human_duration(now - created) if created is not None else "<unknown>"


def _or_na(value: int | str | None) -> str:
    return "N/A" if value is None else str(value)


def _of_machine(field: str) -> Callable[[Any, int], str]:
    return lambda node, _: getattr(node.status.node_info, field) or "<unknown>"


NAME = Column("NAME", _name)
AGE = Column("AGE", age)

_USAGE = (
    Column("CPU", hpa.used_cpu),
    Column("MEMORY", hpa.used_memory),
    Column("WINDOW", lambda m, _: str(m.window)),
)

COLUMNS: dict[str, tuple[Column, ...]] = {
    "Pod": (
        NAME,
        Column("READY", cells.pod_ready),
        Column("STATUS", cells.pod_status),
        Column("RESTARTS", cells.pod_restarts),
        AGE,
        Column("IP", cells.pod_ip, True),
        Column("NODE", cells.pod_node, True),
        Column("NOMINATED NODE", cells.pod_nominated, True),
        Column("READINESS GATES", cells.pod_gates, True),
    ),
    "Deployment": (
        NAME,
        Column("READY", cells.deployment_ready),
        Column("UP-TO-DATE", lambda d, _: str(d.status.updated_replicas)),
        Column("AVAILABLE", lambda d, _: str(d.status.available_replicas)),
        AGE,
        Column("CONTAINERS", cells.template_containers, True),
        Column("IMAGES", cells.template_images, True),
        Column("SELECTOR", cells.selector, True),
    ),
    "ReplicaSet": (
        NAME,
        Column("DESIRED", lambda r, _: str(r.spec.replicas)),
        Column("CURRENT", lambda r, _: str(r.status.replicas)),
        Column("READY", lambda r, _: str(r.status.ready_replicas)),
        AGE,
        Column("CONTAINERS", cells.template_containers, True),
        Column("IMAGES", cells.template_images, True),
        Column("SELECTOR", cells.selector, True),
    ),
    "Job": (
        NAME,
        Column("STATUS", jobs.job_status),
        Column("COMPLETIONS", jobs.job_completions),
        Column("DURATION", jobs.job_duration),
        AGE,
        Column("CONTAINERS", cells.template_containers, True),
        Column("IMAGES", cells.template_images, True),
        Column("SELECTOR", cells.selector, True),
    ),
    "StatefulSet": (
        NAME,
        Column("READY", cells.deployment_ready),
        AGE,
        Column("CONTAINERS", cells.template_containers, True),
        Column("IMAGES", cells.template_images, True),
    ),
    "DaemonSet": (
        NAME,
        Column("DESIRED", lambda d, _: str(d.status.desired_number_scheduled)),
        Column("CURRENT", lambda d, _: str(d.status.current_number_scheduled)),
        Column("READY", lambda d, _: str(d.status.number_ready)),
        Column("UP-TO-DATE", lambda d, _: str(d.status.updated_number_scheduled)),
        Column("AVAILABLE", lambda d, _: str(d.status.number_available)),
        Column("NODE SELECTOR", cells.node_selector),
        AGE,
        Column("CONTAINERS", cells.template_containers, True),
        Column("IMAGES", cells.template_images, True),
        Column("SELECTOR", cells.selector, True),
    ),
    "CronJob": (
        NAME,
        Column("SCHEDULE", lambda c, _: c.spec.schedule),
        Column("TIMEZONE", lambda c, _: c.spec.time_zone or "<none>"),
        Column("SUSPEND", jobs.cron_job_suspend),
        Column("ACTIVE", lambda c, _: str(len(c.status.active))),
        Column("LAST SCHEDULE", jobs.cron_job_last),
        AGE,
        Column("CONTAINERS", jobs.cron_job_containers, True),
        Column("IMAGES", jobs.cron_job_images, True),
        Column("SELECTOR", jobs.cron_job_selector, True),
    ),
    "ControllerRevision": (
        NAME,
        Column("CONTROLLER", cells.revision_controller),
        Column("REVISION", lambda r, _: str(r.revision)),
        AGE,
    ),
    "Service": (
        NAME,
        Column("TYPE", lambda s, _: s.spec.type),
        Column("CLUSTER-IP", lambda s, _: s.spec.cluster_ip or "<none>"),
        Column("EXTERNAL-IP", cells.service_external),
        Column("PORT(S)", cells.service_ports),
        AGE,
        Column("SELECTOR", cells.service_selector, True),
    ),
    "EndpointSlice": (
        NAME,
        Column("ADDRESSTYPE", lambda e, _: e.address_type),
        Column("PORTS", cells.slice_ports),
        Column("ENDPOINTS", cells.slice_endpoints),
        AGE,
    ),
    "Node": (
        NAME,
        Column("STATUS", cells.node_status),
        Column("ROLES", cells.node_roles),
        AGE,
        Column("VERSION", lambda n, _: n.status.node_info.kubelet_version),
        Column("INTERNAL-IP", cells.node_internal, True),
        Column("EXTERNAL-IP", cells.node_external, True),
        Column("OS-IMAGE", _of_machine("os_image"), True),
        Column("KERNEL-VERSION", _of_machine("kernel_version"), True),
        Column("CONTAINER-RUNTIME", _of_machine("container_runtime_version"), True),
    ),
    "Event": (
        Column("LAST SEEN", cells.event_last_seen),
        Column("TYPE", lambda e, _: e.type),
        Column("REASON", lambda e, _: e.reason),
        Column("OBJECT", cells.event_object),
        Column("SOURCE", cells.event_source, True),
        Column("MESSAGE", lambda e, _: e.message.strip()),
        Column("COUNT", lambda e, _: str(e.count), True),
    ),
    "Namespace": (NAME, Column("STATUS", lambda n, _: n.status.phase), AGE),
    "ConfigMap": (NAME, Column("DATA", lambda c, _: str(len(c.data) + len(c.binary_data))), AGE),
    "Secret": (
        NAME,
        Column("TYPE", lambda s, _: s.type),
        Column("DATA", lambda s, _: str(len(s.data))),
        AGE,
    ),
    "PodDisruptionBudget": (
        NAME,
        Column("MIN AVAILABLE", lambda b, _: _or_na(b.spec.min_available)),
        Column("MAX UNAVAILABLE", lambda b, _: _or_na(b.spec.max_unavailable)),
        Column("ALLOWED DISRUPTIONS", lambda b, _: str(b.status.disruptions_allowed)),
        AGE,
    ),
    "PriorityClass": (
        NAME,
        Column("VALUE", lambda p, _: str(p.value)),
        Column("GLOBAL-DEFAULT", lambda p, _: str(p.global_default).lower()),
        AGE,
        Column("PREEMPTIONPOLICY", lambda p, _: p.preemption_policy or ""),
    ),
    "NetworkPolicy": (NAME, Column("POD-SELECTOR", cells.policy_pods), AGE),
    "Ingress": (
        NAME,
        Column("CLASS", lambda i, _: i.spec.ingress_class_name or "<none>"),
        Column("HOSTS", cells.ingress_hosts),
        Column("ADDRESS", cells.ingress_address),
        Column("PORTS", lambda i, _: "80, 443" if i.spec.tls else "80"),
        AGE,
    ),
    "IngressClass": (
        NAME,
        Column("CONTROLLER", lambda c, _: c.spec.controller),
        Column("PARAMETERS", cells.class_parameters),
        AGE,
    ),
    "HorizontalPodAutoscaler": (
        NAME,
        Column("REFERENCE", hpa.hpa_reference),
        Column("TARGETS", hpa.hpa_targets),
        Column("MINPODS", hpa.hpa_least),
        Column("MAXPODS", lambda h, _: str(h.spec.max_replicas)),
        Column("REPLICAS", lambda h, _: str(h.status.current_replicas)),
        AGE,
    ),
    "NodeMetrics": (NAME, *_USAGE),
    "PodMetrics": (NAME, *_USAGE),
    "PersistentVolume": (
        NAME,
        Column("CAPACITY", storage.volume_capacity),
        Column("ACCESS MODES", storage.volume_modes),
        Column("RECLAIM POLICY", lambda v, _: v.spec.persistent_volume_reclaim_policy),
        Column("STATUS", storage.volume_status),
        Column("CLAIM", storage.volume_claim),
        Column("STORAGECLASS", lambda v, _: v.spec.storage_class_name),
        Column("VOLUMEATTRIBUTESCLASS", storage.volume_attributes_class),
        Column("REASON", lambda v, _: v.status.reason),
        AGE,
        Column("VOLUMEMODE", storage.volume_mode, True),
    ),
    "PersistentVolumeClaim": (
        NAME,
        Column("STATUS", storage.claim_status),
        Column("VOLUME", lambda c, _: c.spec.volume_name),
        Column("CAPACITY", storage.claim_capacity),
        Column("ACCESS MODES", storage.claim_modes),
        Column("STORAGECLASS", storage.claim_class),
        Column("VOLUMEATTRIBUTESCLASS", storage.volume_attributes_class),
        AGE,
        Column("VOLUMEMODE", storage.volume_mode, True),
    ),
    "StorageClass": (
        Column("NAME", storage.class_name),
        Column("PROVISIONER", lambda c, _: c.provisioner),
        Column("RECLAIMPOLICY", lambda c, _: c.reclaim_policy or "Delete"),
        Column("VOLUMEBINDINGMODE", lambda c, _: c.volume_binding_mode or "Immediate"),
        Column("ALLOWVOLUMEEXPANSION", storage.class_expansion),
        AGE,
    ),
    "VolumeAttributesClass": (NAME, Column("DRIVERNAME", lambda c, _: c.driver_name), AGE),
    "VolumeAttachment": (
        NAME,
        Column("ATTACHER", lambda a, _: a.spec.attacher),
        Column("PV", storage.attachment_volume),
        Column("NODE", lambda a, _: a.spec.node_name),
        Column("ATTACHED", storage.attachment_attached),
        AGE,
    ),
    "CSIDriver": (
        NAME,
        Column("ATTACHREQUIRED", lambda d, _: str(bool(d.spec.attach_required)).lower()),
        Column("PODINFOONMOUNT", lambda d, _: str(bool(d.spec.pod_info_on_mount)).lower()),
        Column("STORAGECAPACITY", lambda d, _: str(bool(d.spec.storage_capacity)).lower()),
        Column("TOKENREQUESTS", storage.driver_tokens),
        Column("REQUIRESREPUBLISH", lambda d, _: str(bool(d.spec.requires_republish)).lower()),
        Column("MODES", storage.driver_modes),
        AGE,
    ),
    "CSINode": (NAME, Column("DRIVERS", lambda n, _: str(len(n.spec.drivers))), AGE),
    "CSIStorageCapacity": (
        NAME,
        Column("STORAGECLASSNAME", lambda c, _: c.storage_class_name),
        Column("CAPACITY", lambda c, _: str(c.capacity) if c.capacity is not None else "<unset>"),
    ),
    "ResourceClaim": (NAME, Column("STATE", resource.claim_state), AGE),
    "ResourceClaimTemplate": (NAME, AGE),
    "DeviceClass": (NAME, AGE),
    "ResourceSlice": (
        NAME,
        Column("NODE", lambda s, _: s.spec.node_name or ""),
        Column("DRIVER", lambda s, _: s.spec.driver),
        Column("POOL", lambda s, _: s.spec.pool.name),
        AGE,
    ),
    "ReplicationController": (
        NAME,
        Column("DESIRED", lambda r, _: str(r.spec.replicas)),
        Column("CURRENT", lambda r, _: str(r.status.replicas)),
        Column("READY", lambda r, _: str(r.status.ready_replicas)),
        AGE,
        Column("CONTAINERS", cells.template_containers, True),
        Column("IMAGES", cells.template_images, True),
        Column("SELECTOR", rest.selector, True),
    ),
    "Endpoints": (NAME, Column("ENDPOINTS", rest.endpoints), AGE),
    "PodTemplate": (
        NAME,
        Column("CONTAINERS", rest.template_containers),
        Column("IMAGES", rest.template_images),
        Column("POD LABELS", rest.template_labels),
    ),
    "RuntimeClass": (NAME, Column("HANDLER", lambda r, _: r.handler), AGE),
    "ValidatingWebhookConfiguration": (NAME, Column("WEBHOOKS", rest.webhooks), AGE),
    "MutatingWebhookConfiguration": (NAME, Column("WEBHOOKS", rest.webhooks), AGE),
    "APIService": (
        NAME,
        Column("SERVICE", rest.api_service),
        Column("AVAILABLE", rest.available),
        AGE,
    ),
    "CertificateSigningRequest": (
        NAME,
        AGE,
        Column("SIGNERNAME", lambda c, _: c.spec.signer_name),
        Column("REQUESTOR", lambda c, _: c.spec.username),
        Column("CONDITION", rest.signing_condition),
    ),
    "ServiceCIDR": (NAME, Column("CIDRS", lambda c, _: ",".join(c.spec.cidrs)), AGE),
    "IPAddress": (NAME, Column("PARENTREF", rest.parent), AGE),
    "ValidatingAdmissionPolicy": (
        NAME,
        Column("VALIDATIONS", lambda p, _: str(len(p.spec.validations))),
        Column("PARAMKIND", cells.policy_params),
        AGE,
    ),
    "ValidatingAdmissionPolicyBinding": (
        NAME,
        Column("POLICYNAME", lambda b, _: b.spec.policy_name),
        Column("PARAMREF", cells.binding_params),
        AGE,
    ),
    "CustomResourceDefinition": (NAME, Column("CREATED AT", cells.created_at)),
    "ResourceQuota": (
        NAME,
        Column("REQUEST", access.quota_requests),
        Column("LIMIT", access.quota_limits),
        AGE,
    ),
    "ServiceAccount": (NAME, Column("SECRETS", lambda a, _: str(len(a.secrets))), AGE),
    "Role": (NAME, Column("CREATED AT", access.created_at)),
    "ClusterRole": (NAME, Column("CREATED AT", access.created_at)),
    **dict.fromkeys(
        ("RoleBinding", "ClusterRoleBinding"),
        (
            NAME,
            Column("ROLE", lambda b, _: f"{b.role_ref.kind}/{b.role_ref.name}"),
            AGE,
            Column("USERS", access.subjects("User"), True),
            Column("GROUPS", access.subjects("Group"), True),
            Column("SERVICEACCOUNTS", access.subjects("ServiceAccount"), True),
        ),
    ),
    "LimitRange": (NAME, Column("CREATED AT", access.created_at)),
    "Scale": (
        NAME,
        Column("DESIRED", lambda scale, _: str(scale.spec.replicas)),
        Column("AVAILABLE", lambda scale, _: str(scale.status.replicas)),
        AGE,
    ),
    "Lease": (NAME, Column("HOLDER", lambda x, _: x.spec.holder_identity or ""), AGE),
}


def columns_of(kind: str, wide: bool = False) -> tuple[Column, ...]:
    """The columns of a kind; name and age for one that has no row above."""
    return tuple(c for c in COLUMNS.get(kind, (NAME, AGE)) if wide or not c.wide)


def rows(kind: str, objects: Sequence[Any], now: int, wide: bool = False) -> list[list[str]]:
    """Titles first, then one line of cells for each object."""
    columns = columns_of(kind, wide)
    if objects and isinstance(objects[0], CustomObject) and objects[0].columns:
        added = [Column(*column) for column in column_cells(type(objects[0]))]
        columns = (NAME, *(column for column in added if wide or not column.wide))
    titles = [column.title for column in columns]
    return [titles, *([column.cell(obj, now) for column in columns] for obj in objects)]


def text(lines: Sequence[Sequence[str]], gap: int = 3) -> str:
    """The lines as text: columns as wide as their widest cell, three spaces between."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        (" " * gap)
        .join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        .rstrip()
        for line in lines
    )

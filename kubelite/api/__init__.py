"""The types of the Kubernetes API, and the table of kinds the cluster serves.

Lives here: one module for each upstream group and version, each type a frozen record
with every field of Kubernetes 1.37, so the source is also the reference manual; and the few
questions about them that everybody asks (``conditions``, ``node_selector``, ``qos``).
Must not live here: defaults, validation or behaviour (see ``kubelite.apiserver``).
Models ``k8s.io/api``. A field without a value reads as Go's zero; ``None`` is kept for the
fields where Kubernetes tells absent from zero. ``written(...)`` marks what is always on the
wire. Simpler than upstream: an empty ``spec``, ``status`` or list is left out even where Go
would write ``{}`` or ``null``.
"""

from __future__ import annotations

from kubelite.api.admissionregistration_v1 import (
    MutatingAdmissionPolicy,
    MutatingAdmissionPolicyBinding,
    MutatingWebhookConfiguration,
    ValidatingAdmissionPolicy,
    ValidatingAdmissionPolicyBinding,
    ValidatingWebhookConfiguration,
)
from kubelite.api.apiextensions_v1 import CustomResourceDefinition
from kubelite.api.apiregistration_v1 import APIService
from kubelite.api.apps_v1 import (
    ControllerRevision,
    DaemonSet,
    Deployment,
    ReplicaSet,
    StatefulSet,
)
from kubelite.api.autoscaling_v2 import HorizontalPodAutoscaler
from kubelite.api.batch_v1 import CronJob, Job
from kubelite.api.certificates_v1 import CertificateSigningRequest
from kubelite.api.coordination_v1 import Lease
from kubelite.api.core_v1 import (
    ConfigMap,
    Event,
    LimitRange,
    Namespace,
    Node,
    PersistentVolume,
    PersistentVolumeClaim,
    Pod,
    ResourceQuota,
    Secret,
    Service,
    ServiceAccount,
)
from kubelite.api.core_v1.endpoints import Endpoints
from kubelite.api.core_v1.replication import PodTemplate, ReplicationController
from kubelite.api.discovery_v1 import EndpointSlice
from kubelite.api.flowcontrol_v1 import FlowSchema, PriorityLevelConfiguration
from kubelite.api.networking_v1 import (
    Ingress,
    IngressClass,
    IPAddress,
    NetworkPolicy,
    ServiceCIDR,
)
from kubelite.api.node_v1 import RuntimeClass
from kubelite.api.policy_v1 import PodDisruptionBudget
from kubelite.api.rbac_v1 import ClusterRole, ClusterRoleBinding, Role, RoleBinding
from kubelite.api.resource_v1 import (
    DeviceClass,
    ResourceClaim,
    ResourceClaimTemplate,
    ResourceSlice,
)
from kubelite.api.scheduling_v1 import PriorityClass
from kubelite.api.storage_v1 import (
    CSIDriver,
    CSINode,
    CSIStorageCapacity,
    StorageClass,
    VolumeAttachment,
    VolumeAttributesClass,
)
from kubelite.apimachinery.scheme import Kind, Scheme

ALL = ("all",)
STATUS = ("status",)
PARTS_OF_A_POD = (
    "attach", "binding", "ephemeralcontainers", "eviction", "exec", "log", "portforward", "resize",
    "status",
)  # fmt: skip

SCHEME = Scheme(
    [
        Kind("", "v1", "Namespace", "namespaces", Namespace, short_names=("ns",),
             namespaced=False, subresources=("finalize", "status")),
        Kind("", "v1", "Node", "nodes", Node, short_names=("no",),
             namespaced=False, subresources=STATUS),
        Kind("", "v1", "Pod", "pods", Pod, short_names=("po",),
             categories=ALL, subresources=PARTS_OF_A_POD),
        Kind("", "v1", "Service", "services", Service, short_names=("svc",),
             categories=ALL, subresources=STATUS),
        Kind("", "v1", "ConfigMap", "configmaps", ConfigMap, short_names=("cm",)),
        Kind("", "v1", "Secret", "secrets", Secret),
        Kind("", "v1", "Event", "events", Event, short_names=("ev",)),
        Kind("apps", "v1", "ReplicaSet", "replicasets", ReplicaSet, short_names=("rs",),
             categories=ALL, subresources=("scale", "status")),
        Kind("apps", "v1", "Deployment", "deployments", Deployment, short_names=("deploy",),
             categories=ALL, subresources=("scale", "status")),
        Kind("apps", "v1", "StatefulSet", "statefulsets", StatefulSet, short_names=("sts",),
             categories=ALL, subresources=("scale", "status")),
        Kind("apps", "v1", "DaemonSet", "daemonsets", DaemonSet, short_names=("ds",),
             categories=ALL, subresources=STATUS),
        Kind("apps", "v1", "ControllerRevision", "controllerrevisions", ControllerRevision),
        Kind("batch", "v1", "Job", "jobs", Job, categories=ALL, subresources=STATUS),
        Kind("batch", "v1", "CronJob", "cronjobs", CronJob, short_names=("cj",),
             categories=ALL, subresources=STATUS),
        Kind("autoscaling", "v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers",
             HorizontalPodAutoscaler, short_names=("hpa",), categories=ALL,
             subresources=STATUS),
        Kind("discovery.k8s.io", "v1", "EndpointSlice", "endpointslices", EndpointSlice),
        Kind("coordination.k8s.io", "v1", "Lease", "leases", Lease),
        Kind("policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets", PodDisruptionBudget,
             short_names=("pdb",), subresources=STATUS),
        Kind("scheduling.k8s.io", "v1", "PriorityClass", "priorityclasses", PriorityClass,
             short_names=("pc",), namespaced=False),
        Kind("networking.k8s.io", "v1", "NetworkPolicy", "networkpolicies", NetworkPolicy,
             short_names=("netpol",)),
        Kind("networking.k8s.io", "v1", "Ingress", "ingresses", Ingress, short_names=("ing",),
             subresources=STATUS),
        Kind("networking.k8s.io", "v1", "IngressClass", "ingressclasses", IngressClass,
             namespaced=False),
        Kind("", "v1", "PersistentVolume", "persistentvolumes", PersistentVolume,
             short_names=("pv",), namespaced=False, subresources=STATUS),
        Kind("", "v1", "PersistentVolumeClaim", "persistentvolumeclaims", PersistentVolumeClaim,
             short_names=("pvc",), subresources=STATUS),
        Kind("storage.k8s.io", "v1", "StorageClass", "storageclasses", StorageClass,
             short_names=("sc",), namespaced=False),
        Kind("storage.k8s.io", "v1", "VolumeAttributesClass", "volumeattributesclasses",
             VolumeAttributesClass, short_names=("vac",), namespaced=False),
        Kind("storage.k8s.io", "v1", "VolumeAttachment", "volumeattachments", VolumeAttachment,
             namespaced=False, subresources=STATUS),
        Kind("storage.k8s.io", "v1", "CSIDriver", "csidrivers", CSIDriver, namespaced=False),
        Kind("storage.k8s.io", "v1", "CSINode", "csinodes", CSINode, namespaced=False),
        Kind("storage.k8s.io", "v1", "CSIStorageCapacity", "csistoragecapacities",
             CSIStorageCapacity),
        Kind("resource.k8s.io", "v1", "ResourceClaim", "resourceclaims", ResourceClaim,
             subresources=STATUS),
        Kind("resource.k8s.io", "v1", "ResourceClaimTemplate", "resourceclaimtemplates",
             ResourceClaimTemplate),
        Kind("resource.k8s.io", "v1", "DeviceClass", "deviceclasses", DeviceClass,
             namespaced=False),
        Kind("resource.k8s.io", "v1", "ResourceSlice", "resourceslices", ResourceSlice,
             namespaced=False),
        Kind("", "v1", "ReplicationController", "replicationcontrollers", ReplicationController,
             short_names=("rc",), categories=ALL, subresources=("scale", "status")),
        Kind("", "v1", "Endpoints", "endpoints", Endpoints,
             short_names=("ep",)),
        Kind("", "v1", "PodTemplate", "podtemplates", PodTemplate),
        Kind("node.k8s.io", "v1", "RuntimeClass", "runtimeclasses", RuntimeClass,
             namespaced=False),
        Kind("admissionregistration.k8s.io", "v1", "ValidatingWebhookConfiguration",
             "validatingwebhookconfigurations", ValidatingWebhookConfiguration, namespaced=False),
        Kind("admissionregistration.k8s.io", "v1", "MutatingWebhookConfiguration",
             "mutatingwebhookconfigurations", MutatingWebhookConfiguration, namespaced=False),
        Kind("admissionregistration.k8s.io", "v1", "ValidatingAdmissionPolicy",
             "validatingadmissionpolicies", ValidatingAdmissionPolicy,
             namespaced=False, subresources=STATUS),
        Kind("admissionregistration.k8s.io", "v1", "ValidatingAdmissionPolicyBinding",
             "validatingadmissionpolicybindings", ValidatingAdmissionPolicyBinding,
             namespaced=False),
        Kind("admissionregistration.k8s.io", "v1", "MutatingAdmissionPolicy",
             "mutatingadmissionpolicies", MutatingAdmissionPolicy, namespaced=False),
        Kind("admissionregistration.k8s.io", "v1", "MutatingAdmissionPolicyBinding",
             "mutatingadmissionpolicybindings", MutatingAdmissionPolicyBinding, namespaced=False),
        Kind("apiregistration.k8s.io", "v1", "APIService", "apiservices", APIService,
             categories=("api-extensions",), namespaced=False, subresources=STATUS),
        Kind("flowcontrol.apiserver.k8s.io", "v1", "FlowSchema", "flowschemas", FlowSchema,
             namespaced=False, subresources=STATUS),
        Kind("flowcontrol.apiserver.k8s.io", "v1", "PriorityLevelConfiguration",
             "prioritylevelconfigurations", PriorityLevelConfiguration,
             namespaced=False, subresources=STATUS),
        Kind("certificates.k8s.io", "v1", "CertificateSigningRequest",
             "certificatesigningrequests", CertificateSigningRequest, short_names=("csr",),
             namespaced=False, subresources=("approval", "status")),
        Kind("networking.k8s.io", "v1", "ServiceCIDR", "servicecidrs", ServiceCIDR,
             namespaced=False, subresources=STATUS),
        Kind("networking.k8s.io", "v1", "IPAddress", "ipaddresses", IPAddress,
             short_names=("ip",), namespaced=False),
        Kind("apiextensions.k8s.io", "v1", "CustomResourceDefinition", "customresourcedefinitions",
             CustomResourceDefinition, short_names=("crd", "crds"), namespaced=False,
             subresources=STATUS),
        Kind("", "v1", "ResourceQuota", "resourcequotas", ResourceQuota, short_names=("quota",),
             subresources=STATUS),
        Kind("", "v1", "LimitRange", "limitranges", LimitRange, short_names=("limits",)),
        Kind("", "v1", "ServiceAccount", "serviceaccounts", ServiceAccount, short_names=("sa",),
             subresources=("token",)),
        Kind("rbac.authorization.k8s.io", "v1", "Role", "roles", Role),
        Kind("rbac.authorization.k8s.io", "v1", "ClusterRole", "clusterroles", ClusterRole,
             namespaced=False),
        Kind("rbac.authorization.k8s.io", "v1", "RoleBinding", "rolebindings", RoleBinding),
        Kind("rbac.authorization.k8s.io", "v1", "ClusterRoleBinding", "clusterrolebindings",
             ClusterRoleBinding, namespaced=False),
    ]
)  # fmt: skip
"""Every kind that is stored. A new kind is one row here and its type beside this file."""

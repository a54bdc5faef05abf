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

from kubelite.api.apps_v1 import (
    ControllerRevision,
    DaemonSet,
    Deployment,
    ReplicaSet,
    StatefulSet,
)
from kubelite.api.batch_v1 import CronJob, Job
from kubelite.api.coordination_v1 import Lease
from kubelite.api.core_v1 import (
    ConfigMap,
    Event,
    LimitRange,
    Namespace,
    Node,
    Pod,
    ResourceQuota,
    Secret,
    Service,
    ServiceAccount,
)
from kubelite.api.discovery_v1 import EndpointSlice
from kubelite.api.networking_v1 import Ingress, IngressClass, NetworkPolicy
from kubelite.api.policy_v1 import PodDisruptionBudget
from kubelite.api.rbac_v1 import ClusterRole, ClusterRoleBinding, Role, RoleBinding
from kubelite.api.scheduling_v1 import PriorityClass
from kubelite.apimachinery.scheme import Kind, Scheme

ALL = ("all",)
STATUS = ("status",)

SCHEME = Scheme(
    [
        Kind("", "v1", "Namespace", "namespaces", Namespace, short_names=("ns",),
             namespaced=False, subresources=("finalize", "status")),
        Kind("", "v1", "Node", "nodes", Node, short_names=("no",),
             namespaced=False, subresources=STATUS),
        Kind("", "v1", "Pod", "pods", Pod, short_names=("po",),
             categories=ALL, subresources=("binding", "eviction", "status")),
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

"""The roles and bindings of a new cluster, as data.

A line is "verbs : groups : resources", or "verbs : URLs". ``core`` is the group without a name.
``+`` stands for the verbs that read, ``!`` for those that write. Models
plugin/pkg/auth/authorizer/rbac/bootstrappolicy (policy.go, controller_policy.go) for the kinds and
components that are here, and the bindings that kubeadm adds.
"""

from __future__ import annotations

from collections.abc import Iterator

from kubelite.api.rbac_v1 import (
    GROUP,
    AggregationRule,
    ClusterRole,
    ClusterRoleBinding,
    PolicyRule,
    RoleRef,
    Subject,
)
from kubelite.apimachinery.meta import LabelSelector, ObjectMeta

READ = ("get", "list", "watch")
WRITE = ("create", "delete", "deletecollection", "patch", "update")

_AGGREGATE = "rbac.authorization.k8s.io/aggregate-to-"
_EVENTS = "create,patch,update : core,events.k8s.io : events"
_REVIEWS = (
    "create : authentication.k8s.io : tokenreviews",
    "create : authorization.k8s.io : subjectaccessreviews",
)

ROLES: dict[str, tuple[str, ...]] = {
    "cluster-admin": ("* : * : *", "* : *"),
    "system:aggregate-to-admin": (
        "create : authorization.k8s.io : localsubjectaccessreviews",
        "+! : rbac.authorization.k8s.io : rolebindings,roles",
    ),
    "system:aggregate-to-edit": (
        "+ : core : pods/attach,pods/exec,pods/portforward,pods/proxy,secrets,services/proxy",
        "impersonate : core : serviceaccounts",
        "! : core : pods,pods/attach,pods/exec,pods/portforward,pods/proxy",
        "create : core : pods/eviction",
        "! : core : configmaps,events,persistentvolumeclaims,replicationcontrollers,"
        "replicationcontrollers/scale,secrets,serviceaccounts,services,services/proxy",
        "create : core : serviceaccounts/token",
        "! : apps : daemonsets,deployments,deployments/rollback,deployments/scale,replicasets,"
        "replicasets/scale,statefulsets,statefulsets/scale",
        "! : autoscaling : horizontalpodautoscalers",
        "! : batch : cronjobs,jobs",
        "! : policy : poddisruptionbudgets",
        "! : networking.k8s.io : ingresses,networkpolicies",
        "+! : coordination.k8s.io : leases",
    ),
    "system:aggregate-to-view": (
        "+ : core : configmaps,endpoints,persistentvolumeclaims,persistentvolumeclaims/status,"
        "pods,replicationcontrollers,replicationcontrollers/scale,serviceaccounts,services,"
        "services/status",
        "+ : core : bindings,events,limitranges,namespaces/status,pods/log,pods/status,"
        "replicationcontrollers/status,resourcequotas,resourcequotas/status",
        "+ : core : namespaces",
        "+ : discovery.k8s.io : endpointslices",
        "+ : apps : controllerrevisions,daemonsets,daemonsets/status,deployments,"
        "deployments/scale,deployments/status,replicasets,replicasets/scale,replicasets/status,"
        "statefulsets,statefulsets/scale,statefulsets/status",
        "+ : autoscaling : horizontalpodautoscalers,horizontalpodautoscalers/status",
        "+ : batch : cronjobs,cronjobs/status,jobs,jobs/status",
        "+ : policy : poddisruptionbudgets,poddisruptionbudgets/status",
        "+ : networking.k8s.io : ingresses,ingresses/status,networkpolicies",
    ),
    "system:auth-delegator": _REVIEWS,
    "system:basic-user": (
        "create : authorization.k8s.io : selfsubjectaccessreviews,selfsubjectrulesreviews",
        "create : authentication.k8s.io : selfsubjectreviews",
    ),
    "system:discovery": (
        "get : /api,/api/*,/apis,/apis/*,/healthz,/livez,/openapi,/openapi/*,/readyz,/version,"
        "/version/",
    ),
    "system:monitoring": (
        "get : /healthz,/healthz/*,/livez,/livez/*,/metrics,/metrics/slis,/readyz,/readyz/*",
    ),
    "system:public-info-viewer": ("get : /healthz,/livez,/readyz,/version,/version/",),
    "system:kube-controller-manager": (
        _EVENTS,
        "create : coordination.k8s.io : leases",
        "create : core : secrets,serviceaccounts",
        "delete : core : secrets",
        "get : core : configmaps,namespaces,secrets,serviceaccounts",
        "update : core : secrets,serviceaccounts",
        *_REVIEWS,
        "list,watch : * : *",
        "create : core : serviceaccounts/token",
    ),
    "system:kube-scheduler": (
        _EVENTS,
        "create : coordination.k8s.io : leases",
        "+ : core : nodes",
        "delete,get,list,watch : core : pods",
        "create : core : bindings,pods/binding",
        "patch,update : core : pods/status",
        "+ : core : replicationcontrollers,services",
        "+ : apps : replicasets",
        "+ : apps : statefulsets",
        "+ : policy : poddisruptionbudgets",
        "+ : core : persistentvolumeclaims,persistentvolumes",
        *_REVIEWS,
        "+ : storage.k8s.io : csinodes",
        "+ : core : namespaces",
        "+ : storage.k8s.io : csidrivers",
        "+ : storage.k8s.io : csistoragecapacities",
        "+ : resource.k8s.io : deviceclasses",
        "get,list,patch,update,watch : resource.k8s.io : resourceclaims",
        "patch,update : resource.k8s.io : resourceclaims/status",
        "+ : resource.k8s.io : resourceslices",
    ),
    "system:volume-scheduler": (
        "get,list,patch,update,watch : core : persistentvolumes",
        "+ : storage.k8s.io : storageclasses",
        "get,list,patch,update,watch : core : persistentvolumeclaims",
    ),
    "system:node": (
        *_REVIEWS,
        "create : authorization.k8s.io : localsubjectaccessreviews",
        "+ : core : services",
        "create,get,list,watch : core : nodes",
        "patch,update : core : nodes/status",
        "patch,update : core : nodes",
        "create,patch,update : core : events",
        "+ : core : pods",
        "create,delete : core : pods",
        "patch,update : core : pods/status",
        "create : core : pods/eviction",
        "+ : core : configmaps,secrets",
        "get : core : persistentvolumeclaims,persistentvolumes",
        "get : core : endpoints",
        "create,delete,get,patch,update : coordination.k8s.io : leases",
        "create : core : serviceaccounts/token",
        "+ : node.k8s.io : runtimeclasses",
        "get : resource.k8s.io : resourceclaims",
        "create,delete,deletecollection,get,list,patch,update,watch : resource.k8s.io :"
        " resourceslices",
    ),
    "system:node-proxier": (
        "list,watch : core : endpoints,services",
        "+ : core : nodes",
        _EVENTS,
        "list,watch : discovery.k8s.io : endpointslices",
    ),
    "system:coredns": (
        "list,watch : core : endpoints,namespaces,pods,services",
        "list,watch : discovery.k8s.io : endpointslices",
    ),
    "network-plugin": (
        "+ : core : namespaces,nodes,pods",
        "+ : networking.k8s.io : networkpolicies",
    ),
    "ingress-nginx": (
        "list,watch : core : configmaps,endpoints,namespaces,nodes,pods,secrets",
        "+ : core : services",
        "+ : networking.k8s.io : ingresses,ingressclasses",
        "patch,update : networking.k8s.io : ingresses/status",
        _EVENTS,
    ),
}
"""What each ClusterRole lets its subjects do."""

CONTROLLERS: dict[str, tuple[str, ...]] = {
    "clusterrole-aggregation-controller": (
        "escalate,get,list,patch,update,watch : rbac.authorization.k8s.io : clusterroles",
    ),
    "cronjob-controller": (
        "get,list,update,watch : batch : cronjobs",
        "create,delete,get,list,patch,update,watch : batch : jobs",
        "update : batch : cronjobs/status",
        "update : batch : cronjobs/finalizers",
        "delete,list,watch : core : pods",
    ),
    "daemon-set-controller": (
        "+ : apps : daemonsets",
        "update : apps : daemonsets/status",
        "update : apps : daemonsets/finalizers",
        "list,watch : core : nodes",
        "create,delete,list,patch,watch : core : pods",
        "create : core : pods/binding",
        "create,delete,get,list,patch,update,watch : apps : controllerrevisions",
    ),
    "deployment-controller": (
        "get,list,update,watch : apps : deployments",
        "update : apps : deployments/status",
        "update : apps : deployments/finalizers",
        "create,delete,get,list,patch,update,watch : apps : replicasets",
        "get,list,update,watch : core : pods",
    ),
    "disruption-controller": (
        "+ : apps : deployments",
        "+ : apps : replicasets",
        "+ : core : replicationcontrollers",
        "+ : policy : poddisruptionbudgets",
        "+ : apps : statefulsets",
        "update : policy : poddisruptionbudgets/status",
        "patch,update : core : pods/status",
        "get : * : */scale",
    ),
    "endpoint-controller": (
        "+ : core : pods,services",
        "create,delete,get,list,update,watch : core : endpoints",
        "create : core : endpoints/restricted",
    ),
    "endpointslice-controller": (
        "+ : core : nodes,pods,services",
        "update : core : services/finalizers",
        "create,delete,get,list,update,watch : discovery.k8s.io : endpointslices",
    ),
    "generic-garbage-collector": ("delete,get,list,patch,update,watch : * : *",),
    "horizontal-pod-autoscaler": (
        "+ : autoscaling : horizontalpodautoscalers",
        "update : autoscaling : horizontalpodautoscalers/status",
        "get,update : * : */scale",
        "list,watch : core : pods",
        "list : metrics.k8s.io : pods",
        "get,list : custom.metrics.k8s.io,external.metrics.k8s.io : *",
    ),
    "job-controller": (
        "get,list,patch,update,watch : batch : jobs",
        "update : batch : jobs/status",
        "update : batch : jobs/finalizers",
        "create,delete,list,patch,watch : core : pods",
    ),
    "namespace-controller": (
        "delete,get,list,watch : core : namespaces",
        "update : core : namespaces/finalize,namespaces/status",
        "delete,deletecollection,get,list,watch : * : *",
    ),
    "node-controller": (
        "delete,get,list,patch,update,watch : core : nodes",
        "patch,update : core : nodes/status",
        "patch,update : core : pods/status",
        "delete,get,list,watch : core : pods",
        "get : coordination.k8s.io : leases",
    ),
    "persistent-volume-binder": (
        "create,delete,get,list,update,watch : core : persistentvolumes",
        "update : core : persistentvolumes/status",
        "get,list,update,watch : core : persistentvolumeclaims",
        "update : core : persistentvolumeclaims/status",
        "create,delete,get,list,watch : core : pods",
        "+ : storage.k8s.io : storageclasses",
        "list,watch : core : nodes",
        "watch : core : events",
    ),
    "pod-garbage-collector": (
        "delete,list,watch : core : pods",
        "+ : core : nodes",
        "patch : core : pods/status",
    ),
    "pv-protection-controller": ("get,list,update,watch : core : persistentvolumes",),
    "pvc-protection-controller": (
        "get,list,update,watch : core : persistentvolumeclaims",
        "update : core : persistentvolumeclaims/status",
        "+ : core : pods",
    ),
    "replicaset-controller": (
        "get,list,update,watch : apps : replicasets",
        "update : apps : replicasets/status",
        "update : apps : replicasets/finalizers",
        "create,delete,list,patch,watch : core : pods",
    ),
    "resource-claim-controller": (
        "+ : core : pods",
        "update : core : pods/finalizers",
        "create,delete,get,list,patch,update,watch : resource.k8s.io : resourceclaims",
        "patch,update : resource.k8s.io : resourceclaims/status",
        "+ : resource.k8s.io : resourceclaimtemplates",
        "patch,update : core : pods/status",
    ),
    "resourcequota-controller": (
        "list,watch : * : *",
        "update : core : resourcequotas/status",
    ),
    "root-ca-cert-publisher": ("create,update : core : configmaps",),
    "service-account-controller": ("create : core : serviceaccounts",),
    "service-controller": (
        "get,list,patch,update,watch : core : services",  # its finalizer is patched in
        "patch,update : core : services/status",
        "list,watch : core : nodes",
    ),
    "statefulset-controller": (
        "list,watch : core : pods",
        "+ : apps : statefulsets",
        "update : apps : statefulsets/status",
        "update : apps : statefulsets/finalizers",
        "create,delete,get,patch,update : core : pods",
        "create,delete,get,list,patch,update,watch : apps : controllerrevisions",
        "create,get,list,watch : core : persistentvolumeclaims",
        "delete,update : core : persistentvolumeclaims",
        "update : core : pods/finalizers",
    ),
    "ttl-after-finished-controller": ("delete,get,list,watch : batch : jobs",),
}
"""What each controller's service account may do: ClusterRole ``system:controller:NAME``."""

AGGREGATED = {"admin": "", "edit": "admin", "view": "edit"}
"""ClusterRoles that gather the rules of others, and the next one that gathers theirs."""

BINDINGS: dict[str, tuple[str, tuple[str, ...]]] = {
    "cluster-admin": ("cluster-admin", ("Group system:masters",)),
    "kubeadm:cluster-admins": ("cluster-admin", ("Group kubeadm:cluster-admins",)),
    "system:discovery": ("system:discovery", ("Group system:authenticated",)),
    "system:basic-user": ("system:basic-user", ("Group system:authenticated",)),
    "system:monitoring": ("system:monitoring", ("Group system:monitoring",)),
    "system:public-info-viewer": (
        "system:public-info-viewer",
        ("Group system:authenticated", "Group system:unauthenticated"),
    ),
    "system:kube-controller-manager": (
        "system:kube-controller-manager",
        ("User system:kube-controller-manager",),
    ),
    "system:kube-scheduler": ("system:kube-scheduler", ("User system:kube-scheduler",)),
    "system:volume-scheduler": ("system:volume-scheduler", ("User system:kube-scheduler",)),
    "kubeadm:node-proxier": ("system:node-proxier", ("kube-proxy",)),
    "system:coredns": ("system:coredns", ("coredns",)),
    "network-plugin": ("network-plugin", ("network-plugin",)),
    "ingress-nginx": ("ingress-nginx", ("ingress-nginx",)),
    "system:node": ("system:node", ()),
}
"""Name, role and subjects; a subject of one word is a service account of kube-system. Nodes have
their rules from the Node authorizer, so ``system:node`` is bound to nobody."""


def _rule(line: str) -> PolicyRule:
    verbs, *rest = (part.strip() for part in line.split(" : "))
    spelt = [
        word
        for part in verbs.replace("+!", "+,!").split(",")
        for word in {"+": READ, "!": WRITE}.get(part, (part,))
    ]
    if len(rest) == 1:
        return PolicyRule(verbs=tuple(spelt), non_resource_urls=tuple(rest[0].split(",")))
    groups, resources = rest
    return PolicyRule(
        verbs=tuple(sorted(spelt)),
        api_groups=tuple("" if group == "core" else group for group in groups.split(",")),
        resources=tuple(resources.split(",")),
    )


def node_rules() -> Iterator[PolicyRule]:
    """What the Node authorizer lets nodes do."""
    return map(_rule, ROLES["system:node"])


def _meta(name: str, gathered_by: str = "") -> ObjectMeta:
    labels = {"kubernetes.io/bootstrapping": "rbac-defaults"}
    if gathered_by:
        labels[_AGGREGATE + gathered_by] = "true"
    updated = {"rbac.authorization.kubernetes.io/autoupdate": "true"}
    return ObjectMeta(name=name, labels=labels, annotations=updated)


def cluster_roles() -> Iterator[ClusterRole]:
    """Every role of a new cluster. Those that gather begin empty; their controller fills them."""
    for name, above in AGGREGATED.items():
        selector = LabelSelector(match_labels={_AGGREGATE + name: "true"})
        gathering = AggregationRule(cluster_role_selectors=(selector,))
        yield ClusterRole(metadata=_meta(name, above), aggregation_rule=gathering)
    for name, lines in ROLES.items():
        _, aggregates, into = name.partition("system:aggregate-to-")
        meta = _meta(name, into if aggregates else "")
        yield ClusterRole(metadata=meta, rules=tuple(map(_rule, lines)))
    for name, lines in CONTROLLERS.items():
        rules = tuple(map(_rule, (*lines, _EVENTS)))
        yield ClusterRole(metadata=_meta(f"system:controller:{name}"), rules=rules)


def cluster_role_bindings() -> Iterator[ClusterRoleBinding]:
    """Who has which of them from the beginning."""
    for name, (role, subjects) in BINDINGS.items():
        yield _binding(name, role, tuple(map(_subject, subjects)))
    for name in CONTROLLERS:
        role = f"system:controller:{name}"
        yield _binding(role, role, (_subject(name),))


def _subject(text: str) -> Subject:
    kind, _, name = text.rpartition(" ")
    if kind:
        return Subject(kind=kind, api_group=GROUP, name=name)
    return Subject(kind="ServiceAccount", name=name, namespace="kube-system")


def _binding(name: str, role: str, subjects: tuple[Subject, ...]) -> ClusterRoleBinding:
    ref = RoleRef(api_group=GROUP, kind="ClusterRole", name=role)
    return ClusterRoleBinding(metadata=_meta(name), subjects=subjects, role_ref=ref)

"""Nodes: a kubelet may do what its work needs, for its own node and its own pods.

Models plugin/pkg/auth/authorizer/node/node_authorizer.go and
plugin/pkg/admission/noderestriction/admission.go.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from kubelite.api.core_v1 import Pod
from kubelite.api.rbac_v1 import PolicyRule
from kubelite.apimachinery import errors
from kubelite.apimachinery.rest import Request, User
from kubelite.apiserver.authz.rules import Attributes, allows
from kubelite.apiserver.identities import NODES

PREFIX = "system:node:"
LEASES = "kube-node-lease"
MIRROR = "kubernetes.io/config.mirror"

_GUARDED = ("configmaps", "secrets")
_LEASE_VERBS = ("create", "delete", "get", "patch", "update")

Find = Callable[[str, str, str], Any]


def node_of(user: User) -> str:
    """The node that the user is; empty for everybody else."""
    return user.name.removeprefix(PREFIX) if _is_node(user) else ""


def _is_node(user: User) -> bool:
    return user.name.startswith(PREFIX) and NODES in user.groups


class NodeAuthorizer:
    """Says yes for nodes; about everybody else it has no opinion."""

    def __init__(self, rules: Iterable[PolicyRule], pods: Callable[[], Iterable[Pod]]):
        self._rules = tuple(rules)
        self._pods = pods

    # DOC: node-authorize
    def opinion(self, asked: Attributes) -> str | None:
        """None for a yes; else why not, empty if there is nothing to say."""
        node = node_of(asked.user)
        if not node:
            return ""
        if not asked.group and asked.resource in _GUARDED:
            return self._guarded(node, asked)
        if asked.resource == "leases" and asked.group == "coordination.k8s.io":
            return _lease(node, asked)
        return None if any(allows(rule, asked) for rule in self._rules) else ""

    def _guarded(self, node: str, asked: Attributes) -> str | None:
        """Secrets and ConfigMaps: only those that its pods name."""
        if asked.verb not in ("get", "list", "watch") or asked.subresource:
            return "can only read resources of this type"
        if not asked.name:
            return "No Object name found"
        for pod in self._pods():
            here = pod.spec.node_name == node and pod.metadata.namespace == asked.namespace
            if here and (asked.resource, asked.name) in _named_by(pod):
                return None
        return f"no relationship found between node '{node}' and this object"


def _lease(node: str, asked: Attributes) -> str | None:
    if asked.verb not in _LEASE_VERBS:
        return "can only get, create, update, patch, or delete a node lease"
    if asked.namespace != LEASES:
        return f'can only access leases in the "{LEASES}" system namespace'
    if asked.verb != "create" and asked.name != node:
        return "can only access node lease with the same name as the requesting node"
    return None


def _named_by(pod: Pod) -> Iterator[tuple[str, str]]:
    """Every Secret and ConfigMap that a pod speaks of."""
    spec = pod.spec
    for secret in spec.image_pull_secrets:
        yield "secrets", secret.name
    for container in spec.containers + spec.init_containers:
        for variable in container.env:
            source = variable.value_from
            if source is not None and source.config_map_key_ref is not None:
                yield "configmaps", source.config_map_key_ref.name
            if source is not None and source.secret_key_ref is not None:
                yield "secrets", source.secret_key_ref.name
        for many in container.env_from:
            if many.config_map_ref is not None:
                yield "configmaps", many.config_map_ref.name
            if many.secret_ref is not None:
                yield "secrets", many.secret_ref.name
    for volume in spec.volumes:
        if volume.config_map is not None:
            yield "configmaps", volume.config_map.name
        if volume.secret is not None:
            yield "secrets", volume.secret.secret_name
        for part in volume.projected.sources if volume.projected is not None else ():
            if part.config_map is not None:
                yield "configmaps", part.config_map.name
            if part.secret is not None:
                yield "secrets", part.secret.name


# DOC: node-restriction
def restrict(request: Request, user: User, find: Find) -> None:
    """What a node may not change even where its rules would let it. Raises StatusError 403."""
    node = node_of(user)
    if not node or request.verb in ("get", "list", "watch"):
        return
    cause = ""
    if request.resource == "nodes":
        cause = _node_change(node, request)
    elif request.resource == "pods":
        cause = _pod_change(node, request, find)
    if cause:
        raise errors.forbidden(request.resource, request.name, cause)


def _node_change(node: str, request: Request) -> str:
    name = request.name or getattr(getattr(request.body, "metadata", None), "name", node)
    return "" if name == node else f'node "{node}" is not allowed to modify node "{name}"'


def _pod_change(node: str, request: Request, find: Find) -> str:
    if request.verb == "create" and not request.subresource:
        meta = getattr(request.body, "metadata", None)
        if MIRROR in getattr(meta, "annotations", {}):
            return ""
        return f'pod does not have "{MIRROR}" annotation, node "{node}" can only create mirror pods'
    pod: Pod | None = find("pods", request.namespace, request.name)
    if pod is None or pod.spec.node_name == node:
        return ""
    what = {"status": "update pod status for", "eviction": "evict"}
    doing = what.get(request.subresource, "delete")
    return f'node "{node}" can only {doing} pods with spec.nodeName set to itself'

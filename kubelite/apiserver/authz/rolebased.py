"""The authorizer of a cluster with RBAC: roles and bindings, and what nodes may do beside."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from kubelite.api import rbac_v1
from kubelite.apimachinery.rest import WatchEvent
from kubelite.apiserver.authz import Authorizer
from kubelite.apiserver.authz.node import NodeAuthorizer
from kubelite.apiserver.authz.policy import node_rules

KINDS = ("roles", "rolebindings", "clusterroles", "clusterrolebindings")


class Watchers(Protocol):
    """Whom a kind's changes are told to."""

    def add(self, deliver: Callable[[WatchEvent], None]) -> Any:
        """Tell one more."""
        ...


def role_based(
    follow: Callable[[str], dict[str, dict[str, Any]]],
    watchers: Mapping[str, Watchers],
    pods: Callable[[], Iterable[Any]],
) -> Authorizer:
    """One that follows what is written about roles and bindings."""
    resources = [f"{kind}.{rbac_v1.GROUP}" for kind in KINDS]
    held = [follow(resource) for resource in resources]
    nodes = NodeAuthorizer(node_rules(), pods)
    authorizer = Authorizer(held[0], held[1], held[2], held[3], nodes)
    for resource in resources:
        watchers[resource].add(authorizer.forget)
    return authorizer

"""Who may do what. Table of TestAuthorizer in plugin/pkg/auth/authorizer/rbac/rbac_test.go."""

from __future__ import annotations

from typing import Any

import pytest

from kubelite.api.rbac_v1 import (
    GROUP,
    ClusterRole,
    ClusterRoleBinding,
    PolicyRule,
    RoleBinding,
    RoleRef,
    Subject,
)
from kubelite.apimachinery.meta import ObjectMeta
from kubelite.apimachinery.rest import User
from kubelite.apiserver.authz import Attributes, Authorizer
from kubelite.apiserver.identities import of_component, service_account
from tests.apiserver.authz.test_rules import rule, urls


def role(name: str, *rules: PolicyRule) -> ClusterRole:
    return ClusterRole(metadata=ObjectMeta(name=name), rules=rules)


def binding(name: str, *subjects: str, namespace: str = "") -> Any:
    """Of ClusterRole ``name``; subjects as "User:admin"."""
    who = tuple(Subject(kind=k, name=n) for k, n in (s.split(":", 1) for s in subjects))
    kind = RoleBinding if namespace else ClusterRoleBinding
    meta = ObjectMeta(name=f"{name}-binding", namespace=namespace)
    ref = RoleRef(api_group=GROUP, kind="ClusterRole", name=name)
    return kind(metadata=meta, subjects=who, role_ref=ref)


def authorizer(roles: list[ClusterRole], bindings: list[Any]) -> Authorizer:
    held: tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]]] = ({}, {})
    for one in bindings:
        place = held[isinstance(one, ClusterRoleBinding)]
        place.setdefault(one.metadata.namespace, {})[one.metadata.name] = one
    return Authorizer({}, held[0], {"": {one.metadata.name: one for one in roles}}, held[1])


def asked(user: str, groups: str, verb: str, resource: str, part: str, ns: str) -> Attributes:
    names = tuple(groups.split(",")) if groups else ()
    return Attributes(User(user, names), verb, "", resource, part, ns)


ADMIN = binding("admin", "User:admin", "Group:admins", namespace="ns1")

# roles, bindings, passing and failing (user, groups, verb, resource, subresource, namespace)
CASES = [
    (
        [role("admin", rule("*", "*", "*"))],
        [ADMIN],
        [
            ("admin", "", "get", "Pods", "", "ns1"),
            ("admin", "", "watch", "Pods", "", "ns1"),
            ("admin", "group1", "watch", "Foobar", "", "ns1"),
            ("joe", "admins", "watch", "Foobar", "", "ns1"),
            ("joe", "group1,admins", "watch", "Foobar", "", "ns1"),
        ],
        [
            ("admin", "", "GET", "Pods", "", "ns2"),
            ("admin", "", "GET", "Nodes", "", ""),
            ("admin", "admins", "GET", "Pods", "", "ns2"),
            ("admin", "admins", "GET", "Nodes", "", ""),
        ],
    ),
    (
        [role("admin", rule("*", "*", "pods"))],
        [ADMIN],
        [("admin", "", "get", "pods", "", "ns1")],
        [("admin", "", "get", "pods", "status", "ns1")],
    ),
    (
        [role("admin", rule("*", "*", "pods/status"))],
        [ADMIN],
        [("admin", "", "get", "pods", "status", "ns1")],
        [("admin", "", "get", "pods", "", "ns1")],
    ),
]


@pytest.mark.parametrize(("roles", "bindings", "passing", "failing"), CASES)
def test_authorizer(roles: Any, bindings: Any, passing: Any, failing: Any) -> None:
    judge = authorizer(roles, bindings)
    assert all(judge.verdict(asked(*one)).allowed for one in passing)
    assert not any(judge.verdict(asked(*one)).allowed for one in failing)


PATHS = [  # user, groups, verb, path, allowed
    ("foo", "", "get", "/apis", True),
    ("", "bar", "get", "/apis", True),
    ("admin", "", "watch", "/apis", True),
    ("prefixed", "", "get", "/apis/v1", True),
    ("", "prefixed", "get", "/apis/v1/foobar", True),
    ("foo", "", "watch", "/apis", False),
    ("foo", "", "get", "/api/v1", False),
    ("prefixed", "", "get", "/api/v1", False),
]


@pytest.mark.parametrize(("user", "group", "verb", "path", "allowed"), PATHS)
def test_urls_that_are_no_resources(
    user: str, group: str, verb: str, path: str, allowed: bool
) -> None:
    judge = authorizer(
        [
            role("getter", urls("get", "/apis")),
            role("all", urls("*", "/apis")),
            role("prefix", urls("get", "/apis/*")),
        ],
        [
            binding("getter", "User:foo", "Group:bar"),
            binding("all", "User:admin", "Group:admin"),
            binding("prefix", "User:prefixed", "Group:prefixed"),
        ],
    )
    found = judge.verdict(Attributes(User(user, (group,)), verb, path=path))
    assert found.allowed is allowed


def test_a_binding_of_a_role_that_is_not_there_says_so() -> None:
    judge = authorizer([], [binding("ghost", "User:jane")])
    found = judge.verdict(asked("jane", "", "get", "pods", "", "ns1"))
    said = 'RBAC: clusterrole.rbac.authorization.k8s.io "ghost" not found'
    assert (found.allowed, found.reason) == (False, said)


def test_a_service_account_is_of_the_bindings_namespace_unless_it_says_otherwise() -> None:
    judge = authorizer(
        [role("read", rule("get", "core", "pods"))],
        [binding("read", "ServiceAccount:shop", namespace="ns1")],
    )
    for namespace, allowed in (("ns1", True), ("ns2", False)):
        who = service_account(namespace, "shop")
        assert judge.verdict(Attributes(who, "get", "", "pods", "", "ns1")).allowed is allowed


IDENTITIES = [
    ("default-scheduler", "system:kube-scheduler", "system:authenticated"),
    ("kubelet/node-1", "system:node:node-1", "system:nodes"),
    (
        "deployment-controller",
        "system:serviceaccount:kube-system:deployment-controller",
        "system:serviceaccounts:kube-system",
    ),
    (
        "daemonset-controller",
        "system:serviceaccount:kube-system:daemon-set-controller",
        "system:serviceaccounts",
    ),
    ("you", "kubernetes-admin", "kubeadm:cluster-admins"),
    ("", "system:anonymous", "system:unauthenticated"),
]


@pytest.mark.parametrize(("component", "name", "group"), IDENTITIES)
def test_every_part_of_the_cluster_has_an_identity(component: str, name: str, group: str) -> None:
    user = of_component(component)
    assert user.name == name and group in user.groups

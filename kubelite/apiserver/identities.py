"""Who is asking: the identity of every part of a cluster, and of names that somebody assumes.

Parts of the process are known by their component's name; each stands for the identity its
counterpart has in a cluster made by kubeadm. Models k8s.io/apiserver/pkg/authentication.
"""

from __future__ import annotations

from functools import lru_cache

from kubelite.api.authentication_v1 import UserInfo
from kubelite.apimachinery.rest import Request, User

AUTHENTICATED = "system:authenticated"
UNAUTHENTICATED = "system:unauthenticated"
ANONYMOUS = "system:anonymous"
MASTERS = "system:masters"
NODES = "system:nodes"
SERVICE_ACCOUNTS = "system:serviceaccounts"

_PREFIX = "system:serviceaccount:"

_KNOWN = {
    "you": User("kubernetes-admin", ("kubeadm:cluster-admins", AUTHENTICATED)),
    "kube-apiserver": User("system:apiserver", (MASTERS, AUTHENTICATED)),
    "default-scheduler": User("system:kube-scheduler", (AUTHENTICATED,)),
    "kube-controller-manager": User("system:kube-controller-manager", (AUTHENTICATED,)),
}

_ACCOUNTS = {
    "daemonset-controller": "daemon-set-controller",
    "garbage-collector-controller": "generic-garbage-collector",
    "node-ipam-controller": "node-controller",
    "resourceclaim-controller": "resource-claim-controller",
    "taint-eviction-controller": "node-controller",
    "nginx-ingress-controller": "ingress-nginx",
}
"""Controllers whose service account is not called as they are."""


def service_account(namespace: str, name: str, uid: str = "") -> User:
    """A service account as a user."""
    groups = (SERVICE_ACCOUNTS, f"{SERVICE_ACCOUNTS}:{namespace}", AUTHENTICATED)
    return User(f"{_PREFIX}{namespace}:{name}", groups, uid)


def named(name: str, groups: tuple[str, ...] = ()) -> User:
    """Whoever is called so, with the groups that follow from the name."""
    if name == ANONYMOUS:
        return User(name, (*groups, UNAUTHENTICATED))
    if name.startswith(_PREFIX):
        namespace, _, account = name.removeprefix(_PREFIX).partition(":")
        groups = groups or service_account(namespace, account).groups
    more = () if AUTHENTICATED in groups else (AUTHENTICATED,)
    return User(name, (*groups, *more))


def user_info(user: User) -> UserInfo:
    """A user as reviews and policies show it."""
    return UserInfo(username=user.name, uid=user.uid, groups=user.groups, extra=user.extra)


def identity_of(request: Request) -> User:
    """Who makes a request."""
    return request.user or of_component(request.component)


@lru_cache(maxsize=4096)
def of_component(component: str) -> User:
    """The identity of a part of the cluster; nobody's is that of an anonymous user."""
    if not component:
        return named(ANONYMOUS)
    if component.startswith("kubelet/"):
        return User(f"system:node:{component.removeprefix('kubelet/')}", (NODES, AUTHENTICATED))
    known = _KNOWN.get(component)
    return known or service_account("kube-system", _ACCOUNTS.get(component, component))

"""A cluster as somebody else sees it: the same calls, made in another name.

Models kubectl's ``--as`` and ``--as-group``, ``auth can-i`` and ``auth whoami``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from kubelite.api import SCHEME
from kubelite.api import authentication_v1 as authn
from kubelite.api import authorization_v1 as authz
from kubelite.apimachinery import errors
from kubelite.apimachinery.meta import ObjectMeta
from kubelite.apimachinery.rest import API, Request, Response, User, Watch, WatchEvent
from kubelite.apimachinery.scheme import UnknownKind
from kubelite.apimachinery.struct import Value, replace


class Named:
    """The API server, asked in the name of ``user`` whatever the requests say."""

    def __init__(self, server: Any, user: User):
        self._server = server
        self.user = user

    def __getattr__(self, name: str) -> Any:
        return getattr(self._server, name)

    def _mine(self, request: Request) -> Request:
        return replace(request, component=self.user.name, user=self.user)

    def handle(self, request: Request) -> Response:
        """Answer one request of this user."""
        answer: Response = self._server.handle(self._mine(request))
        return answer

    def watch(self, request: Request, deliver: Callable[[WatchEvent], None]) -> Watch:
        """Watch as this user."""
        watching: Watch = self._server.watch(self._mine(request), deliver)
        return watching


class Permission(Value):
    """Whether something is allowed: true or false, and by what."""

    allowed: bool
    reason: str = ""

    def __bool__(self) -> bool:
        return self.allowed

    def __repr__(self) -> str:
        answer = "yes" if self.allowed else "no"
        return f"{answer} - {self.reason}" if self.reason else answer


class Identity(NamedTuple):
    """Who the server takes the asker for."""

    username: str
    groups: tuple[str, ...]

    def __repr__(self) -> str:
        groups = " ".join(self.groups)
        return f"ATTRIBUTE   VALUE\nUsername    {self.username}\nGroups      [{groups}]"


def can_i(api: API, component: str, verb: str, what: str, namespace: str) -> Permission:
    """Ask for a review of "pods", "pods/web-1", "deployments.apps/scale" or "/healthz"."""
    if what.startswith("/"):
        asked = authz.SelfSubjectAccessReviewSpec(
            non_resource_attributes=authz.NonResourceAttributes(path=what, verb=verb)
        )
    else:
        attributes = _attributes(verb, what, namespace)
        asked = authz.SelfSubjectAccessReviewSpec(resource_attributes=attributes)
    review = authz.SelfSubjectAccessReview(spec=asked)
    found = _created(api, component, "selfsubjectaccessreviews.authorization.k8s.io", review)
    return Permission(found.status.allowed, found.status.reason)


def _attributes(verb: str, what: str, namespace: str) -> authz.ResourceAttributes:
    word, _, rest = what.partition("/")
    plural, _, group = word.partition(".")
    namespaced = True
    parts: tuple[str, ...] = _SUBRESOURCES
    try:
        kind = SCHEME.by_name(word)
        plural, group, namespaced = kind.plural, kind.group, kind.namespaced
        parts = (*kind.subresources, *_SUBRESOURCES)
    except UnknownKind:
        pass  # a rule may speak of what nobody serves: "*", or the kind of another day
    part = rest if rest in parts else ""
    return authz.ResourceAttributes(
        namespace=namespace if namespaced else "",
        verb=verb,
        group=group,
        resource=plural,
        subresource=part,
        name="" if part else rest,
    )


_SUBRESOURCES = ("log", "exec", "attach", "portforward", "proxy", "token", "finalizers")
"""Parts of objects that are spoken of in rules and have no row in the table of kinds."""


def whoami(api: API, component: str) -> Identity:
    """Ask the server for one's own name and groups."""
    resource = "selfsubjectreviews.authentication.k8s.io"
    info = _created(api, component, resource, authn.SelfSubjectReview()).status.user_info
    return Identity(info.username, info.groups)


def _created(api: API, component: str, resource: str, review: Any) -> Any:
    return api.handle(Request("create", resource, body=review, component=component)).unwrap()


def create_token(
    api: API, component: str, name: str, namespace: str, seconds: int, audience: str
) -> str:
    """A token of a service account, as ``kubectl create token`` prints it."""
    spec = authn.TokenRequestSpec(
        audiences=(audience,) if audience else (), expiration_seconds=seconds
    )
    body = authn.TokenRequest(metadata=ObjectMeta(name=name, namespace=namespace), spec=spec)
    request = Request(
        "create", "serviceaccounts", namespace, name, "token", body, component=component
    )
    token: str = api.handle(request).unwrap().status.token
    return token


def user_of(api: API, token: str) -> User:
    """Whose token it is. Raises StatusError 401."""
    review = authn.TokenReview(spec=authn.TokenReviewSpec(token=token))
    resource = "tokenreviews.authentication.k8s.io"
    status = _created(api, "kube-apiserver", resource, review).status
    if not status.authenticated:
        raise errors.unauthorized()
    found = status.user
    return User(found.username, found.groups, found.uid, found.extra)

"""The seam: every part of the cluster reaches the API server through these few types.

A controller, the scheduler, a kubelet, a learner's cell and an HTTP connection all hold
something that obeys ``API``. Latency, faults, audit and recording wrap it; nothing goes around it.
Models the request attributes and list options of ``k8s.io/apiserver/pkg/endpoints``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import msgspec

from kubelite.apimachinery.errors import Status, StatusError
from kubelite.apimachinery.meta import ListMeta
from kubelite.apimachinery.scheme import Scheme

ADDED = "ADDED"
MODIFIED = "MODIFIED"
DELETED = "DELETED"
BOOKMARK = "BOOKMARK"
ERROR = "ERROR"

JSON_PATCH = "application/json-patch+json"
MERGE_PATCH = "application/merge-patch+json"
STRATEGIC_PATCH = "application/strategic-merge-patch+json"
APPLY_PATCH = "application/apply-patch+yaml"


class User(msgspec.Struct, frozen=True, gc=False):
    """Who asks: a name, and the groups it belongs to. Models authentication ``user.Info``."""

    name: str
    groups: tuple[str, ...] = ()
    uid: str = ""
    extra: dict[str, tuple[str, ...]] = {}


class Request(msgspec.Struct, frozen=True, gc=False):
    """One call. ``resource`` is "pods" or "deployments.apps"; ``body`` is a typed object from
    inside the process, or plain dicts from outside, which are then checked strictly.
    ``user`` is who asks; without one the server knows the identity of each ``component``.
    """

    verb: str
    resource: str
    namespace: str = ""
    name: str = ""
    subresource: str = ""
    body: Any = None
    component: str = ""
    label_selector: str = ""
    field_selector: str = ""
    resource_version: str = ""
    resource_version_match: str = ""
    limit: int = 0
    continue_: str = ""
    patch_type: str = ""
    field_manager: str = ""
    field_validation: str = "Strict"
    dry_run: bool = False
    force: bool = False
    propagation_policy: str = ""
    grace_period_seconds: int | None = None
    precondition_uid: str = ""
    precondition_resource_version: str = ""
    user: User | None = None


class ObjectList(msgspec.Struct, frozen=True, gc=False):
    """A list answer: the items and the revision they were read at."""

    api_version: str
    kind: str
    metadata: ListMeta
    items: tuple[Any, ...]


class Response(msgspec.Struct, frozen=True, gc=False):
    """One answer: an HTTP status code and an object, a list, or a ``Status``.

    ``hint`` tells a person what to do about a refusal; it never goes over the wire.
    """

    code: int
    body: Any = None
    hint: str = ""

    @property
    def ok(self) -> bool:
        """Whether the call did what was asked."""
        return self.code < 400

    def unwrap(self) -> Any:
        """The object; raises ``StatusError`` when the call failed."""
        if self.code >= 400:
            status: Status = self.body
            raise StatusError(status, self.hint)
        return self.body


class WatchEvent(msgspec.Struct, frozen=True, gc=False):
    """One change that a watcher is told of. ``cause`` is the trace entry of the write."""

    type: str
    object: Any
    revision: int
    cause: int


class Postponed(Exception):
    """Raised instead of an answer by what is wrapped around a server, to a write that was sent.

    After ``delay`` microseconds the request arrives again or, with a ``response``, that answer.
    """

    def __init__(self, delay: int, response: Response | None = None):
        super().__init__(delay, response)
        self.delay = delay
        self.response = response


class Watch(Protocol):
    """A running watch."""

    def stop(self) -> None:
        """Tell the server that nobody listens any more."""
        ...


class API(Protocol):
    """Whatever answers requests: the API server itself, or something wrapped around it."""

    @property
    def scheme(self) -> Scheme:
        """The kinds that are served at the moment: what discovery tells."""
        ...

    def handle(self, request: Request) -> Response:
        """Answer one request. Never raises for what a client did wrong: that is a ``Status``."""
        ...

    def watch(self, request: Request, deliver: Callable[[WatchEvent], None]) -> Watch:
        """Call ``deliver`` with every change after ``request.resource_version``.

        Raises ``StatusError`` 410 when that revision is compacted away.
        """
        ...

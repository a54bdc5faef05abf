"""A component's hands: requests to the API server, made in that component's name.

Reads are answered at once. ``send`` and the verbs built on it take time, as a network call does:
the request reaches the server one latency later, and ``then`` runs with the answer.
Models client-go's rest client and typed clientsets.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kubelite.api import SCHEME
from kubelite.apimachinery.rest import (
    API,
    STRATEGIC_PATCH,
    ObjectList,
    Postponed,
    Request,
    Response,
)
from kubelite.sim.clock import MILLISECOND, SECOND, Clock

REQUEST_LATENCY = 2 * MILLISECOND
"""From a component to the API server and back, within one data centre."""

QPS = 20
BURST = 30
"""How many requests a second a controller's client makes, and how many at once: client-go's
token bucket with kube-controller-manager's defaults. The kubelet and the scheduler have 50, 100."""

Then = Callable[[Response], object]


def _no_one_waits(_: Response) -> None:
    """What happens with an answer nobody asked for."""


class Client:
    """One component's way to the API server."""

    __slots__ = (
        *("_ahead", "_ended", "_interval", "_life", "_paid"),
        *("api", "clock", "component", "latency"),
    )

    def __init__(
        self,
        api: API,
        clock: Clock,
        component: str,
        latency: int = REQUEST_LATENCY,
        qps: int = QPS,
        burst: int = BURST,
    ):
        self.api = api
        self.clock = clock
        self.component = component
        self.latency = latency
        self._interval = SECOND // qps
        self._ahead = burst * self._interval
        self._paid = clock.now  # the moment up to which tokens have been used
        self._life = self._ended = 0

    # Reading, at once

    def get(self, resource: str, name: str, namespace: str = "") -> Any:
        """The object. Raises StatusError (404 and the like)."""
        return self.api.handle(
            Request("get", resource, namespace, name, component=self.component)
        ).unwrap()

    def list(
        self, resource: str, namespace: str = "", labels: str = "", fields: str = ""
    ) -> ObjectList:
        """All objects of a kind, perhaps of one namespace and matching selectors."""
        request = Request(
            "list",
            resource,
            namespace,
            component=self.component,
            label_selector=labels,
            field_selector=fields,
        )
        found: ObjectList = self.api.handle(request).unwrap()
        return found

    # Writing, a latency later

    def send(self, request: Request, then: Then | None = None) -> None:
        """Let ``request`` reach the server one latency from now, then run ``then(response)``.

        A client that has used up its burst waits for its turn first.
        """
        clock = self.clock
        now = sent = clock.now
        paid = self._paid = (self._paid if self._paid > now else now) + self._interval
        if paid - self._ahead > now:
            sent = paid - self._ahead
        clock.at(sent + self.latency, self._arrive, request, then or _no_one_waits, self._life)

    def hang_up(self) -> None:
        """The process ends: what waits for its turn is never sent, and nobody hears an answer."""
        self._life += 1
        self._paid = self._ended = self.clock.now

    def _arrive(self, request: Request, then: Then, life: int, left: bool = False) -> None:
        """``left``: it is on its way since earlier, and nobody takes it back."""
        if life != self._life and not left and self.clock.now - self.latency > self._ended:
            return
        try:
            response = self.api.handle(request)
        except Postponed as late:
            if late.response is None:
                self.clock.after(late.delay, self._arrive, request, then, life, True)
            else:
                self.clock.after(late.delay, self._answer, then, life, late.response)
            return
        if life == self._life:
            then(response)

    def _answer(self, then: Then, life: int, response: Response) -> None:
        if life == self._life:
            then(response)

    def create(self, obj: Any, then: Then | None = None) -> None:
        """Create ``obj`` in its own namespace."""
        self.send(self._about("create", obj), then)

    def update(self, obj: Any, then: Then | None = None, subresource: str = "") -> None:
        """Replace the object of that name; refused if its resourceVersion has moved on."""
        self.send(self._about("update", obj, subresource), then)

    def update_status(self, obj: Any, then: Then | None = None) -> None:
        """Replace the status of the object of that name."""
        self.send(self._about("update", obj, "status"), then)

    def patch(
        self,
        resource: str,
        name: str,
        namespace: str,
        patch: Any,
        patch_type: str = STRATEGIC_PATCH,
        then: Then | None = None,
        subresource: str = "",
    ) -> None:
        """Change parts of an object, whatever its version."""
        request = Request(
            "patch",
            resource,
            namespace,
            name,
            subresource,
            patch,
            self.component,
            patch_type=patch_type,
        )
        self.send(request, then)

    def delete(
        self,
        resource: str,
        name: str,
        namespace: str = "",
        then: Then | None = None,
        uid: str = "",
        grace_period_seconds: int | None = None,
        propagation_policy: str = "",
    ) -> None:
        """Ask for an object's end; ``uid`` makes sure that it is still the same one."""
        request = Request(
            "delete",
            resource,
            namespace,
            name,
            component=self.component,
            precondition_uid=uid,
            grace_period_seconds=grace_period_seconds,
            propagation_policy=propagation_policy,
        )
        self.send(request, then)

    def bind(self, pod: Any, node_name: str, then: Then | None = None) -> None:
        """Assign ``pod`` to a node: POST to its binding subresource."""
        meta = pod.metadata
        request = Request(
            "create", "pods", meta.namespace, meta.name, "binding", node_name, self.component
        )
        self.send(request, then)

    def _about(self, verb: str, obj: Any, subresource: str = "") -> Request:
        try:
            meta = obj.metadata
        except AttributeError:  # a manifest
            return self._about_manifest(verb, obj, subresource)
        resource = SCHEME.of(type(obj)).resource
        return Request(verb, resource, meta.namespace, meta.name, subresource, obj, self.component)

    def _about_manifest(self, verb: str, plain: dict[str, Any], subresource: str) -> Request:
        """A request about an object that is still a plain dict, of any kind that is served.

        Raises UnknownKind.
        """
        kind = self.api.scheme.by_kind(plain.get("apiVersion", ""), plain.get("kind", ""))
        meta = plain.get("metadata") or {}
        place = meta.get("namespace", "default") if kind.namespaced else ""
        name = meta.get("name", "")
        return Request(verb, kind.resource, place, name, subresource, plain, self.component)

"""An API server with the four namespaces, and nobody who acts on what it stores."""

from __future__ import annotations

from typing import Any

import pytest

from kubelite.api import SCHEME, core_v1
from kubelite.apimachinery.errors import StatusError
from kubelite.apimachinery.meta import ObjectMeta
from kubelite.apimachinery.rest import MERGE_PATCH, Request, Response, WatchEvent
from kubelite.apiserver import APIServer
from kubelite.etcd.mvcc import Store
from kubelite.sim.chance import Chance
from kubelite.sim.clock import SECOND, Clock
from kubelite.sim.trace import Trace


class Desk:
    """Requests as a person would make them: plain dicts, in the namespace default."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.store = Store()
        self.trace = Trace(self.clock)
        self.api = APIServer(self.store, lambda: self.clock.now, Chance(7), self.trace)
        for name in ("default", "kube-system"):
            self.create(core_v1.Namespace(metadata=ObjectMeta(name=name)))

    def handle(self, verb: str, what: str, body: Any = None, **options: Any) -> Response:
        """One request about "pods/web"; the namespace is left out where there is none."""
        word, _, name = what.partition("/")
        kind = SCHEME.by_name(word)
        namespace = options.pop("namespace", "default") if kind.namespaced else ""
        return self.api.handle(
            Request(verb, kind.resource, namespace, name, body=body, component="me", **options)
        )

    def ask(self, verb: str, what: str, body: Any = None, **options: Any) -> Any:
        """The same, and the object of the answer."""
        return self.handle(verb, what, body, **options).unwrap()

    def create(self, body: Any, **options: Any) -> Any:
        """POST an object or a dict."""
        kind = body["kind"] if isinstance(body, dict) else body.kind
        return self.ask("create", kind, body, **options)

    def get(self, what: str, **options: Any) -> Any:
        """GET."""
        return self.ask("get", what, **options)

    def patch(self, what: str, body: Any, **options: Any) -> Any:
        """PATCH, as JSON merge patch unless told otherwise."""
        return self.ask("patch", what, body, **({"patch_type": MERGE_PATCH} | options))

    def names(self, what: str, **options: Any) -> list[str]:
        """Names of a list."""
        return [obj.metadata.name for obj in self.ask("list", what, **options).items]

    def refused(self, verb: str, what: str, body: Any = None, **options: Any) -> StatusError:
        """A request that must fail and change nothing."""
        before = self.store.revision
        with pytest.raises(StatusError) as error:
            self.ask(verb, what, body, **options)
        assert self.store.revision == before
        return error.value

    def watch(self, what: str, since: str = "0", **options: Any) -> list[WatchEvent]:
        """Events as they come: an ordinary list that grows."""
        kind = SCHEME.by_name(what)
        events: list[WatchEvent] = []
        request = Request("watch", kind.resource, "default", resource_version=since, **options)
        self.api.watch(request, events.append)
        return events

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.clock.run_until(self.clock.now + round(seconds * SECOND))


def told(events: list[WatchEvent]) -> list[str]:
    """Events in short: "ADDED a"."""
    return [f"{event.type} {event.object.metadata.name}" for event in events]


def config_map(name: str, labels: dict[str, str] | None = None, **data: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name, "labels": labels or {}},
        "data": data,
    }


def pod(name: str, **spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name},
        "spec": {"containers": [{"name": "main", "image": "nginx"}], **spec},
    }


def deployment(name: str = "web", replicas: int = 3) -> dict[str, Any]:
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": name}},
            "template": {
                "metadata": {"labels": {"app": name}},
                "spec": {"containers": [{"name": "main", "image": "nginx:1.25"}]},
            },
        },
    }


def service(name: str = "web", port: int = 80, **spec: Any) -> dict[str, Any]:
    wanted = {"selector": {"app": name}, "ports": [{"port": port}], **spec}
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": wanted}


@pytest.fixture
def desk() -> Desk:
    return Desk()

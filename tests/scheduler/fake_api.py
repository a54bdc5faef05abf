"""As much of an API server as a scheduler talks to: it keeps objects, binds pods, and tells."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kubelite.api import SCHEME
from kubelite.api.core_v1 import Pod, PodCondition
from kubelite.apimachinery import errors
from kubelite.apimachinery.errors import StatusError
from kubelite.apimachinery.meta import ListMeta
from kubelite.apimachinery.rest import (
    ADDED,
    DELETED,
    MODIFIED,
    ObjectList,
    Request,
    Response,
    Watch,
    WatchEvent,
)
from kubelite.apimachinery.struct import convert, replace
from kubelite.client.client import Client
from kubelite.scheduler.profile import DEFAULT_PROFILE, Profile
from kubelite.scheduler.scheduler import Scheduler
from kubelite.sim.chance import Chance
from kubelite.sim.clock import NO_CAUSE, SECOND, Clock
from kubelite.sim.trace import Trace


class FakeAPI:
    """``put`` and ``remove`` are what others do. Set ``refuse_binding`` to make bindings fail."""

    def __init__(self) -> None:
        self.objects: dict[tuple[str, str], Any] = {}
        self.revision = 0
        self.refuse_binding: StatusError | None = None
        self.bindings: list[tuple[str, str]] = []
        self._watchers: list[tuple[str, Callable[[WatchEvent], None]]] = []

    def put(self, obj: Any) -> None:
        key = (SCHEME.of(type(obj)).resource, f"{obj.metadata.namespace}/{obj.metadata.name}")
        self.revision += 1
        meta = replace(obj.metadata, resource_version=str(self.revision))
        kind = MODIFIED if key in self.objects else ADDED
        self.objects[key] = obj = replace(obj, metadata=meta)
        self._tell(key[0], WatchEvent(kind, obj, self.revision, NO_CAUSE))

    def remove(self, resource: str, name: str, namespace: str = "") -> None:
        gone = self.objects.pop((resource, f"{namespace}/{name}"))
        self.revision += 1
        self._tell(resource, WatchEvent(DELETED, gone, self.revision, NO_CAUSE))

    def pod(self, name: str) -> Pod:
        found: Pod = self.objects["pods", f"default/{name}"]
        return found

    def _tell(self, resource: str, event: WatchEvent) -> None:
        for watched, deliver in self._watchers:
            if watched == resource:
                deliver(event)

    def handle(self, request: Request) -> Response:
        if request.verb == "list":
            items = tuple(o for (r, _), o in self.objects.items() if r == request.resource)
            meta = ListMeta(resource_version=str(self.revision))
            return Response(200, ObjectList("v1", "List", meta, items))
        pod = self.objects.get((request.resource, f"{request.namespace}/{request.name}"))
        failure = errors.not_found("pods", request.name) if pod is None else None
        if request.subresource == "binding":
            failure = failure or self.refuse_binding
        if failure:
            return Response(failure.code, failure.status)
        if request.subresource == "binding":
            self.bindings.append((request.name, request.body))
            self.put(replace(pod, spec=replace(pod.spec, node_name=request.body)))
        else:
            written = [convert(PodCondition, c) for c in request.body["status"]["conditions"]]
            self.put(replace(pod, status=replace(pod.status, conditions=tuple(written))))
        return Response(200)

    def watch(self, request: Request, deliver: Callable[[WatchEvent], None]) -> Watch:
        watcher = (request.resource, deliver)
        self._watchers.append(watcher)

        class Following:
            def stop(_) -> None:
                if watcher in self._watchers:
                    self._watchers.remove(watcher)

        return Following()


class Told:
    """An event recorder that keeps a list."""

    def __init__(self, clock: Clock) -> None:
        self._clock, self._started = clock, clock.now
        self.events: list[tuple[str, str, str]] = []
        self.times: list[float] = []

    def event(self, involved: Pod, type: str, reason: str, message: str) -> None:
        self.events.append((involved.metadata.name, reason, message))
        self.times.append(round((self._clock.now - self._started) / SECOND, 3))

    def last(self) -> tuple[str, str, str]:
        return self.events[-1]


class World:
    """A fake API server, a scheduler that has started, and a clock to run."""

    def __init__(self, *objects: Any, profiles: tuple[Profile, ...] = (DEFAULT_PROFILE,)) -> None:
        self.clock = Clock()
        self.api = FakeAPI()
        self.told = Told(self.clock)
        self.trace = Trace(self.clock)
        client = Client(self.api, self.clock, "kube-scheduler")
        self.scheduler = Scheduler(client, Chance(7), self.trace, self.told, profiles)
        for obj in objects:
            self.api.put(obj)
        self.scheduler.start()

    def run(self, seconds: float) -> None:
        self.clock.run_until(self.clock.now + int(seconds * SECOND))

    def place(self, name: str) -> str:
        return self.scheduler.queue.places().get(f"default/{name}", "")

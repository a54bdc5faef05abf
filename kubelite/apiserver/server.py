"""The API server: one function from request to response, and watches.

Models k8s.io/apiserver/pkg/endpoints. It is pure but for the store behind it: it knows the
time only from the function it was given, starts nothing and waits for nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kubelite.api import SCHEME
from kubelite.apimachinery import errors
from kubelite.apimachinery.errors import Status, StatusError
from kubelite.apimachinery.meta import ListMeta
from kubelite.apimachinery.rest import ADDED, ObjectList, Request, Response, Watch, WatchEvent
from kubelite.apimachinery.scheme import Kind
from kubelite.apimachinery.struct import replace
from kubelite.apiserver import admission, decoding, patching
from kubelite.apiserver.registry.eviction import EVICTION, Evictor
from kubelite.apiserver.registry.scale import SCALE, scale_of, scaled
from kubelite.apiserver.registry.store import Registry
from kubelite.apiserver.registry.table import strategies
from kubelite.apiserver.watchcache import WatchCache, at_revision
from kubelite.etcd.backend import Backend, Change, CompactedError, KeyValue
from kubelite.sim.chance import Chance
from kubelite.sim.clock import NO_CAUSE
from kubelite.sim.trace import Trace

SUBRESOURCES = {
    "status": ("get", "update", "patch"),
    "scale": ("get", "update", "patch"),
    "finalize": ("update",),
    "binding": ("create",),
    "eviction": ("create",),
}
"""What can be done with each; whether a kind has it stands in the table of kinds."""

_BUDGETS = "poddisruptionbudgets.policy"

SUCCESS = Status(kind="Status", api_version="v1", metadata=ListMeta(), status="Success", code=201)


class APIServer:
    """Answers requests from ``backend``. ``now`` gives microseconds since 1970."""

    def __init__(self, backend: Backend, now: Callable[[], int], chance: Chance, trace: Trace):
        self._backend = backend
        self._trace = trace
        self._component = "etcd"  # in whose name the current write happens
        self._watchers: dict[str, WatchCache] = {}
        self.registries: dict[str, Registry] = {}
        self._admission = admission.Chain(self.find, self.all)
        for kind, strategy in strategies(now, chance, self.all).items():
            row = SCHEME.of(kind)
            self.registries[row.resource] = Registry(
                row, strategy, backend, now, chance, self._admission.admit
            )
            self._watchers[row.resource] = WatchCache(strategy.scope)
        self._evictor = Evictor(self.registries["pods"], self.registries[_BUDGETS], now)
        self._unsubscribe = backend.subscribe(self._changed)
        self._verbs: dict[str, Callable[[Registry, Request], Response]] = {
            "get": self._get,
            "list": self._list,
            "create": self._create,
            "update": self._update,
            "patch": self._patch,
            "delete": self._delete,
            "deletecollection": self._delete_collection,
        }

    def use(self, backend: Backend) -> None:
        """See the store through another ``backend`` from now on: one that encrypts."""
        self._unsubscribe()
        self._backend = backend
        for registry in self.registries.values():
            registry.use(backend)
        self._unsubscribe = backend.subscribe(self._changed)

    # The pipeline

    # DOC: apiserver-handle
    def handle(self, request: Request) -> Response:
        """Answer one request; what a client did wrong comes back as a ``Status``."""
        self._component = request.component
        try:
            registry = self._registry(request.resource)
            verb = self._verbs.get(request.verb)
            if verb is None:
                raise errors.method_not_supported(request.resource, request.verb)
            if request.subresource or registry.kind.namespaced is not bool(request.namespace):
                self._check_place(registry.kind, request)
            return verb(registry, request)
        except StatusError as error:
            return Response(error.code, error.status, error.hint)
        finally:
            self._component = "etcd"

    def find(self, resource: str, namespace: str, name: str) -> Any | None:
        """An object as stored, or None: how the server's own rooms look things up."""
        place = f"{namespace}/{name}" if namespace else name
        found = self._backend.get(f"/registry/{resource}/{place}")
        return found.value if found is not None else None

    def all(self, resource: str) -> list[Any]:
        """Every object of a kind as stored."""
        return [kv.value for kv in self._backend.range(self.registries[resource].prefix)]

    def _registry(self, resource: str) -> Registry:
        registry = self.registries.get(resource)
        if registry is None:
            raise errors.unknown_resource()
        return registry

    @staticmethod
    def _check_place(kind: Kind, request: Request) -> None:
        part = request.subresource
        if part and part not in kind.subresources:
            raise errors.unknown_resource()
        if part and request.verb not in SUBRESOURCES.get(part, ()):
            raise errors.method_not_supported(f"{kind.resource}/{part}", request.verb)
        if not kind.namespaced and request.namespace:
            raise errors.bad_request(f"{kind.resource} live in no namespace: leave it out")
        if kind.namespaced and not request.namespace and request.verb not in ("list", "watch"):
            when = "during creation" if request.verb == "create" else _WHEN_NAMED
            raise errors.bad_request(f"an empty namespace may not be set {when}")

    # Verbs

    def _get(self, registry: Registry, request: Request) -> Response:
        found = registry.get(request.namespace, request.name)
        return Response(200, scale_of(found) if request.subresource == "scale" else found)

    def _list(self, registry: Registry, request: Request) -> Response:
        prefix = registry.key(request.namespace, "") if request.namespace else registry.prefix
        revision, after = decoding.read_at(request, prefix, self._backend.revision)
        try:
            found = self._backend.range(
                decoding.narrowed(registry, request, prefix), after=after, revision=revision
            )
        except CompactedError as error:
            raise decoding.too_old(after) from error
        matches = decoding.selection(registry, request)
        if matches is not None:
            found = [kv for kv in found if matches(kv.value)]
        page, meta = self._page(found, request.limit, revision)
        if matches is not None and meta.continue_:
            meta = replace(meta, remaining_item_count=None)  # upstream has not counted those
        kind = registry.kind
        body = ObjectList(kind.api_version, f"{kind.kind}List", meta, page)
        return Response(200, body)

    @staticmethod
    def _page(found: list[KeyValue], limit: int, revision: int) -> tuple[tuple[Any, ...], ListMeta]:
        page = found[:limit] if limit else found
        meta = ListMeta(resource_version=str(revision))
        if len(page) < len(found):
            meta = ListMeta(
                resource_version=str(revision),
                continue_=decoding.make_continue_token(revision, page[-1].key),
                remaining_item_count=len(found) - len(page),
            )
        return tuple(kv.value for kv in page), meta

    def _create(self, registry: Registry, request: Request) -> Response:
        if request.subresource == "binding":
            return self._bind(registry, request)
        if request.subresource == "eviction":
            return self._evict(request)
        obj = decoding.body(registry.kind, request)
        return Response(201, registry.create(request, obj))

    def _bind(self, registry: Registry, request: Request) -> Response:
        """POST pods/NAME/binding: the scheduler's one write."""
        strategy = registry.strategy
        old = registry.get(request.namespace, request.name)
        registry.commit(request, strategy.bind(old, request.body), old)  # type: ignore[attr-defined]
        return Response(201, SUCCESS)

    def _evict(self, request: Request) -> Response:
        """POST pods/NAME/eviction: a deletion that a disruption budget may refuse."""
        eviction = decoding.body(EVICTION, request)
        self._evictor.evict(request, eviction, self.all(_BUDGETS))
        return Response(201, SUCCESS)

    def _update(self, registry: Registry, request: Request) -> Response:
        new = decoding.body(SCALE if request.subresource == "scale" else registry.kind, request)
        return self._change(registry, request, lambda _: new)

    def _patch(self, registry: Registry, request: Request) -> Response:
        kind = SCALE if request.subresource == "scale" else registry.kind
        return self._change(registry, request, lambda old: patching.patched(kind, request, old))

    def _change(
        self, registry: Registry, request: Request, change: Callable[[Any], Any]
    ) -> Response:
        if request.subresource != "scale":
            return Response(200, registry.update(request, change))
        whole = replace(request, subresource="")
        owner = registry.update(whole, lambda owner: scaled(owner, change(scale_of(owner))))
        return Response(200, scale_of(owner))

    def _delete(self, registry: Registry, request: Request) -> Response:
        self._admission.admit_deletion(request)
        return Response(200, registry.delete(request))

    def _delete_collection(self, registry: Registry, request: Request) -> Response:
        listed: ObjectList = self._list(registry, request).body
        for obj in listed.items:
            one = decoding.about(request, obj)
            self._admission.admit_deletion(one)
            registry.delete(one)
        return Response(200, listed)

    # Watching

    def watch(self, request: Request, deliver: Callable[[WatchEvent], None]) -> Watch:
        """Deliver every change after the given revision; with none given, what is there first."""
        registry = self._registry(request.resource)
        matches = decoding.selection(registry, request)
        watcher = self._watchers[request.resource].add(
            deliver, matches, request.namespace, _scope_asked_for(registry, request)
        )
        if request.resource_version in ("", "0"):
            listed: ObjectList = self._list(registry, request).body
            for obj in listed.items:
                deliver(WatchEvent(ADDED, obj, int(obj.metadata.resource_version), NO_CAUSE))
            return watcher
        try:
            since = decoding.revision_of(request.resource_version, self._backend.revision)
            missed = self._backend.changes(since)
        except CompactedError as error:
            watcher.stop()
            raise errors.expired(
                f"too old resource version: {request.resource_version} ({error.compacted})"
            ) from error
        for change in missed:
            if change.key.startswith(registry.prefix):
                new, old = _before_and_after(change)
                watcher.offer(new, old, change.revision, self._cause_of(change.revision))
        return watcher

    def _changed(self, change: Change) -> None:
        """The store has a new revision: record it with its cause, and tell the watchers."""
        resource = change.key.split("/", 3)[2]
        new, old = _before_and_after(change)
        verb = "delete" if new is None else "create" if old is None else "update"
        meta = (old if new is None else new).metadata  # type: ignore[union-attr]
        subject = (resource, meta.namespace, meta.name)
        cause = self._trace.record(self._component, verb, subject, change.revision)
        self._watchers[resource].dispatch(new, old, change.revision, cause)

    def _cause_of(self, revision: int) -> int:
        write = self._trace.write_of(revision)
        return write.place if write is not None else NO_CAUSE


_WHEN_NAMED = "when a resource name is provided"


def _before_and_after(change: Change) -> tuple[Any | None, Any | None]:
    """The object after and before a change; a deleted one carries the revision of its end."""
    old = change.previous.value if change.previous else None
    if change.current is not None:
        return change.current.value, old
    return None, at_revision(old, change.revision)


def _scope_asked_for(registry: Registry, request: Request) -> str:
    """The value by which this watcher is found, when its selector is nothing but that."""
    field, _, value = request.field_selector.partition("=")
    simple = "," not in value and not value.startswith("=") and not field.endswith("!")
    return value if simple and field == registry.strategy.scope_field else ""

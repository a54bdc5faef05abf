"""The API server: one function from request to response, and watches.

Models k8s.io/apiserver/pkg/endpoints. It is pure but for the store behind it: it knows the
time only from the function it was given, starts nothing and waits for nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from kubelite.api import SCHEME
from kubelite.api.admissionregistration_v1 import BINDINGS, POLICIES
from kubelite.api.apiextensions_v1 import CRDS
from kubelite.api.versions import VERSIONS
from kubelite.apimachinery import errors
from kubelite.apimachinery.errors import Status, StatusError
from kubelite.apimachinery.meta import ListMeta
from kubelite.apimachinery.rest import (
    ADDED,
    APPLY_PATCH,
    ObjectList,
    Request,
    Response,
    Watch,
    WatchEvent,
)
from kubelite.apimachinery.scheme import ClusterScheme, Kind
from kubelite.apimachinery.struct import replace
from kubelite.apiserver import admission, decoding, patching, serverside
from kubelite.apiserver.admission.plugin import Plugin
from kubelite.apiserver.authz import Authorizer
from kubelite.apiserver.authz.node import restrict
from kubelite.apiserver.authz.rolebased import role_based
from kubelite.apiserver.authz.signers import APPROVAL, check_signer
from kubelite.apiserver.customresources import CustomResources
from kubelite.apiserver.following import follow
from kubelite.apiserver.identities import identity_of
from kubelite.apiserver.registry import podlogs, podstreams
from kubelite.apiserver.registry.eviction import EVICTION, Evictor
from kubelite.apiserver.registry.scale import SCALE
from kubelite.apiserver.registry.store import Registry
from kubelite.apiserver.registry.strategy import Strategy
from kubelite.apiserver.registry.table import strategies
from kubelite.apiserver.reviews import TOKEN, Reviews
from kubelite.apiserver.subresources import SUBRESOURCES
from kubelite.apiserver.tokens import Tokens
from kubelite.apiserver.versions import CONVERSIONS
from kubelite.apiserver.watchcache import WatchCache, at_revision
from kubelite.etcd.backend import Backend, Change, CompactedError
from kubelite.sim.chance import Chance
from kubelite.sim.clock import NO_CAUSE
from kubelite.sim.trace import Trace

Deliver = Callable[[WatchEvent], None]

_BUDGETS = "poddisruptionbudgets.policy"
_WHEN_NAMED = "when a resource name is provided"

SUCCESS = Status(kind="Status", api_version="v1", metadata=ListMeta(), status="Success", code=201)


class APIServer:
    """Answers requests from ``backend``. ``now`` gives microseconds since 1970.

    ``plugins`` are the admission plugins, in their order.
    """

    authorizer: Authorizer | None = None
    """None lets everybody do anything."""

    def __init__(
        self,
        backend: Backend,
        now: Callable[[], int],
        chance: Chance,
        trace: Trace,
        plugins: Sequence[type[Plugin]] = admission.ADMISSION,
        rbac: bool = False,
        service_accounts: bool = False,
    ):
        self._backend = backend
        self.now = now
        self._chance = chance
        self.suffix = chance.suffix
        self.service_accounts = service_accounts or rbac
        self._trace = trace
        self.guard: Callable[[Deliver], Deliver] = lambda deliver: deliver  # a learner's may fail
        self.kubelet_of: Callable[[str], podlogs.NodeAgent | None] = _nobody
        self.scheme = ClusterScheme([*SCHEME, *VERSIONS])
        self._component = "etcd"  # in whose name the current write happens
        self.requests: dict[tuple[str, str, str, int], int] = {}  # verb, resource, part, code
        self._watchers: dict[str, WatchCache] = {}
        self._services: dict[str, Callable[[Request], Response]] = {}
        self.registries: dict[str, Registry] = {}
        self._admission = admission.Chain(self.find, self.all, plugins, self.scheme)
        for kind, strategy in strategies(now, chance, self.all).items():
            self._serve(SCHEME.of(kind), strategy)
        self._custom = CustomResources(
            self.scheme, self._serve, self.registries.__delitem__, self.handle
        )
        self._watchers[CRDS].add(self._custom.changed)
        for resource in (POLICIES, BINDINGS):
            self._watchers[resource].add(self._admission.policies_changed)
        if rbac:
            self.authorizer = role_based(self.follow, self._watchers, lambda: self.all("pods"))
        self.tokens = Tokens(self.find, now, chance)
        self._reviews = Reviews(self.authorizer, self.tokens)
        self._admission.connect(self)
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

    def _serve(self, row: Kind, strategy: Strategy) -> None:
        """Answer for one more kind, or for one under new rules; watches go on."""
        self.registries[row.resource] = Registry(
            row, strategy, self._backend, self.now, self._chance, self._admission.admit
        )
        self._watchers.setdefault(row.resource, WatchCache(strategy.scope))

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
            if self.authorizer is not None:
                self.authorizer.check(request)
                restrict(request, identity_of(request), self.find)
                if request.subresource == APPROVAL:
                    check_signer(self.authorizer, request, self.find)
            response = self._perform(request)
        except StatusError as error:
            response = Response(error.code, error.status, error.hint)
        finally:
            self._component = "etcd"
        counted = (request.verb, request.resource, request.subresource, response.code)
        try:
            self.requests[counted] += 1
        except KeyError:
            self.requests[counted] = 1
        return response

    def _perform(self, request: Request) -> Response:
        """Do what somebody may do. Raises StatusError."""
        registry = self.registries.get(request.resource)
        if registry is None:
            return self._elsewhere(request)
        verb = self._verbs.get(request.verb)
        if verb is None:
            raise errors.method_not_supported(request.resource, request.verb)
        if request.subresource or registry.kind.namespaced is not bool(request.namespace):
            self._check_place(registry.kind, request)
        return verb(registry, request)

    def find(self, resource: str, namespace: str, name: str) -> Any | None:
        """An object as stored, or None: how the server's own rooms look things up."""
        place = f"{namespace}/{name}" if namespace else name
        found = self._backend.get(f"/registry/{resource}/{place}")
        return found.value if found is not None else None

    def all(self, resource: str) -> list[Any]:
        """Every object of a kind as stored."""
        return [kv.value for kv in self._backend.range(self.registries[resource].prefix)]

    def aggregate(self, resource: str, answer: Callable[[Request], Response]) -> None:
        """Let somebody else answer for a resource that is not stored here: an APIService."""
        self._services[resource] = answer

    def _elsewhere(self, request: Request) -> Response:
        """Another version of a kind, what somebody else answers for, or a review."""
        conversion = CONVERSIONS.get(request.resource)
        if conversion is not None:
            return conversion.handle(request, self._perform)
        if request.resource in self._custom.others:
            return self._custom.others[request.resource].handle(request)
        answer = self._services.get(request.resource)
        if answer is not None:
            return answer(request)
        return Response(201, self._reviews.create(request))

    def follow(self, resource: str) -> admission.Followed:
        """A copy of all objects of a kind, by namespace and name, kept up by every write."""
        return follow(self.all(resource), self._watchers[resource])

    def commit(self, resource: str, new: Any, old: Any) -> None:
        """A write of the server's own, on the way of somebody's request."""
        asked, self._component = self._component, "kube-apiserver"
        try:
            meta = old.metadata
            request = Request("update", resource, meta.namespace, meta.name)
            self.registries[resource].commit(request, new, old)
        finally:
            self._component = asked

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
        if request.subresource == "log":
            agent = self.kubelet_of(found.spec.node_name)
            return Response(200, podlogs.read_log(found, request.body, agent))
        if request.subresource in podstreams.STREAMS:
            return self._stream(registry, request)
        scale = request.subresource == "scale"
        return Response(200, registry.strategy.scale_of(found) if scale else found)

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
        page, meta = decoding.page(found, request.limit, revision)
        if matches is not None and meta.continue_:
            meta = replace(meta, remaining_item_count=None)  # upstream has not counted those
        kind = registry.kind
        body = ObjectList(kind.api_version, f"{kind.kind}List", meta, page)
        return Response(200, body)

    def _create(self, registry: Registry, request: Request) -> Response:
        if request.subresource and (answer := self._create_part(registry, request)):
            return answer
        return Response(201, registry.create(request, decoding.body(registry.kind, request)))

    def _create_part(self, registry: Registry, request: Request) -> Response | None:
        if request.subresource == "binding":
            return self._bind(registry, request)
        if request.subresource == "eviction":
            return self._evict(request)
        if request.subresource in podstreams.STREAMS:
            return self._stream(registry, request)
        if request.subresource == "token":
            account = registry.get(request.namespace, request.name)
            return Response(201, self.tokens.issue(account, decoding.body(TOKEN, request)))
        return None

    def _bind(self, registry: Registry, request: Request) -> Response:
        """POST pods/NAME/binding: the scheduler's one write."""
        strategy = registry.strategy
        old = registry.get(request.namespace, request.name)
        registry.commit(request, strategy.bind(old, request.body), old)  # type: ignore[attr-defined]
        return Response(201, SUCCESS)

    def _stream(self, registry: Registry, request: Request) -> Response:
        """POST pods/NAME/exec, attach or portforward: the pod's kubelet is at the other end."""
        pod = registry.get(request.namespace, request.name)
        agent = self.kubelet_of(pod.spec.node_name)
        return Response(101, podstreams.begin(request.subresource, pod, request.body, agent))

    def _evict(self, request: Request) -> Response:
        """POST pods/NAME/eviction: a deletion that a disruption budget may refuse."""
        eviction = decoding.body(EVICTION, request)
        self._evictor.evict(request, eviction, self.all(_BUDGETS))
        return Response(201, SUCCESS)

    def _update(self, registry: Registry, request: Request) -> Response:
        new = decoding.body(SCALE if request.subresource == "scale" else registry.kind, request)
        return self._change(registry, request, lambda _: new)

    def _patch(self, registry: Registry, request: Request) -> Response:
        if request.patch_type == APPLY_PATCH:
            return serverside.apply(registry, request, self.authorizer, self.now())
        kind = SCALE if request.subresource == "scale" else registry.kind
        return self._change(registry, request, lambda old: patching.patched(kind, request, old))

    def _change(
        self, registry: Registry, request: Request, change: Callable[[Any], Any]
    ) -> Response:
        if request.subresource != "scale":
            return Response(200, registry.update(request, change))
        whole = replace(request, subresource="")
        rules = registry.strategy
        scaled = registry.update(whole, lambda old: rules.scaled(old, change(rules.scale_of(old))))
        return Response(200, rules.scale_of(scaled))

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
        if self.authorizer is not None:
            self.authorizer.check(request, "watch")
        conversion = CONVERSIONS.get(request.resource)
        if conversion is not None:
            request, deliver = conversion.watched(request, deliver)
        registry = self._registry(request.resource)
        matches = decoding.selection(registry, request)
        deliver = self.guard(deliver)
        scope, more = _scope_asked_for(registry, request), bool(request.label_selector)
        cache = self._watchers[request.resource]
        watcher = cache.add(deliver, matches, request.namespace, scope, more)
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
        except StatusError:
            watcher.stop()
            raise
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


def _nobody(node: str) -> podlogs.NodeAgent | None:
    """Before machines are plugged in: no kubelet answers."""
    return None


def _before_and_after(change: Change) -> tuple[Any | None, Any | None]:
    """The object after and before a change; a deleted one carries the revision of its end."""
    old = change.previous.value if change.previous else None
    if change.current is not None:
        return change.current.value, old
    return None, at_revision(old, change.revision)


def _scope_asked_for(registry: Registry, request: Request) -> str:
    """The value by which this watcher is found, when its selector is nothing but that."""
    field, _, value = request.field_selector.partition("=")
    simple = field == registry.strategy.scope_field and "," not in value
    return value if simple and not value.startswith("=") else ""

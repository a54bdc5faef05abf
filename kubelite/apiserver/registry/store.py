"""The store that every kind shares: create, read, list, update and delete with their rules.

Models k8s.io/apiserver/pkg/registry/generic/registry/store.go and rest/{create,update,delete}.go.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kubelite.apimachinery import errors
from kubelite.apimachinery.errors import FieldError, StatusError
from kubelite.apimachinery.meta import ObjectMeta
from kubelite.apimachinery.names import path_segment
from kubelite.apimachinery.rest import APPLY_PATCH, Request
from kubelite.apimachinery.scheme import Kind
from kubelite.apimachinery.struct import replace
from kubelite.apimachinery.times import SECOND, Time
from kubelite.apiserver.identities import identity_of
from kubelite.apiserver.registry import ownership
from kubelite.apiserver.registry.strategy import Strategy
from kubelite.etcd.backend import Backend
from kubelite.sim.chance import Chance

ORPHAN_FINALIZER = "orphan"
FOREGROUND_FINALIZER = "foregroundDeletion"

_LEASE_REUSE = 60 * SECOND
"""Objects written within a minute share a lease: apiserver/pkg/storage/etcd3/lease_manager.go."""

_NAME_TRIES = 8
_GENERATED_BASE = 58  # of the 63 characters of a name, five are for the suffix

_VERSION_REQUIRED = FieldError.invalid(
    "metadata.resourceVersion", 0, "must be specified for an update"
)

Admit = Callable[[Request, Any, Any | None], Any]


class Registry:
    """All objects of one kind."""

    def __init__(
        self,
        kind: Kind,
        strategy: Strategy,
        backend: Backend,
        now: Callable[[], int],
        chance: Chance,
        admit: Admit,
    ):
        self.kind = kind
        self.strategy = strategy
        self.prefix = f"/registry/{kind.resource}/"
        self._backend = backend
        self._now = now
        self._chance = chance
        self._admit = admit
        self._lease = (0, 0)

    def use(self, backend: Backend) -> None:
        """Keep objects in ``backend`` from now on."""
        self._backend = backend

    # Reading

    def key(self, namespace: str, name: str) -> str:
        """Where an object is kept."""
        return f"{self.prefix}{namespace}/{name}" if namespace else self.prefix + name

    def find(self, namespace: str, name: str) -> Any | None:
        """The object, or None."""
        found = self._backend.get(self.key(namespace, name))
        return found.value if found else None

    def get(self, namespace: str, name: str) -> Any:
        """The object. Raises StatusError 404."""
        key = f"{self.prefix}{namespace}/{name}" if namespace else self.prefix + name
        found = self._backend.get(key)
        if found is None:
            raise errors.not_found(self.kind.resource, name)
        return found.value

    # Creating

    # DOC: registry-create
    def create(self, request: Request, obj: Any) -> Any:
        """Store a new object and return it as stored."""
        strategy = self.strategy
        obj = strategy.default(obj)
        meta = obj.metadata
        if meta.generate_name and not meta.name:  # admission already speaks of it by its name
            name = self._generated(request.namespace, meta.generate_name)
            obj = replace(obj, metadata=replace(meta, name=name))
        obj = self._admit(request, obj, None)
        obj = strategy.prepare_create(obj)
        if strategy.notes_who_asks:
            obj = strategy.asked_by(obj, identity_of(request))
        now = self._now()
        obj = strategy.born(replace(obj, metadata=self._birth(request, obj, now)))
        problems = strategy.validate(obj)
        name = obj.metadata.name
        if not problems and ("/" in name or "%" in name or name in (".", "..")):
            problems = [FieldError.invalid("metadata.name", name, s) for s in path_segment(name)]
        if problems:
            raise errors.invalid(self.kind.group_kind, name or obj.metadata.generate_name, problems)
        key = self.key(obj.metadata.namespace, name)
        found = self._backend.get(key)
        if found is not None:
            raise self._exists(found.value)
        if request.dry_run:
            return replace(obj, metadata=replace(obj.metadata, resource_version=""))
        self._backend.put(key, obj, 0, self._grant(now) if strategy.ttl else 0)
        return obj

    def _exists(self, found: Any) -> StatusError:
        meta = found.metadata
        error = errors.already_exists(self.kind.resource, meta.name)
        if meta.deletion_timestamp is not None:
            text = f"object is being deleted: {error.status.message}"
            error = StatusError(replace(error.status, message=text))
        return error

    def _birth(self, request: Request, obj: Any, now: int) -> ObjectMeta:
        meta: ObjectMeta = obj.metadata
        if meta.resource_version:
            raise errors.bad_request("resourceVersion should not be set on objects to be created")
        return replace(
            meta,
            namespace=request.namespace,
            uid=self._chance.uid(self.strategy.uid_stream),
            resource_version=str(self._backend.revision + 1),
            generation=1 if self.strategy.counts_generations(obj) else 0,
            creation_timestamp=Time(now - now % SECOND),
            deletion_timestamp=None,
            deletion_grace_period_seconds=None,
            self_link="",
        )

    def _generated(self, namespace: str, base: str) -> str:
        base = base[:_GENERATED_BASE]
        for _ in range(_NAME_TRIES):
            name = base + self._chance.suffix()
            if self._backend.get(self.key(namespace, name)) is None:
                return name
        raise errors.generate_name_conflict(self.kind.resource, name)

    def _grant(self, now: int) -> int:
        lease, until = self._lease
        if now >= until:
            lease = self._backend.grant(now + self.strategy.ttl * SECOND + _LEASE_REUSE)
            self._lease = (lease, now + _LEASE_REUSE)
        return lease

    # Updating

    # DOC: registry-update
    def update(self, request: Request, change: Callable[[Any], Any]) -> Any:
        """Replace an object by ``change(object)`` and return it as stored.

        Nothing is written when nothing differs. Raises StatusError 404, 409 or 422.
        """
        old = self.get(request.namespace, request.name)
        new = change(old)
        self._check_version(new, old)
        strategy = self.strategy
        if request.subresource:
            new = strategy.prepare_subresource(request.subresource, new, old)
            problems = strategy.validate_subresource(request.subresource, new, old)
        else:
            new = self._admit(request, strategy.default(new), old)
            new = self._carry_over(strategy.prepare_update(new, old), old)
            problems = strategy.validate_update(new, old)
        if problems:
            raise errors.invalid(self.kind.group_kind, request.name, problems)
        if old.metadata.managed_fields and request.patch_type != APPLY_PATCH:
            new = ownership.tracked(self.kind, request, new, old, self._now())
        return self.commit(request, new, old)

    def commit(self, request: Request, new: Any, old: Any) -> Any:
        """Write ``new`` over ``old`` unless they are equal; vanish after the last finalizer.

        What is kept under an old key is written even if it is equal: so keys are rotated.
        """
        meta = new.metadata
        key = self.key(meta.namespace, meta.name)
        if (new is old or new == old) and not self._backend.stale(key):
            return old
        if request.dry_run:  # the version that is there: there will be no other
            version = old.metadata.resource_version
            return replace(new, metadata=replace(meta, resource_version=version))
        stamped = replace(
            new, metadata=replace(meta, resource_version=str(self._backend.revision + 1))
        )
        if (
            meta.deletion_timestamp is not None
            and not meta.finalizers
            and not meta.deletion_grace_period_seconds
            and self.strategy.may_vanish(new)
        ):
            self._backend.delete(key, int(old.metadata.resource_version))
        else:
            lease = self._grant(self._now()) if self.strategy.ttl else 0
            self._backend.put(key, stamped, int(old.metadata.resource_version), lease)
        return stamped

    def _check_version(self, new: Any, old: Any) -> None:
        asked, held = new.metadata, old.metadata
        if asked is held:
            return
        if not asked.resource_version:
            if not self.strategy.unconditional_update:
                raise errors.invalid(self.kind.group_kind, held.name, [_VERSION_REQUIRED])
        elif asked.resource_version != held.resource_version:
            raise errors.conflict(self.kind.resource, held.name)
        if asked.uid and asked.uid != held.uid:
            raise self._unmet("UID", asked.uid, held.uid, held.name)

    def _carry_over(self, new: Any, old: Any) -> Any:
        held = old.metadata
        generation = held.generation
        if generation and self.strategy.spec_changed(new, old):
            generation += 1
        elif new.metadata is held:  # as a rule
            return new
        meta = replace(
            new.metadata,
            namespace=held.namespace,
            uid=held.uid,
            resource_version=held.resource_version,
            generation=generation,
            creation_timestamp=held.creation_timestamp,
            deletion_timestamp=held.deletion_timestamp,
            deletion_grace_period_seconds=held.deletion_grace_period_seconds,
            self_link="",
        )
        return replace(new, metadata=meta)

    # Deleting

    # DOC: registry-delete
    def delete(self, request: Request) -> Any:
        """Begin or finish an object's end; the answer is the object as it was last stored."""
        old = self.get(request.namespace, request.name)
        self._check_preconditions(request, old)
        finalizers = self._finalizers(request, old)
        grace = self.strategy.grace(old, request.grace_period_seconds)
        if old.metadata.deletion_timestamp is not None:
            return self._hasten(request, old, finalizers, grace)
        if grace == 0 and not finalizers and self.strategy.may_vanish(old):
            if not request.dry_run:
                self._backend.delete(self.key(request.namespace, request.name))
            return old
        marked = self._mark(old, finalizers, self._now() + grace * SECOND, grace)
        return self.commit(request, self.strategy.begin_deletion(marked), old)

    def _hasten(self, request: Request, old: Any, finalizers: tuple[str, ...], grace: int) -> Any:
        """A second delete: only a shorter grace, or another propagation, changes anything."""
        meta = old.metadata
        left = meta.deletion_grace_period_seconds or 0
        if request.grace_period_seconds is None or grace >= left:
            grace = left
        end = meta.deletion_timestamp - (left - grace) * SECOND
        marked = self._mark(old, finalizers, end, grace)
        return self.commit(request, marked, old)

    def _mark(self, old: Any, finalizers: tuple[str, ...], end: int, grace: int) -> Any:
        meta = old.metadata
        begins = meta.deletion_timestamp is None
        return replace(
            old,
            metadata=replace(
                meta,
                finalizers=finalizers,
                deletion_timestamp=Time(end - end % SECOND) if begins else Time(end),
                deletion_grace_period_seconds=grace,
                generation=meta.generation + 1 if begins and meta.generation else meta.generation,
            ),
        )

    def _check_preconditions(self, request: Request, old: Any) -> None:
        meta = old.metadata
        if request.precondition_uid and request.precondition_uid != meta.uid:
            raise self._unmet("UID", request.precondition_uid, meta.uid, meta.name)
        version = request.precondition_resource_version
        if version and version != meta.resource_version:
            raise self._unmet("ResourceVersion", version, meta.resource_version, meta.name)

    def _unmet(self, what: str, asked: str, found: str, name: str) -> StatusError:
        cause = (
            f"Precondition failed: {what} in precondition: {asked}, {what} in object meta: {found}"
        )
        return errors.conflict(self.kind.resource, name, cause)

    def _finalizers(self, request: Request, old: Any) -> tuple[str, ...]:
        """What has to be waited for: chosen by the propagation policy, on top of what is there."""
        held: tuple[str, ...] = old.metadata.finalizers
        policy = request.propagation_policy
        if not policy:
            return held
        wanted = {"Orphan": ORPHAN_FINALIZER, "Foreground": FOREGROUND_FINALIZER}.get(policy)
        ours = (ORPHAN_FINALIZER, FOREGROUND_FINALIZER)
        kept = tuple(name for name in held if name not in ours)
        return (*kept, wanted) if wanted else kept

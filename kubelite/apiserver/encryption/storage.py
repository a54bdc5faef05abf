"""The store as the API server sees it when some resources are encrypted.

Objects of other resources pass as they are. Those that are encrypted are bytes in the store, which
can be read with the right key only. Models the transformer in
``k8s.io/apiserver/pkg/storage/etcd3/store.go``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from kubelite.api import SCHEME
from kubelite.api.custom import CustomObject, body_of, with_body
from kubelite.apimachinery import errors
from kubelite.apimachinery.scheme import Scheme
from kubelite.apimachinery.struct import decode, encode, replace
from kubelite.apiserver.encryption.config import EncryptionConfiguration
from kubelite.apiserver.encryption.transformers import (
    ByPrefix,
    Draw,
    UnreadableError,
    transformer_of,
)
from kubelite.etcd.backend import Backend, Change, Compare, KeyValue, Operation, Put

ENCRYPTED = b"k8s:enc:"
"""What every encrypted value begins with."""


def stored_form(obj: Any) -> bytes:
    """An object as the bytes a store on a disk would hold: its JSON, without a resourceVersion."""
    if isinstance(obj, bytes):
        return obj
    return encode(replace(obj, metadata=replace(obj.metadata, resource_version="")))


def object_of(key: str, data: bytes, revision: int, scheme: Scheme = SCHEME) -> Any:
    """The object that was stored so under ``key`` at ``revision``.

    Bytes stay bytes when they are encrypted, or of a kind that ``scheme`` does not know.
    """
    if data.startswith(ENCRYPTED):
        return data
    resource = key.split("/", 3)[2]
    kind = next((kind for kind in scheme if kind.resource == resource), None)
    if kind is None:
        return data
    obj: Any = decode(kind.type, data)
    if isinstance(obj, CustomObject):
        obj = with_body(type(obj), obj, body_of(obj))  # frozen
    return replace(obj, metadata=replace(obj.metadata, resource_version=str(revision)))


class EncryptedStore:
    """A ``Backend`` over another one. ``draw`` gives the ciphers their nonces."""

    def __init__(self, store: Backend, draw: Draw):
        self._store = store
        self._draw = draw
        self._transformers: dict[str, ByPrefix] = {}
        self._read: dict[bytes, Any] = {}  # what has been decrypted with the present keys
        self._ever: dict[bytes, Any] = {}  # and with any
        self._onlooker = False

    def configure(self, config: EncryptionConfiguration) -> None:
        """Use these providers from now on, as a server does that was started with them."""
        self._transformers.clear()
        self._read.clear()
        for kind in SCHEME:
            if providers := config.providers_of(kind.resource):
                self._transformers[kind.resource] = transformer_of(providers, self._draw)

    def observed(self) -> EncryptedStore:
        """The same store for an onlooker who remembers all that was ever read or kept in plain."""
        other = EncryptedStore(self._store, self._draw)
        other._transformers = self._transformers
        other._read = other._ever = self._ever
        other._onlooker = True
        return other

    # Transforming

    def _transformer(self, key: str) -> ByPrefix | None:
        return self._transformers.get(key.split("/", 3)[2])

    # DOC: encrypt-at-rest
    def _to_storage(self, key: str, obj: Any) -> Any:
        transformer = self._transformer(key)
        if transformer is None or obj is None:
            return obj
        value = transformer.to_storage(stored_form(obj), key)
        if not value.startswith(ENCRYPTED):
            return obj  # kept in plain
        self._read[value] = self._ever[value] = obj
        return value

    def _plain(self, kv: KeyValue | None) -> KeyValue | None:
        """A version with its object. Raises UnreadableError."""
        if kv is None:
            return kv
        if not isinstance(kv.value, bytes) and (self._onlooker or not self._transformer(kv.key)):
            return kv
        return KeyValue(
            kv.key, self._object(kv), kv.create_revision, kv.mod_revision, kv.version, kv.lease
        )

    def _object(self, kv: KeyValue) -> Any:
        if isinstance(kv.value, bytes):
            found = self._read.get(kv.value)
            if found is not None:
                return found
        data, _ = self._from_storage(kv)
        if not isinstance(kv.value, bytes):
            return kv.value  # it could be read in plain
        obj = object_of(kv.key, data, kv.mod_revision)
        self._read[kv.value] = self._ever[kv.value] = obj
        return obj

    def _from_storage(self, kv: KeyValue) -> tuple[bytes, bool]:
        transformer = self._transformer(kv.key)
        if transformer is None:
            raise UnreadableError("identity transformer tried to read encrypted data")
        return transformer.from_storage(stored_form(kv.value), kv.key)

    def _change(self, change: Change) -> Change:
        if self._transformer(change.key) is None and not _secret(change):
            return change
        current, previous = self._plain(change.current), self._plain(change.previous)
        return Change(change.revision, change.key, current, previous)

    # The store's own calls

    @property
    def revision(self) -> int:
        """The revision of the latest transaction."""
        return self._store.revision

    @property
    def compacted(self) -> int:
        """Reads before this revision are refused."""
        return self._store.compacted

    def get(self, key: str) -> KeyValue | None:
        """The current version of ``key``. Raises StatusError 500 when it cannot be read."""
        try:
            return self._plain(self._store.get(key))
        except UnreadableError as problem:
            raise errors.internal(str(problem)) from problem

    def range(
        self, prefix: str, *, after: str = "", limit: int = 0, revision: int = 0
    ) -> list[KeyValue]:
        """Versions of all keys under ``prefix``. One that cannot be read spoils them all."""
        found = self._store.range(prefix, after=after, limit=limit, revision=revision)
        plain: list[KeyValue] = []
        for kv in found:
            try:
                plain.append(self._plain(kv) or kv)
            except UnreadableError as problem:
                cause = f'unable to transform key "{kv.key}": {problem}'
                raise errors.internal(cause) from problem
        return plain

    def stale(self, key: str) -> bool:
        """Whether another provider or key than the first has written what is there."""
        kv = self._store.get(key)
        if kv is None or self._transformer(key) is None:
            return False
        try:
            return self._from_storage(kv)[1]
        except UnreadableError:
            return True

    def put(self, key: str, value: Any, expected: int | None = None, lease: int = 0) -> KeyValue:
        """Write one key."""
        return self._store.put(key, self._to_storage(key, value), expected, lease)

    def delete(self, key: str, expected: int | None = None) -> KeyValue | None:
        """Remove one key and return what was there."""
        return self._plain(self._store.delete(key, expected))

    def txn(
        self,
        compares: Sequence[Compare],
        success: Sequence[Operation],
        failure: Sequence[Operation],
    ) -> bool:
        """Do ``success`` if every comparison holds, else ``failure``."""
        return self._store.txn(compares, self._operations(success), self._operations(failure))

    def _operations(self, operations: Sequence[Operation]) -> list[Operation]:
        return [
            op._replace(value=self._to_storage(op.key, op.value)) if isinstance(op, Put) else op
            for op in operations
        ]

    def changes(self, since: int, until: int = 0) -> Sequence[Change]:
        """Every change after revision ``since``."""
        return [self._change(change) for change in self._store.changes(since, until)]

    def subscribe(self, deliver: Callable[[Change], None]) -> Callable[[], None]:
        """Call ``deliver`` with each change from now on."""
        return self._store.subscribe(lambda change: deliver(self._change(change)))

    def grant(self, deadline: int) -> int:
        """A new lease."""
        return self._store.grant(deadline)

    def expire(self, now: int) -> int | None:
        """End leases that are due."""
        return self._store.expire(now)

    def compact(self, revision: int) -> None:
        """Forget versions that were already replaced at ``revision``."""
        self._store.compact(revision)


def _secret(change: Change) -> bool:
    versions = (change.current, change.previous)
    return any(kv is not None and isinstance(kv.value, bytes) for kv in versions)

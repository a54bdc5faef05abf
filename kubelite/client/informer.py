"""A local copy of one kind, kept up to date: list once, then follow the watch.

Controllers read from here and never wait for the server. The copy may lag, but it never
goes back in time. When a watch ends it goes on from the revision it stands at; when the server
has forgotten that one (410 Gone), it lists again and tells its handlers what they missed.
Models client-go/tools/cache (Reflector, SharedIndexInformer).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from kubelite.apimachinery.errors import Status, StatusError
from kubelite.apimachinery.rest import BOOKMARK, DELETED, ERROR, Request, Watch, WatchEvent
from kubelite.client.client import Client
from kubelite.sim.clock import MILLISECOND, SECOND, Timer
from kubelite.sim.guests import contain, foreign, guarded, nonsense, shown

WATCH_LATENCY = 1 * MILLISECOND
"""From a write in the server to the watcher that is told of it."""

RELIST_DELAY = 1 * SECOND

_HANDLER = "The change is lost on this handler only; let it add a key to the queue and do no more."
_INDEXER = "The object is not in this index: give () where there is nothing to be found under."

Indexer = Callable[[Any], Sequence[str]]
"""What an object is to be found under; the same object always gives the same."""


Index = dict[str, dict[str, None]]
"""By value, the keys of the objects found under it, in the order they came there."""


def key_of(obj: Any) -> str:
    """ "namespace/name", or "name" for what lives in no namespace."""
    meta = obj.metadata
    return f"{meta.namespace}/{meta.name}" if meta.namespace else str(meta.name)


class Informer:
    """A mirrored kind. ``synced`` is true once the first list has been taken in."""

    def __init__(
        self,
        client: Client,
        resource: str,
        namespace: str = "",
        field_selector: str = "",
        label_selector: str = "",
        indexers: Mapping[str, Indexer] | None = None,
    ):
        self.resource = resource
        self.synced = False
        self._client = client
        self._clock = client.clock
        self._request = Request(
            "list",
            resource,
            namespace,
            component=client.component,
            field_selector=field_selector,
            label_selector=label_selector,
        )
        self._store: dict[str, Any] = {}
        self._indexers: list[Indexer] = []
        self._indices: dict[str, Index] = {}  # by name, in the order of their indexers
        self._given: dict[str, list[Sequence[str]]] = {}  # by key, what each indexer gave
        self._on_add: list[Callable[[Any], object]] = []
        self._on_update: list[Callable[[Any, Any], object]] = []
        self._on_delete: list[Callable[[Any], object]] = []
        self._revision: int | str = ""  # of the latest change, or of the list
        self._watch: Watch | None = None
        self._buffer: list[WatchEvent] = []
        self._flush: Timer | None = None
        self._relist: Timer | None = None
        for name, indexer in (indexers or {}).items():
            self.add_indexer(name, indexer)

    @property
    def following(self) -> bool:
        """Whether the copy is being kept up to date."""
        return self._watch is not None

    @property
    def revision(self) -> int:
        """That of the latest change it shows, or of the list it began with; 0 before that."""
        return int(self._revision or 0)

    @property
    def selective(self) -> bool:
        """Whether it holds only what a selector or a namespace leaves in."""
        asked = self._request
        return bool(asked.field_selector or asked.label_selector or asked.namespace)

    # Reading the copy

    def get(self, key: str) -> Any | None:
        """The object under "namespace/name" as this copy knows it."""
        return self._store.get(key)

    def items(self) -> Collection[Any]:
        """Every object of the copy."""
        return self._store.values()

    def index(self, name: str, value: str) -> list[Any]:
        """The objects for which indexer ``name`` gives ``value``."""
        found = self._indices[name].get(value)
        store = self._store
        return [store[key] for key in found] if found else []

    def count(self, name: str, value: str) -> int:
        """How many objects indexer ``name`` gives ``value`` for."""
        found = self._indices[name].get(value)
        return len(found) if found else 0

    def values(self, name: str) -> list[str]:
        """What indexer ``name`` has given, in the order it first did."""
        return list(self._indices[name])

    # Following the server

    def on(
        self,
        add: Callable[[Any], object] | None = None,
        update: Callable[[Any, Any], object] | None = None,
        delete: Callable[[Any], object] | None = None,
    ) -> None:
        """Call these with each change: add(obj), update(old, new), delete(obj)."""
        if add:
            self._on_add.append(guarded(add, self._clock, _HANDLER))
        if update:
            self._on_update.append(guarded(update, self._clock, _HANDLER))
        if delete:
            self._on_delete.append(guarded(delete, self._clock, _HANDLER))

    def add_indexer(self, name: str, indexer: Indexer) -> None:
        """Keep another index."""
        if name not in self._indices:
            self._indexers.append(indexer if not foreign(indexer) else self._checked(indexer))
            self._indices[name] = {}
            for key, obj in self._store.items():
                self._reindex(key, [indexer(obj) for indexer in self._indexers])

    def start(self) -> None:
        """List everything, then watch."""
        response = self._client.api.handle(self._request)
        if not response.ok:
            self._relist = self._clock.after(RELIST_DELAY, self.start)
            return
        listed = response.body
        self._revision = listed.metadata.resource_version
        self._replace_all(listed.items)
        self.synced = True
        self._follow()

    def stop(self) -> None:
        """End the watch and forget what was on its way; the copy stays as it is."""
        if self._watch:
            self._watch.stop()
        self._watch = None
        for timer in (self._flush, self._relist):
            if timer:
                timer.cancel()
        self._flush = self._relist = None
        self._buffer = []

    def forget(self) -> None:
        """Lose the copy without telling anybody, as a restart does."""
        self.stop()
        self.synced = False
        self._store.clear()
        self._given.clear()
        for index in self._indices.values():
            index.clear()

    def _follow(self) -> None:
        self._relist = None
        request = self._request
        try:
            self._watch = self._client.api.watch(
                Request(
                    "watch",
                    request.resource,
                    request.namespace,
                    component=request.component,
                    field_selector=request.field_selector,
                    label_selector=request.label_selector,
                    resource_version=str(self._revision),
                ),
                self._receive,
            )
        except StatusError as error:
            self._ended(error.status)

    def _receive(self, event: WatchEvent) -> None:
        self._buffer.append(event)
        if self._flush is None:
            self._flush = self._clock.after(WATCH_LATENCY, self._deliver)

    def _deliver(self) -> None:
        self._flush = None
        buffer, self._buffer = self._buffer, []
        clock = self._clock
        for event in buffer:
            clock.cause = event.cause
            kind = event.type
            if kind == ERROR:
                self._ended(event.object)
                return
            self._revision = event.revision
            if kind == DELETED:
                self._remove(event.object)
            elif kind != BOOKMARK:
                self._put(event.object)

    # DOC: informer-relist
    def _ended(self, status: Status) -> None:
        """The watch is over: go on with another, or list again if its revision is gone."""
        self.stop()
        again = self.start if status.code == 410 else self._follow
        self._relist = self._clock.after(RELIST_DELAY, again)

    def _replace_all(self, objects: Sequence[Any]) -> None:
        fresh = {key_of(obj): obj for obj in objects}
        for key in [key for key in self._store if key not in fresh]:
            self._remove(self._store[key])
        for obj in objects:
            self._put(obj)

    def _put(self, obj: Any) -> None:
        meta = obj.metadata
        key = f"{meta.namespace}/{meta.name}" if meta.namespace else meta.name
        old = self._store.get(key)
        if old is not None and old.metadata.uid != meta.uid:
            self._remove(old)  # deleted and made anew between two looks
            old = None
        self._store[key] = obj
        if self._indexers:
            given = [indexer(obj) for indexer in self._indexers]
            if given != self._given.get(key):
                self._reindex(key, given)
        if old is None:
            for added in self._on_add:
                added(obj)
        elif old.metadata.resource_version != meta.resource_version:
            for updated in self._on_update:
                updated(old, obj)

    def _remove(self, obj: Any) -> None:
        key = key_of(obj)
        old = self._store.pop(key, None)
        if old is None:
            return
        for index, values in zip(self._indices.values(), self._given.pop(key, ()), strict=False):
            self._move(index, key, values, ())
        for deleted in self._on_delete:
            deleted(obj)

    def _reindex(self, key: str, given: list[Sequence[str]]) -> None:
        """Bring the indexes up to date: an indexer gives something else than before, or is new."""
        before = self._given.get(key, [])
        self._given[key] = given
        before += [()] * (len(given) - len(before))
        for index, was, now in zip(self._indices.values(), before, given, strict=True):
            if was != now:
                self._move(index, key, was, now)

    def _checked(self, indexer: Indexer) -> Indexer:
        """A guest's indexer: it gives a list of strings, or nothing."""

        def values(obj: Any) -> Sequence[str]:
            given = indexer(obj)
            if isinstance(given, str) or not all(isinstance(value, str) for value in given):
                nonsense(f"an indexer gives a list of strings, not {shown(given)}")
            return tuple(dict.fromkeys(given))

        def index(obj: Any) -> Sequence[str]:
            try:
                return values(obj)
            except BaseException as error:
                contain(self._clock, error, indexer, advice=_INDEXER)
                return ()

        return index

    @staticmethod
    def _move(index: Index, key: str, before: Sequence[str], after: Sequence[str]) -> None:
        for value in before:
            if value not in after:
                held = index[value]
                del held[key]
                if not held:
                    del index[value]
        for value in after:
            index.setdefault(value, {})[key] = None

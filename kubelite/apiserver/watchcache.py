"""Telling watchers what changed, each only what it selected.

A change reaches a watcher if the object matches its selectors now or did before: entering the
selection is ADDED, staying MODIFIED, leaving DELETED. Watchers of one node's pods are found by
node name, so that a hundred kubelets do not each look at every pod.
Models k8s.io/apiserver/pkg/storage/cacher (its spec.nodeName index included).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kubelite.apimachinery.rest import ADDED, DELETED, MODIFIED, WatchEvent
from kubelite.apimachinery.struct import replace

Matches = Callable[[Any], bool]


class Watcher:
    """One running watch. ``node`` is set when it follows the pods of one node."""

    __slots__ = ("_cache", "deliver", "matches", "namespace", "node")

    def __init__(
        self,
        cache: WatchCache,
        deliver: Callable[[WatchEvent], None],
        matches: Matches | None,
        namespace: str,
        node: str,
    ):
        self._cache = cache
        self.deliver = deliver
        self.matches = matches
        self.namespace = namespace
        self.node = node

    def stop(self) -> None:
        """Nobody listens any more."""
        self._cache.remove(self)

    def offer(self, new: Any | None, old: Any | None, revision: int, cause: int) -> None:
        """Deliver the change as this watcher sees it, if it sees it at all."""
        now, before = self._sees(new), self._sees(old)
        if now:
            self.deliver(WatchEvent(MODIFIED if before else ADDED, new, revision, cause))
        elif before:
            # What left the selection is shown as it last looked inside it, at the new revision.
            self.deliver(WatchEvent(DELETED, at_revision(old, revision), revision, cause))

    def _sees(self, obj: Any | None) -> bool:
        if obj is None or (self.namespace and obj.metadata.namespace != self.namespace):
            return False
        return self.matches is None or self.matches(obj)


class WatchCache:
    """The watchers of one kind."""

    def __init__(self) -> None:
        self._everyone: dict[Watcher, None] = {}
        self._by_node: dict[str, dict[Watcher, None]] = {}

    def add(
        self,
        deliver: Callable[[WatchEvent], None],
        matches: Matches | None = None,
        namespace: str = "",
        node: str = "",
    ) -> Watcher:
        """Start telling ``deliver``."""
        watcher = Watcher(self, deliver, matches, namespace, node)
        group = self._by_node.setdefault(node, {}) if node else self._everyone
        group[watcher] = None
        return watcher

    def remove(self, watcher: Watcher) -> None:
        """Stop telling it; removing twice does nothing."""
        group = self._by_node.get(watcher.node, {}) if watcher.node else self._everyone
        group.pop(watcher, None)

    # DOC: watch-dispatch
    def dispatch(self, new: Any | None, old: Any | None, revision: int, cause: int) -> None:
        """Offer one change to everyone whom it may concern."""
        for watcher in tuple(self._everyone):
            watcher.offer(new, old, revision, cause)
        if self._by_node:
            for node in {_node_of(new): None, _node_of(old): None}:
                for watcher in tuple(self._by_node.get(node, ())):
                    watcher.offer(new, old, revision, cause)


def at_revision(obj: Any, revision: int) -> Any:
    """The object, carrying ``revision`` as its resourceVersion."""
    return replace(obj, metadata=replace(obj.metadata, resource_version=str(revision)))


def _node_of(obj: Any | None) -> str:
    return obj.spec.node_name if obj is not None and obj.spec is not None else ""

"""Telling watchers what changed, each only what it selected.

A change reaches a watcher if the object matches its selectors now or did before: entering the
selection is ADDED, staying MODIFIED, leaving DELETED. Watchers of one node's pods, or of one
object, are found by that name, so that a hundred kubelets do not each look at every change.
Models k8s.io/apiserver/pkg/storage/cacher (its spec.nodeName index and scopes included).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from kubelite.apimachinery.rest import ADDED, DELETED, MODIFIED, WatchEvent
from kubelite.apimachinery.struct import replace

Matches = Callable[[Any], bool]


class Watcher:
    """One running watch. ``scope`` is the one value its index is asked for, if it has one.

    ``sees_all``: all that is found under its scope, or all there is, without another question.
    """

    __slots__ = ("_cache", "deliver", "matches", "namespace", "scope", "sees_all")

    def __init__(
        self,
        cache: WatchCache,
        deliver: Callable[[WatchEvent], None],
        matches: Matches | None,
        namespace: str,
        scope: str,
        sees_all: bool,
    ):
        self._cache = cache
        self.deliver = deliver
        self.matches = matches
        self.namespace = namespace
        self.scope = scope
        self.sees_all = sees_all

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
    """The watchers of one kind. ``scope_of`` gives the value by which narrow ones are found."""

    def __init__(self, scope_of: Callable[[Any], str]) -> None:
        self._scope_of = scope_of
        self._everyone: dict[Watcher, None] = {}
        self._narrow: dict[str, dict[Watcher, None]] = {}

    def add(
        self,
        deliver: Callable[[WatchEvent], None],
        matches: Matches | None = None,
        namespace: str = "",
        scope: str = "",
        more: bool = False,
    ) -> Watcher:
        """Start telling ``deliver``; ``more``: it asks for more than namespace and ``scope``."""
        whole = not namespace and not more and (matches is None or scope != "")
        watcher = Watcher(self, deliver, matches, namespace, scope, whole)
        group = self._narrow.setdefault(scope, {}) if scope else self._everyone
        group[watcher] = None
        return watcher

    def remove(self, watcher: Watcher) -> None:
        """Stop telling it; removing twice does nothing."""
        group = self._narrow.get(watcher.scope, {}) if watcher.scope else self._everyone
        group.pop(watcher, None)

    # DOC: watch-dispatch
    def dispatch(self, new: Any | None, old: Any | None, revision: int, cause: int) -> None:
        """Offer one change to everyone whom it may concern."""
        if self._everyone:
            _tell(self._everyone, new, old, revision, cause)
        if not self._narrow:
            return
        after = self._scope_of(new) if new is not None else None
        before = self._scope_of(old) if old is not None else after
        if after is None or after == before:
            if group := self._narrow.get(before or ""):
                _tell(group, new, old, revision, cause)
            return
        if group := self._narrow.get(after):
            _tell(group, new, None, revision, cause)
        if group := self._narrow.get(before or ""):
            _tell(group, None, old, revision, cause)


def _tell(
    group: Iterable[Watcher], new: Any | None, old: Any | None, revision: int, cause: int
) -> None:
    plain = _plain(new, old, revision, cause)
    for watcher in tuple(group):
        if watcher.sees_all:
            watcher.deliver(plain)
        else:
            watcher.offer(new, old, revision, cause)


def _plain(new: Any | None, old: Any | None, revision: int, cause: int) -> WatchEvent:
    """The change as everyone sees it who selects nothing."""
    if new is None:
        return WatchEvent(DELETED, at_revision(old, revision), revision, cause)
    return WatchEvent(ADDED if old is None else MODIFIED, new, revision, cause)


def at_revision(obj: Any, revision: int) -> Any:
    """The object, carrying ``revision`` as its resourceVersion."""
    return replace(obj, metadata=replace(obj.metadata, resource_version=str(revision)))

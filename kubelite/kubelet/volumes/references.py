"""The ConfigMaps and Secrets that pods of this node refer to, each watched by itself.

A kubelet must not see others: it asks for each by name, once for all pods that refer to it, and
stops when the last of them is gone. What is immutable is read once and watched no more.
Models ``pkg/kubelet/util/manager/watch_based_manager.go``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kubelite.client import Client, Informer

Key = tuple[str, str, str]
"""Resource, namespace and name."""


class _Watched:
    """One object, and the uids of the pods that refer to it."""

    __slots__ = ("informer", "pods")

    def __init__(self, informer: Informer):
        self.informer = informer
        self.pods: dict[str, None] = {}


class References:
    """A node's copies of what its pods refer to. ``changed(uid)`` tells of each pod concerned."""

    def __init__(self, client: Client, changed: Callable[[str], object]):
        self._client = client
        self._changed = changed
        self._watched: dict[Key, _Watched] = {}
        self._by_pod: dict[str, dict[Key, None]] = {}

    def get(self, uid: str, resource: str, namespace: str, name: str) -> Any | None:
        """The object as this node knows it; from now on the pod is told of its changes."""
        key = (resource, namespace, name)
        watched = self._watched.get(key)
        if watched is None:
            watched = self._watched[key] = _Watched(self._follow(key))
        watched.pods[uid] = None
        self._by_pod.setdefault(uid, {})[key] = None
        return watched.informer.get(f"{namespace}/{name}")

    def watching(self) -> list[Key]:
        """What is being watched at this moment."""
        return [key for key, watched in self._watched.items() if watched.informer.following]

    def forget(self, uid: str) -> None:
        """The pod is gone; what only it referred to is watched no more."""
        for key in self._by_pod.pop(uid, ()):
            watched = self._watched[key]
            del watched.pods[uid]
            if not watched.pods:
                watched.informer.stop()
                del self._watched[key]

    def restart(self) -> None:
        """The kubelet's process ends."""
        for watched in self._watched.values():
            watched.informer.stop()
        self._watched.clear()
        self._by_pod.clear()

    def _follow(self, key: Key) -> Informer:
        resource, namespace, name = key
        informer = Informer(self._client, resource, namespace, f"metadata.name={name}")
        informer.start()
        informer.on(
            add=lambda obj: self._seen(key, obj),
            update=lambda _, obj: self._seen(key, obj),
            delete=lambda _: self._seen(key, None),
        )
        self._rest(informer, informer.get(f"{namespace}/{name}"))
        return informer

    def _seen(self, key: Key, obj: Any | None) -> None:
        watched = self._watched.get(key)
        if watched is None:
            return
        for uid in tuple(watched.pods):
            self._changed(uid)
        self._rest(watched.informer, obj)

    @staticmethod
    def _rest(informer: Informer, obj: Any | None) -> None:
        """An immutable object needs no watch: it can only be deleted."""
        if obj is not None and obj.immutable:
            informer.stop()

"""A cluster whose public calls take a lock, for as long as another thread works on it, too."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import wraps
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kubelite.cluster import Cluster


class Locked:
    """Puts the lock around every public method and property of a cluster, and takes it off."""

    def __init__(self, cluster: Cluster, lock: AbstractContextManager[Any]):
        self._cluster = cluster
        self._lock = lock
        self._plain = type(cluster)

    def begin(self) -> None:
        """From now on calls wait for each other."""
        members: dict[str, Any] = {}
        for name in (*dir(self._plain), "__repr__"):
            member = inspect.getattr_static(self._plain, name)
            if name.startswith("_") and name != "__repr__":
                continue
            if inspect.isfunction(member):
                members[name] = self._guarded(member)
            elif isinstance(member, property) and member.fget is not None:
                members[name] = property(self._guarded(member.fget))
        # Not a proxy: whoever holds the cluster already, holds it still.
        self._cluster.__class__ = type(self._plain.__name__, (self._plain,), members)

    def end(self) -> None:
        """As it was before."""
        self._cluster.__class__ = self._plain

    def _guarded(self, member: Callable[..., Any]) -> Callable[..., Any]:
        lock = self._lock

        @wraps(member)
        def guarded(*args: Any, **options: Any) -> Any:
            with lock:
                return member(*args, **options)

        return guarded

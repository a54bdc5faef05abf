"""Work done once for an object itself, however often it is asked for.

Frozen objects are shared: a thousand pods of one template have one spec. An answer about an
object stays true, and comparing by identity costs the same for a large spec as for a small one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")

REMEMBERED = 4096  # objects; beyond it everything is forgotten and worked out again


class ByIdentity(Generic[K, V]):
    """``work``, remembered for each object by identity.

    Keeps the objects it knows alive, so that an id never comes to mean another one.
    """

    __slots__ = ("_known", "_work")

    def __init__(self, work: Callable[[K], V]) -> None:
        self._work = work
        self._known: dict[int, tuple[K, V]] = {}

    def __call__(self, thing: K) -> V:
        """The answer about this very object."""
        found = self._known.get(id(thing))
        if found is not None:
            return found[1]
        answer = self._work(thing)
        if len(self._known) >= REMEMBERED:
            self._known.clear()
        self._known[id(thing)] = (thing, answer)
        return answer

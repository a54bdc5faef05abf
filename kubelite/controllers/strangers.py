"""Objects that carry an owner's reference but not the labels it asks for.

An owner's selector is for ever; whoever belongs does so until its own labels change. So each is
asked when it is new and when its labels are, and a thousand pods are not asked at every look.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kubelite.client.informer import Informer, key_of
from kubelite.controllers.base import controller_of


class Strangers:
    """The strangers among the objects of each owner, over a local copy with "controller" index.

    ``belongs`` says of an owner and an object whether the one may have the other.
    """

    def __init__(self, objects: Informer, belongs: Callable[[Any, Any], bool]):
        self._objects = objects
        self._belongs = belongs
        self._doubtful: dict[str, dict[str, None]] = {}  # by the owner's uid: keys to ask

    def changed(self, uid: str, old: Any | None, obj: Any) -> None:
        """An object of this owner is new (no ``old``), or is not what it was."""
        known = self._doubtful.get(uid)
        if known is None:
            return  # all will be asked at the first look
        if old is None or old.metadata.labels != obj.metadata.labels or _uid(old) != uid:
            known[key_of(obj)] = None

    def of(self, owner: Any) -> list[Any]:
        """Those of this owner, the longest known first; whoever is one is asked again."""
        uid = owner.metadata.uid
        known = self._doubtful.get(uid)
        if known is None:
            objects = self._objects.index("controller", uid)
        elif known:
            there = map(self._objects.get, known)
            objects = [obj for obj in there if obj is not None and _uid(obj) == uid]
        else:
            return []
        found = [obj for obj in objects if not self._belongs(owner, obj)]
        self._doubtful[uid] = {key_of(obj): None for obj in found}
        return found

    def forget(self, uid: str) -> None:
        """This owner is gone."""
        self._doubtful.pop(uid, None)

    def forget_all(self) -> None:
        """All have to be asked again."""
        self._doubtful.clear()


def _uid(obj: Any) -> str:
    owner = controller_of(obj)
    return owner.uid if owner else ""

"""Which pods of an owner have to be looked at, and how many others there are.

A pod has a place with its owner: a node with a DaemonSet, an ordinal with a StatefulSet. Of a
thousand places one changes at a time. One that is as it should be is settled: it is counted, and
not looked at until something about it changes. So a look costs what has happened since the last
one. Upstream looks at every pod each time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Generic, TypeVar

import msgspec

from kubelite.api.core_v1 import Pod
from kubelite.client.informer import Informer
from kubelite.controllers.base import controller_of

P = TypeVar("P")


class Count(msgspec.Struct, Generic[P]):
    """The places of one owner, as true for what it ``asked`` for.

    ``settled`` tells for each that is as it should be whether its pod is available, ``serving``
    how many are; ``doubtful`` are those to look at.
    """

    asked: object
    doubtful: dict[P, None]
    settled: dict[P, bool] = msgspec.field(default_factory=dict)
    serving: int = 0

    def doubt(self, place: P) -> None:
        """What is known of the place may be wrong now."""
        self.serving -= self.settled.pop(place, False)
        self.doubtful[place] = None

    def settle(self, place: P, serving: bool) -> None:
        """The place is as it should be."""
        del self.doubtful[place]
        self.settled[place] = serving
        self.serving += serving

    def leave_out(self, place: P) -> None:
        """There is nothing at the place, nor should be."""
        del self.doubtful[place]


class Census(Generic[P]):
    """The counts of all owners of one kind, over the local copy of the pods.

    ``place`` tells where a pod belongs. The copy gets an index of places when the first owner is
    counted: a cluster without owners of this kind keeps none.
    """

    def __init__(self, kind: str, place: Callable[[Pod], P], pods: Informer):
        self._kind = kind
        self._index = f"places of {kind}"
        self._place = place
        self._pods = pods
        self._counts: dict[str, Count[P]] = {}  # by the owner's uid

    def _by_place(self, pod: Pod) -> Sequence[str]:
        owner = controller_of(pod)
        if owner is None or owner.kind != self._kind:
            return ()
        return (f"{owner.uid}/{self._place(pod)}",)

    # What may have changed

    def doubt(self, place: P) -> None:
        """For every owner, what is known of the place may be wrong now."""
        for count in self._counts.values():
            count.doubt(place)

    def changed(self, uid: str, pod: Pod) -> None:
        """A pod of this owner came, went, or is not what it was."""
        count = self._counts.get(uid)
        if count is not None:
            count.doubt(self._place(pod))

    def forget(self, uid: str) -> None:
        """This owner is gone."""
        self._counts.pop(uid, None)

    def forget_all(self) -> None:
        """Everything has to be counted anew."""
        self._counts.clear()

    # What there is

    # DOC: census
    def of(self, uid: str, asked: object, places: Callable[[], Iterable[P]]) -> Count[P]:
        """The owner's count. When it asks for something new, all its pods and ``places``
        are in doubt.
        """
        count = self._counts.get(uid)
        if count is None or count.asked != asked:
            self._pods.add_indexer(self._index, self._by_place)
            there = map(self._place, self._pods.index("controller", uid))
            doubtful = dict.fromkeys([*places(), *there])
            count = self._counts[uid] = Count(asked, doubtful)
        return count

    def at(self, uid: str, place: P) -> list[Pod]:
        """The owner's pods at one place."""
        return self._pods.index(self._index, f"{uid}/{place}")

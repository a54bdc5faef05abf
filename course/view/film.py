"""A cluster's kept history as a film: every change that a picture shows, small enough to send.

The browser gets all of it at once and can show any moment without asking: a change is 20 bytes,
and what it replaced is worked out there, so a film runs backwards, too. A pod keeps its slot on
its node for as long as it is there: nothing moves but what moved.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from heapq import heappop, heappush
from typing import Any, NamedTuple

from course.view.cluster_view import zero_of
from course.view.palette import LOOK_NUMBER
from course.view.plain import plain
from course.view.state import SECOND, node_mark, owner_of
from course.view.svg import short_label
from kubelite.api.looks import pod_look

RECORD = struct.Struct("<dIHHBBH")
"""One change on the wire: seconds, pod or node, box, slot, look or state, restarts, kind."""

POD, NODE = 0, 1
GONE = 0xFFFF
STRIP = 0  # the box of pods that have no node; node n has box n + 1
PRESENT, READY, SCHEDULABLE = 1, 2, 4
MOST_MARKS = 300


class Mark(NamedTuple):
    """A moment worth finding again; ``kind`` is deed, lost or back."""

    seconds: float
    kind: str
    text: str


class Film(NamedTuple):
    """Everything of one run that the browser needs; ``base`` records are the first picture."""

    title: str
    end: float
    nodes: list[tuple[str, float]]
    pods: list[tuple[str, str, str, str]]
    slots: list[int]
    marks: list[Mark]
    base: int
    records: bytes

    def message(self) -> dict[str, Any]:
        """As JSON, with the records as bytes."""
        return {**self._asdict(), "marks": [mark._asdict() for mark in self.marks]}


def film_of(cluster: Any, title: str = "Cluster") -> Film:
    """The film of a cluster from the oldest moment that is kept until now."""
    return _Shooting(cluster).film(plain(title))


def first_moment(cluster: Any) -> int:
    """The oldest moment of which a picture can be made."""
    return max(zero_of(cluster), int(cluster.history.oldest))


class _Slots:
    """The places of one box: the lowest free one is taken first."""

    def __init__(self) -> None:
        self.most = 0
        self._free: list[int] = []

    def take(self) -> int:
        if self._free:
            return heappop(self._free)
        self.most += 1
        return self.most - 1

    def give_back(self, slot: int) -> None:
        heappush(self._free, slot)


class _Shooting:
    """One pass over the history."""

    def __init__(self, cluster: Any):
        self.cluster = cluster
        self.zero = zero_of(cluster)
        self.records = bytearray()
        self.count = 0
        self.nodes: dict[str, int] = {}
        self.sizes: list[float] = []
        self.states: dict[str, int] = {}
        self.pods: dict[str, int] = {}
        self.words: list[tuple[str, str, str, str]] = []
        self.shown: dict[str, tuple[int, int, int, int]] = {}  # box, slot, look, restarts
        self.boxes = [_Slots()]
        self.marks: list[Mark] = []
        self.been_ready: set[str] = set()

    def film(self, title: str) -> Film:
        """Read everything, the state at the start first."""
        start = first_moment(self.cluster)
        state = self.cluster.history.at(start)
        for node in sorted(
            state.list("nodes"), key=lambda n: (len(n.metadata.name), n.metadata.name)
        ):
            self._node(0.0, node, None)
        for pod in state.list("pods"):
            self._pod(0.0, pod, None)
        base, self.marks = self.count, []
        for when, what, new, old in self._changes(start):
            (self._node if what == NODE else self._pod)((when - self.zero) / SECOND, new, old)
        end = (self.cluster.clock.now - self.zero) / SECOND
        return Film(
            title,
            end,
            list(zip(self.nodes, self.sizes, strict=True)),
            self.words,
            [box.most for box in self.boxes],
            sorted(self.marks + self._deeds())[:MOST_MARKS],
            base,
            bytes(self.records),
        )

    def _changes(self, start: int) -> Iterator[tuple[int, int, Any, Any]]:
        """The changes of nodes and pods, in the order in which they were written."""
        history = self.cluster.history
        both = [(step, NODE) for step in history.changes("nodes", start)]
        both += [(step, POD) for step in history.changes("pods", start)]
        for step, what in sorted(both, key=lambda pair: pair[0].revision):
            yield step.when, what, step.new, step.old

    def _deeds(self) -> list[Mark]:
        deeds = getattr(self.cluster, "deeds", ())
        return [Mark(deed.seconds, "deed", plain(str(deed), 160)) for deed in deeds]

    def _node(self, seconds: float, new: Any, old: Any) -> None:
        mark = node_mark(new or old)
        if mark.name not in self.nodes:
            self.nodes[mark.name] = len(self.nodes)
            self.sizes.append(mark.cpu)
            self.boxes.append(_Slots())
        before = self.states.get(mark.name, 0)
        state = PRESENT | READY * mark.ready | SCHEDULABLE * mark.schedulable if new else 0
        if state == before:
            return
        self.states[mark.name] = state
        self._record(seconds, self.nodes[mark.name], 0, 0, state, 0, NODE)
        if before & READY and not state & READY:
            self.marks.append(
                Mark(seconds, "lost", f"{mark.name} is {'not ready' if new else 'gone'}")
            )
        elif state & READY and not before & READY and mark.name in self.been_ready:
            self.marks.append(Mark(seconds, "back", f"{mark.name} is ready again"))
        if state & READY:
            self.been_ready.add(mark.name)

    def _pod(self, seconds: float, new: Any, old: Any) -> None:
        pod = new or old
        uid = pod.metadata.uid
        number = self.pods.setdefault(uid, len(self.pods))
        if number == len(self.words):
            self.words.append(_words(pod))
        before = self.shown.get(uid)
        if new is None:
            if before is not None:
                self.boxes[before[0]].give_back(before[1])
                del self.shown[uid]
                self._record(seconds, number, GONE, 0, before[2], before[3], POD)
            return
        name = plain(new.spec.node_name)
        box = self.nodes[name] + 1 if name in self.nodes else STRIP
        restarts = min(sum(s.restart_count for s in new.status.container_statuses), 255)
        look = LOOK_NUMBER[pod_look(new)]
        if before is not None and (before[0], before[2], before[3]) == (box, look, restarts):
            return
        slot = before[1] if before and before[0] == box else self.boxes[box].take()
        if before and before[0] != box:
            self.boxes[before[0]].give_back(before[1])
        self.shown[uid] = box, slot, look, restarts
        self._record(seconds, number, box, slot, look, restarts, POD)

    def _record(self, *fields: Any) -> None:
        self.records += RECORD.pack(*fields)
        self.count += 1


def _words(pod: Any) -> tuple[str, str, str, str]:
    """A pod's name, namespace, the label on its tile, and its owner."""
    name, owner = plain(pod.metadata.name), plain(owner_of(pod))
    short = name.rsplit("-", 1)[-1] if owner else name
    return name, plain(pod.metadata.namespace), short_label(short), owner

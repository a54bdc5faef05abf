"""Pods that wait for a node, in three places.

activeQ: next in line, by priority and then by age. Unschedulable: no node would take them; they
wait for something to change. backoffQ: something has changed, but they failed a moment ago, and
each failure makes them wait longer (1 s, 2 s, ... 10 s) - unless nobody else is in line. What may
help a pod is what the plugins that refused it say (their ``events``); whatever they missed is
made up for after five minutes. Models ``pkg/scheduler/backend/queue``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from heapq import heappop, heappush
from typing import Any

from kubelite.api.core_v1 import Pod
from kubelite.scheduler.framework import Hint
from kubelite.scheduler.nominator import Nominator
from kubelite.scheduler.profile import Framework
from kubelite.scheduler.types import PodInfo
from kubelite.sim.clock import MINUTE, SECOND, Clock, Timer

POD_INITIAL_BACKOFF = 1 * SECOND
POD_MAX_BACKOFF = 10 * SECOND
MAX_IN_UNSCHEDULABLE_PODS = 5 * MINUTE
UNSCHEDULABLE_FLUSH_INTERVAL = 30 * SECOND

ACTIVE = "activeQ"
BACKOFF = "backoffQ"
ERROR_BACKOFF = "errorBackoffQ"
UNSCHEDULABLE_PODS = "unschedulable"
GATED = "gated"
IN_FLIGHT = "in flight"
GONE = "gone"


class QueuedPodInfo:
    """A pod in the queue: where, since when, how often tried, and who refused it."""

    __slots__ = (
        "attempts",
        "backoff_until",
        "cause",
        "errors",
        "place",
        "pod",
        "rejected_by",
        "since",
        "ticket",
        "unschedulable",
    )

    def __init__(self, pod: PodInfo, now: int, cause: int):
        self.pod = pod
        self.since = now
        self.cause = cause
        self.attempts = 0
        self.unschedulable = 0
        self.errors = 0
        self.backoff_until = 0
        self.rejected_by: tuple[str, ...] = ()
        self.place = GONE
        self.ticket = 0  # of its entry in a heap; entries with an older one are void

    def __repr__(self) -> str:
        return f"<{self.pod.key} {self.place}, {self.attempts} attempts>"


Entry = tuple[tuple[int, ...], int, QueuedPodInfo]


class SchedulingQueue:
    """``wake`` is called whenever ``pop`` may have something to give.

    ``nominator`` keeps who was promised a node while waiting.
    """

    def __init__(self, clock: Clock, frameworks: Mapping[str, Framework], wake: Callable[[], None]):
        self.nominator = Nominator()
        self._clock = clock
        self._frameworks = frameworks
        self._sort_key = next(iter(frameworks.values())).queue_sort.sort_key
        self._wake = wake
        self._started = clock.now
        self._pods: dict[str, QueuedPodInfo] = {}
        self._heaps: dict[str, list[Entry]] = {ACTIVE: [], BACKOFF: [], ERROR_BACKOFF: []}
        self._lengths = {ACTIVE: 0, BACKOFF: 0, ERROR_BACKOFF: 0}
        self._tickets = 0
        self._unschedulable: dict[str, QueuedPodInfo] = {}
        self._gated: dict[str, QueuedPodInfo] = {}
        self._refused: dict[tuple[str, str], dict[str, QueuedPodInfo]] = {}
        self._backoff_timer: Timer | None = None
        self._flush_timer: Timer | None = None
        self._hints: dict[str, list[tuple[tuple[str, str], Hint]]] = {}
        for profile, framework in frameworks.items():
            for plugin in framework.plugins.values():
                for event, hint in plugin.events.items():
                    self._hints.setdefault(event, []).append(((profile, plugin.name), hint))

    def stop(self) -> None:
        """Forget everything."""
        for timer in (self._backoff_timer, self._flush_timer):
            if timer:
                timer.cancel()
        self._pods.clear()
        self._unschedulable.clear()
        self._gated.clear()
        self._refused.clear()
        for place, heap in self._heaps.items():
            heap.clear()
            self._lengths[place] = 0

    # Coming and going

    def add(self, pod: Pod) -> None:
        """A pod without a node has appeared."""
        info = PodInfo(pod)
        if pod.status.nominated_node_name:
            self.nominator.update(info)
        if info.uid not in self._pods:
            queued = QueuedPodInfo(info, self._clock.now, self._clock.cause)
            self._pods[info.uid] = queued
            self._line_up(queued)

    def update(self, old: Pod, new: Pod) -> None:
        """A pod without a node has changed. A change of its wishes earns it a new try,
        and so does a claim for devices that was made for it."""
        queued = self._pods.get(new.metadata.uid)
        if queued is None:
            self.add(new)
            return
        wishes = old.spec != new.spec or old.metadata.labels != new.metadata.labels
        made = new.status.resource_claim_statuses != old.status.resource_claim_statuses
        queued.pod = PodInfo(new)
        self._nominate_anew(old, queued.pod)
        if (wishes or made) and queued.place in (UNSCHEDULABLE_PODS, GATED):
            self._requeue(queued)

    def delete(self, uid: str) -> None:
        """The pod is gone, or somebody else gave it a node."""
        queued = self._pods.pop(uid, None)
        if queued is not None:
            self._leave(queued)

    def _nominate_anew(self, old: Pod, pod: PodInfo) -> None:
        """What the status says counts, once it has said something."""
        now = pod.pod.status.nominated_node_name
        if now or not old.status.nominated_node_name:
            self.nominator.update(pod)
        else:
            self.nominator.delete(pod.uid)

    def pop(self) -> QueuedPodInfo | None:
        """The next pod to decide on, or None. It is in flight until ``done`` or a failure."""
        queued = self._take(ACTIVE) or self._take(BACKOFF)
        if queued is not None:
            queued.place = IN_FLIGHT
            queued.attempts += 1
        return queued

    def done(self, uid: str) -> None:
        """The pod in flight has a node."""
        self._pods.pop(uid, None)

    def __len__(self) -> int:
        return self._lengths[ACTIVE] + self._lengths[BACKOFF]

    def places(self) -> dict[str, str]:
        """Where each pod waits, by key."""
        return {queued.pod.key: queued.place for queued in self._pods.values()}

    # Failing, and trying again

    def add_unschedulable(self, queued: QueuedPodInfo, rejected_by: tuple[str, ...]) -> None:
        """A try has failed: because of these plugins, or of an error if there are none."""
        queued.since = self._clock.now
        queued.rejected_by = rejected_by
        self._pods[queued.pod.uid] = queued
        if rejected_by:
            queued.unschedulable += 1
            queued.errors = 0
        else:
            queued.errors += 1
        wait = backoff_duration(queued.errors or queued.unschedulable)
        # Backoffs end at full seconds, so that those of one second are sorted by priority.
        queued.backoff_until = (queued.since + wait) // SECOND * SECOND + SECOND
        if not rejected_by:
            self._push(queued, ERROR_BACKOFF)
            return
        queued.place = UNSCHEDULABLE_PODS
        self._unschedulable[queued.pod.uid] = queued
        for plugin in rejected_by:
            self._refused.setdefault(self._refusal(queued, plugin), {})[queued.pod.uid] = queued
        self._arm_flush()

    def move(self, event: str, old: Any, new: Any) -> None:
        """Something happened: give a new try to the pods that it might help."""
        if not (self._unschedulable or self._gated):
            return
        for refusal, hint in self._hints.get(event, ()):
            for queued in list(self._refused.get(refusal, {}).values()):
                if hint(queued.pod, old, new):
                    queued.cause = self._clock.cause
                    self._requeue(queued)

    def activate(self, uid: str) -> None:
        """Give this pod a new try at once, if it waits."""
        queued = self._pods.get(uid)
        if queued is not None and queued.place == UNSCHEDULABLE_PODS:
            queued.backoff_until = 0
            self._requeue(queued)

    def _requeue(self, queued: QueuedPodInfo) -> None:
        self._leave(queued)
        self._pods[queued.pod.uid] = queued
        if queued.backoff_until > self._clock.now:
            self._push(queued, BACKOFF)
        else:
            self._line_up(queued)

    def _line_up(self, queued: QueuedPodInfo) -> None:
        framework = self._frameworks[queued.pod.needs.spec.scheduler_name]
        for plugin in framework.pre_enqueue:
            status = plugin.pre_enqueue(queued.pod)
            if status is not None:
                self._gate(queued, status.plugin)
                return
        self._push(queued, ACTIVE)

    def _gate(self, queued: QueuedPodInfo, plugin: str) -> None:
        """Out of the line, until something happens that this plugin waits for."""
        uid = queued.pod.uid
        queued.place, queued.rejected_by = GATED, (plugin,)
        self._gated[uid] = queued
        self._refused.setdefault(self._refusal(queued, plugin), {})[uid] = queued

    def _refusal(self, queued: QueuedPodInfo, plugin: str) -> tuple[str, str]:
        return (queued.pod.needs.spec.scheduler_name, plugin)

    # The heaps

    def _push(self, queued: QueuedPodInfo, place: str) -> None:
        self._tickets += 1
        queued.ticket = self._tickets
        queued.place = place
        key: tuple[int, ...] = self._sort_key(queued.pod, queued.since)
        if place != ACTIVE:
            key = (queued.backoff_until, *key)
        heappush(self._heaps[place], (key, queued.ticket, queued))
        self._lengths[place] += 1
        if place != ACTIVE:
            self._arm_backoff(queued.backoff_until)
        if place != ERROR_BACKOFF:
            self._wake()

    def _take(self, place: str) -> QueuedPodInfo | None:
        heap = self._heaps[place]
        while heap:
            _, ticket, queued = heappop(heap)
            if queued.ticket == ticket and queued.place == place:
                self._lengths[place] -= 1
                return queued
        return None

    def _leave(self, queued: QueuedPodInfo) -> None:
        uid = queued.pod.uid
        if queued.place in self._lengths:
            self._lengths[queued.place] -= 1
        elif queued.place in (UNSCHEDULABLE_PODS, GATED):
            self._unschedulable.pop(uid, None)
            self._gated.pop(uid, None)
            for plugin in queued.rejected_by:
                self._refused[self._refusal(queued, plugin)].pop(uid, None)
        queued.place = GONE

    # Time

    def _arm_backoff(self, when: int) -> None:
        timer = self._backoff_timer
        if timer is None or not timer.pending or timer.when > when:
            if timer:
                timer.cancel()
            self._backoff_timer = self._clock.at(when, self._flush_backoff)

    def _flush_backoff(self) -> None:
        """Those whose backoff is over line up again."""
        now = self._clock.now
        for place in (BACKOFF, ERROR_BACKOFF):
            heap = self._heaps[place]
            while heap and heap[0][0][0] <= now:
                if queued := self._take(place):
                    self._line_up(queued)
            if heap:
                self._arm_backoff(heap[0][0][0])

    def _arm_flush(self) -> None:
        if self._flush_timer and self._flush_timer.pending:
            return
        oldest = next(iter(self._unschedulable.values())).since
        late = oldest + MAX_IN_UNSCHEDULABLE_PODS - self._started
        rounds = late // UNSCHEDULABLE_FLUSH_INTERVAL + 1
        when = self._started + rounds * UNSCHEDULABLE_FLUSH_INTERVAL
        self._flush_timer = self._clock.at(when, self._flush_unschedulable)

    def _flush_unschedulable(self) -> None:
        """Those who have waited for five minutes get a try, whatever happened or did not."""
        self._flush_timer = None
        latest = self._clock.now - MAX_IN_UNSCHEDULABLE_PODS
        for queued in list(self._unschedulable.values()):
            if queued.since < latest:
                self._requeue(queued)
        if self._unschedulable:
            self._arm_flush()


def backoff_duration(failures: int) -> int:
    """1 s after the first failure, doubling up to 10 s; in microseconds."""
    return min(POD_INITIAL_BACKOFF << min(failures - 1, 10), POD_MAX_BACKOFF) if failures else 0

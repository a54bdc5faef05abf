"""The scheduler's loop: take the next pod, decide, assume, bind.

One decision is one clock event. Binding is a request like any other and goes on while the next
pod is decided on. Models ``pkg/scheduler/{scheduler,schedule_one}.go``.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from kubelite.api.apps_v1 import ReplicaSet
from kubelite.api.core_v1 import Pod, Service
from kubelite.api.freezing import freeze
from kubelite.apimachinery.rest import STRATEGIC_PATCH, Response
from kubelite.apimachinery.times import Time
from kubelite.client.client import Client
from kubelite.client.informer import Informer
from kubelite.scheduler.cache import Cache
from kubelite.scheduler.dra_manager import DRAManager
from kubelite.scheduler.eventhandlers import EventHandlers
from kubelite.scheduler.executor import NORMAL, Executor, Recorder
from kubelite.scheduler.framework import POD_DELETE, Listers, PreBindPlugin
from kubelite.scheduler.guest import PluginError
from kubelite.scheduler.profile import DEFAULT_PROFILE, Framework, Profile
from kubelite.scheduler.queue import QueuedPodInfo, SchedulingQueue
from kubelite.scheduler.schedule_one import Decision, schedule
from kubelite.scheduler.storage import StorageInformers
from kubelite.scheduler.types import PodInfo
from kubelite.sim.chance import Chance
from kubelite.sim.clock import MILLISECOND, Timer
from kubelite.sim.trace import Trace

CYCLE_LATENCY = 1 * MILLISECOND
"""How long one decision takes."""

SYNC_PERIOD = 100 * MILLISECOND
"""Between two looks whether all copies are filled."""

NOTE_LENGTH_LIMIT = 1024
DECISIONS_KEPT = 1_000
NODES_KEPT = 100_000
"""How many nodes the kept decisions may have looked at, all together."""

WARNING = "Warning"
UNSCHEDULABLE = "Unschedulable"
SCHEDULER_ERROR = "SchedulerError"


class Scheduler:
    """Gives nodes to the pods of its profiles' scheduler names.

    ``start`` begins with nothing known, as a fresh process does; ``stop`` is its death, and what
    was on its way to the API server still arrives.
    """

    def __init__(
        self,
        client: Client,
        chance: Chance,
        trace: Trace,
        recorder: Recorder,
        profiles: Sequence[Profile] = (DEFAULT_PROFILE,),
    ):
        self._client = client
        self._clock = client.clock
        self._trace = trace
        self._recorder = recorder
        self._draw = chance.stream("scheduler/tie").random
        self._profiles = profiles
        self._life = 0
        self.attempts = {"scheduled": 0, "unschedulable": 0, "error": 0}  # ever, by their result
        self._running = False
        self._synced = False
        self._next_cycle: Timer | None = None
        self._decisions: OrderedDict[str, Decision] = OrderedDict()  # the oldest first
        self._nodes_kept = 0
        self._set_up()

    def _set_up(self) -> None:
        client = self._client
        self.pods = Informer(client, "pods")
        self.nodes = Informer(client, "nodes")
        self.namespaces = Informer(client, "namespaces")
        self.replica_sets = Informer(client, "replicasets.apps")
        by_namespace = {"namespace": lambda service: (service.metadata.namespace,)}
        self.services = Informer(client, "services", indexers=by_namespace)
        self.budgets = Informer(client, "poddisruptionbudgets.policy")
        self.storage = StorageInformers(client)
        self.devices = DRAManager(client, lambda *news: self.queue.move(*news))
        listers = Listers(
            self._services_of,
            self._replica_set,
            self._namespace_labels,
            self.budgets.items,
            devices=self.devices,
            **self.storage.listers(),
        )
        self.frameworks = {
            p.scheduler_name: Framework(p, listers, self._clock.report) for p in self._profiles
        }
        self.cache = Cache()
        self.queue = SchedulingQueue(self._clock, self.frameworks, self._wake)
        self._executor = Executor(client, self._recorder, self.queue.activate)
        self._start_index = 0
        self.storage.tell(self.queue.move)
        handlers = EventHandlers(self.cache, self.queue, self.frameworks.__contains__)
        if any(profile.extra for profile in self._profiles):
            for copy in (self.pods, self.nodes):  # before a learner's plugin looks at them
                copy.on(freeze, lambda _, new: freeze(new))
        self.nodes.on(handlers.add_node, handlers.update_node, handlers.delete_node)
        self.pods.on(handlers.add_pod, handlers.update_pod, handlers.delete_pod)

    def start(self) -> None:
        """Learn what there is, and begin."""
        if self._running:
            return
        if self._life:
            self._set_up()
        self._life += 1
        self._running = True
        self._synced = False
        for informer in self._informers():
            informer.start()
        self._wake()

    def stop(self) -> None:
        """Die."""
        self._running = False
        self.devices.stop()
        for informer in self._informers():
            informer.stop()
        self.queue.stop()
        self._executor.stop()
        if self._next_cycle:
            self._next_cycle.cancel()

    def decision(self, key: str) -> Decision | None:
        """The last decision about the pod "namespace/name", while it is remembered."""
        return self._decisions.get(key)

    def _informers(self) -> Iterable[Informer]:
        others = (self.namespaces, self.services, self.replica_sets, self.budgets)
        kept = (*self.storage.informers, *self.devices.informers)
        return (*others, *kept, self.nodes, self.pods)

    # The loop

    def _wake(self) -> None:
        if self._running and not (self._next_cycle and self._next_cycle.pending):
            self._next_cycle = self._clock.after(CYCLE_LATENCY, self._schedule_one)

    # DOC: scheduler-cycle
    def _schedule_one(self) -> None:
        if not self._synced:
            self._synced = all(informer.synced for informer in self._informers())
            if not self._synced:  # an empty copy would look like an empty node
                self._next_cycle = self._clock.after(SYNC_PERIOD, self._schedule_one)
                return
        queued = self.queue.pop()
        if queued is None:
            return
        self._clock.cause = queued.cause
        pod = queued.pod
        if pod.terminating:
            self.queue.done(pod.uid)
            message = f"skip schedule deleting pod: {pod.key}"
            self._recorder.event(pod.pod, WARNING, "FailedScheduling", message)
        elif self.cache.is_assumed(pod.uid):
            self.queue.done(pod.uid)
        else:
            self._place(queued)
        if len(self.queue):
            self._wake()

    def _place(self, queued: QueuedPodInfo) -> None:
        """Decide on one pod, and do it."""
        pod = queued.pod
        framework = self.frameworks[pod.needs.spec.scheduler_name]
        snapshot = self.cache.snapshot
        nominator = self.queue.nominator
        try:
            decision = schedule(pod, snapshot, framework, self._start_index, self._draw, nominator)
        except PluginError as error:
            self._clock.report(error.mishap)
            self._fail(queued, SCHEDULER_ERROR, str(error), ())
            return
        if decision.nodes:
            self._start_index = (self._start_index + decision.evaluated) % decision.nodes
        self._remember(decision)
        node = decision.node
        if not node:
            if decision.victims:
                self._make_room(decision)
            rejected_by = tuple(decision.rejected_by)
            nominated = decision.nominated_node
            self._fail(queued, UNSCHEDULABLE, decision.message, rejected_by, nominated)
            return
        if nominator.by_node:
            nominator.delete(pod.uid)
        for plugin in framework.reserves:
            plugin.reserve(pod, snapshot.by_name[node])
        self.cache.assume_pod(pod, node)
        self.queue.done(pod.uid)
        todo = [p for p in framework.pre_binds if p.pre_bind_pre_flight(pod) is None]
        if todo:
            self._pre_bind(queued, node, todo)
        else:
            framework.binder.bind(self._client, pod, node, self._on_bound(queued, node))

    def _pre_bind(self, queued: QueuedPodInfo, node: str, todo: Sequence[PreBindPlugin]) -> None:
        """What has to be done first, one plugin after the other; then the binding."""
        life, plugin = self._life, todo[0]
        pod, cause = queued.pod, self._clock.cause

        def done(error: str) -> None:
            if life != self._life or not self._running:
                return
            if not self.cache.is_assumed(pod.uid):
                self._unreserve(pod)
                return
            self._clock.cause = cause
            if error:
                name = getattr(plugin, "name", "")
                self._binding_failed(queued, f'running PreBind plugin "{name}": {error}')
            elif todo[1:]:
                self._pre_bind(queued, node, todo[1:])
            else:
                framework = self.frameworks[pod.needs.spec.scheduler_name]
                framework.binder.bind(self._client, pod, node, self._on_bound(queued, node))

        plugin.pre_bind(self._client, pod, self.cache.snapshot.by_name[node], done)

    def _make_room(self, decision: Decision) -> None:
        """Evict the victims; pods that were promised the node and matter less look elsewhere."""
        pod, node = decision.pod, decision.nominated_node or ""
        for other in self.queue.nominator.below(pod, node):
            self.queue.nominator.delete(other.uid)
            self._executor.clear_nomination(other.pod)
        self._executor.preempt(pod, node, decision.victims)

    def _on_bound(self, queued: QueuedPodInfo, node: str) -> Callable[[Response], object]:
        life = self._life

        def bound(response: Response) -> None:
            if life != self._life or not self._running:
                return
            if response.ok:
                self.attempts["scheduled"] += 1
                message = f"Successfully assigned {queued.pod.key} to {node}"
                self._recorder.event(queued.pod.pod, NORMAL, "Scheduled", message)
            else:
                message = response.body.message
                binder = self.frameworks[queued.pod.needs.spec.scheduler_name].binder
                name = getattr(binder, "name", "")
                self._binding_failed(queued, f'running Bind plugin "{name}": {message}')

        return bound

    def _binding_failed(self, queued: QueuedPodInfo, message: str) -> None:
        pod = queued.pod
        self._unreserve(pod)
        if self.cache.forget_pod(pod.uid):
            self.queue.move(POD_DELETE, pod.pod, None)
        self._fail(queued, SCHEDULER_ERROR, message, ())

    def _unreserve(self, pod: PodInfo) -> None:
        for plugin in self.frameworks[pod.needs.spec.scheduler_name].reserves:
            plugin.unreserve(self._client, pod)

    def _fail(
        self,
        queued: QueuedPodInfo,
        reason: str,
        message: str,
        rejected_by: tuple[str, ...],
        nominated_node: str | None = None,
    ) -> None:
        """Back into the queue, an event, and a condition that says why."""
        self.attempts["unschedulable" if reason == UNSCHEDULABLE else "error"] += 1
        pod = queued.pod.pod
        current: Pod | None = self.pods.get(queued.pod.key)
        same = current is not None and current.metadata.uid == queued.pod.uid
        if current is not None and same and not current.spec.node_name:
            queued.pod = type(queued.pod)(current)
            if nominated_node is not None:
                self.queue.nominator.add(queued.pod, nominated_node)
            self.queue.add_unschedulable(queued, rejected_by)
        else:
            self.queue.done(queued.pod.uid)
        note = message
        if len(note) > NOTE_LENGTH_LIMIT:
            note = note[: NOTE_LENGTH_LIMIT - 4] + " ..."
        self._recorder.event(pod, WARNING, "FailedScheduling", note)
        self._write_condition(pod, reason, message, nominated_node)

    def _write_condition(
        self, pod: Pod, reason: str, message: str, nominated_node: str | None
    ) -> None:
        """PodScheduled=False and the promised node, unless the pod says so already."""
        since = Time(self._clock.now)
        promised = pod.status.nominated_node_name
        nominated = promised if nominated_node is None else nominated_node
        for condition in pod.status.conditions:
            if condition.type == "PodScheduled" and condition.status == "False":
                said = (condition.reason, condition.message, promised)
                if said == (reason, message, nominated):
                    return
                since = condition.last_transition_time or since
        written = {
            "type": "PodScheduled",
            "status": "False",
            "reason": reason,
            "message": message,
            "lastTransitionTime": since.wire(),
        }
        meta = pod.metadata
        status: dict[str, Any] = {"conditions": [written]}
        if nominated != promised:
            status["nominatedNodeName"] = nominated or None
        patch = {"status": status}
        self._client.patch(
            "pods", meta.name, meta.namespace, patch, STRATEGIC_PATCH, subresource="status"
        )

    def _remember(self, decision: Decision) -> None:
        """Keep the decision for those who ask, and put it into the story."""
        pod, decisions = decision.pod, self._decisions
        if pod.key in decisions:
            self._nodes_kept -= decisions.pop(pod.key).evaluated
        decisions[pod.key] = decision
        self._nodes_kept += decision.evaluated
        while len(decisions) > DECISIONS_KEPT or self._nodes_kept > NODES_KEPT:
            _, oldest = decisions.popitem(last=False)
            self._nodes_kept -= oldest.evaluated
        meta = pod.pod.metadata
        note = decision.node or decision.message
        self._clock.cause = self._trace.record(
            "kube-scheduler", "schedule", ("pods", meta.namespace, meta.name), note=note
        )

    # What plugins may ask

    def _services_of(self, namespace: str) -> Iterable[Service]:
        return self.services.index("namespace", namespace)

    def _replica_set(self, namespace: str, name: str) -> ReplicaSet | None:
        return self.replica_sets.get(f"{namespace}/{name}")

    def _namespace_labels(self) -> Mapping[str, Mapping[str, str]]:
        return {space.metadata.name: space.metadata.labels for space in self.namespaces.items()}

"""The horizontal pod autoscaler: every 15 s it reads the metrics, decides, and scales.

Models ``pkg/controller/podautoscaler/horizontal.go``.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from kubelite.api import SCHEME
from kubelite.api.autoscaling_v1 import Scale
from kubelite.api.autoscaling_v2 import (
    HorizontalPodAutoscaler,
    HorizontalPodAutoscalerCondition,
    HorizontalPodAutoscalerStatus,
    MetricStatus,
)
from kubelite.apimachinery.errors import Status
from kubelite.apimachinery.rest import MERGE_PATCH, Request, Response
from kubelite.apimachinery.scheme import Kind, UnknownKind
from kubelite.apimachinery.struct import replace
from kubelite.apimachinery.times import SECOND, Time
from kubelite.client.client import Client
from kubelite.client.consistency import ConsistencyStore
from kubelite.client.controller import Action, Emit, Patch, Requeue, Update
from kubelite.client.events import NORMAL, WARNING, EventRecorder
from kubelite.client.informer import key_of
from kubelite.client.workqueue import WorkQueue
from kubelite.controllers.base import ManagedController, Manager
from kubelite.controllers.podautoscaler import behavior
from kubelite.controllers.podautoscaler.behavior import Memory
from kubelite.controllers.podautoscaler.metrics import Metrics, Reading, Unreadable

SYNC_PERIOD = 15 * SECOND

ABLE, ACTIVE, LIMITED = "AbleToScale", "ScalingActive", "ScalingLimited"
READY_TO_SCALE = ("ReadyForNewScale", "recommended size matches current size")
GOT_SCALE = (
    "SucceededGetScale",
    "the HPA controller was able to get the target's current scale",
)
DISABLED = (
    "ScalingDisabled",
    "scaling is disabled since the replica count of the target is zero",
)


class Draft:
    """An autoscaler's status in the making, and the events on the way."""

    def __init__(self, hpa: HorizontalPodAutoscaler, now: int):
        self.hpa = hpa
        self.conditions = {found.type: found for found in hpa.status.conditions}
        self.events: list[Action] = []
        self.readings: tuple[MetricStatus, ...] = hpa.status.current_metrics
        self._now = Time(now // SECOND * SECOND)

    def condition(self, kind: str, holds: bool, reason: str, message: str) -> None:
        """Set one condition; its time changes only with its status."""
        status, old = "True" if holds else "False", self.conditions.get(kind)
        since = old.last_transition_time if old and old.status == status else self._now
        self.conditions[kind] = HorizontalPodAutoscalerCondition(
            type=kind,
            status=status,
            reason=reason,
            message=message,
            last_transition_time=since,
            observed_generation=self.hpa.metadata.generation,
        )

    def warn(self, reason: str, message: str) -> None:
        """Report trouble."""
        self.events.append(Emit(self.hpa, WARNING, reason, message))

    def update(self, current: int, desired: int, scaled: bool = False) -> list[Action]:
        """The write of the status, if it says something new."""
        old = self.hpa.status
        status = HorizontalPodAutoscalerStatus(
            observed_generation=self.hpa.metadata.generation,
            last_scale_time=self._now if scaled else old.last_scale_time,
            current_replicas=current,
            desired_replicas=desired,
            current_metrics=self.readings,
            conditions=tuple(self.conditions.values()),
        )
        return [] if status == old else [Update(replace(self.hpa, status=status), "status")]


class HorizontalController(ManagedController):
    """Looks at each HorizontalPodAutoscaler when it comes, and every 15 s from then on."""

    name = "horizontal-pod-autoscaler"

    def __init__(self, client: Client, recorder: EventRecorder, manager: Manager):
        super().__init__(client, recorder, manager)
        self.queue = WorkQueue(self.clock, self._wake, SYNC_PERIOD, SYNC_PERIOD)
        self.autoscalers = manager.informer("horizontalpodautoscalers.autoscaling")
        self.consistency: ConsistencyStore = ConsistencyStore(self.autoscalers)
        self._metrics = Metrics(client)
        self._memory: dict[str, Memory] = {}
        self.autoscalers.on(
            add=lambda hpa: self.queue.add(key_of(hpa)),
            delete=lambda hpa: self._memory.pop(key_of(hpa), None),
        )

    def crash(self) -> None:
        """What it remembered of the last minutes is lost, too."""
        super().crash()
        self._memory.clear()
        for hpa in self.autoscalers.items():
            self.queue.add(key_of(hpa))

    # DOC: hpa-sync
    def sync(self, key: str) -> Sequence[Action]:
        """One look at one autoscaler; the next is 15 s later."""
        hpa: HorizontalPodAutoscaler | None = self.autoscalers.get(key)
        if hpa is None:
            return ()
        draft = Draft(hpa, self.clock.now)
        actions = self._reconcile(hpa, draft, self._memory.setdefault(key, Memory()))
        return [*draft.events, *actions, Requeue(SYNC_PERIOD)]

    def _reconcile(
        self, hpa: HorizontalPodAutoscaler, draft: Draft, memory: Memory
    ) -> list[Action]:
        ref, status = hpa.spec.scale_target_ref, hpa.status
        try:
            kind = SCHEME.by_kind(ref.api_version, ref.kind)
            scale = self._scale(kind, hpa.metadata.namespace, ref.name)
        except (UnknownKind, Unreadable) as error:
            draft.warn("FailedGetScale", str(error))
            text = f"the HPA controller was unable to get the target's current scale: {error}"
            draft.condition(ABLE, False, "FailedGetScale", text)
            return draft.update(status.current_replicas, status.desired_replicas)
        draft.condition(ABLE, True, *GOT_SCALE)
        current = scale.spec.replicas
        memory.begin(current, self.clock.now)
        try:
            desired, reason = self._desired(hpa, draft, memory, scale)
        except Unreadable as error:
            draft.warn("FailedComputeMetricsReplicas", str(error))
            return draft.update(current, status.desired_replicas)
        if desired == current:
            return draft.update(current, current)
        return self._rescale(hpa, draft, kind, current, desired, reason)

    def _scale(self, kind: Kind, namespace: str, name: str) -> Scale:
        if "scale" not in kind.subresources:
            raise Unreadable("the server could not find the requested resource")
        asked = Request("get", kind.resource, namespace, name, "scale", component=self.name)
        answer = self.client.api.handle(asked)
        if answer.code == 404:
            group = f".{kind.group}" if kind.group else ""
            raise Unreadable(f'{kind.plural}/scale{group} "{name}" not found')
        found: Scale = answer.unwrap()
        return found

    def _desired(
        self, hpa: HorizontalPodAutoscaler, draft: Draft, memory: Memory, scale: Scale
    ) -> tuple[int, str]:
        """How many replicas there should be, and why. Raises Unreadable."""
        spec, current = hpa.spec, scale.spec.replicas
        least = 1 if spec.min_replicas is None else spec.min_replicas
        if current == 0 and least != 0:
            draft.condition(ACTIVE, False, *DISABLED)
            return 0, ""
        if current > spec.max_replicas:
            return spec.max_replicas, "Current number of replicas above Spec.MaxReplicas"
        if current < least:
            return least, "Current number of replicas below Spec.MinReplicas"
        asked, metric = self._by_metrics(hpa, draft, scale)
        reason = f"{metric} above target" if asked > current else "All metrics below target"
        return self._normalised(hpa, draft, memory, current, asked, least), reason

    def _by_metrics(
        self, hpa: HorizontalPodAutoscaler, draft: Draft, scale: Scale
    ) -> tuple[int, str]:
        """The most that any metric asks for; one that cannot be read forbids shrinking."""
        if not scale.status.selector:
            draft.warn("SelectorRequired", "selector is required")
            text = "the HPA target's scale is missing a selector"
            draft.condition(ACTIVE, False, "InvalidSelector", text)
            raise Unreadable("selector is required")
        good: list[Reading] = []
        statuses: list[MetricStatus] = []
        faults: list[Unreadable] = []
        for metric in hpa.spec.metrics:
            try:
                reading = self._metrics.read(hpa, metric, scale)
            except Unreadable as fault:
                draft.warn(fault.reason, fault.event)
                faults.append(fault)
                statuses.append(MetricStatus())
            else:
                good.append(reading)
                statuses.append(reading.status)
        draft.readings = tuple(statuses)
        best = max(good, key=lambda reading: reading.replicas, default=None)
        if best is None or (faults and best.replicas < scale.spec.replicas):
            text = f"the HPA was unable to compute the replica count: {faults[0].event}"
            draft.condition(ACTIVE, False, faults[0].reason, text)
            count = f"{len(faults)} invalid out of {len(hpa.spec.metrics)}"
            raise Unreadable(f"invalid metrics ({count}), first error is: {faults[0]}")
        text = "the HPA was able to successfully calculate a replica count from " + best.name
        draft.condition(ACTIVE, True, "ValidMetricFound", text)
        return best.replicas, best.name

    def _normalised(
        self,
        hpa: HorizontalPodAutoscaler,
        draft: Draft,
        memory: Memory,
        current: int,
        asked: int,
        least: int,
    ) -> int:
        """What was asked for, as slowly as the rules want it."""
        now, most, rules = self.clock.now, hpa.spec.max_replicas, hpa.spec.behavior
        if rules is None or rules.scale_up is None or rules.scale_down is None:
            stable = behavior.stabilised(memory, asked, now)
            why = ("ScaleDownStabilized", behavior.HIGHER)
            outcome = behavior.limited(current, stable, least, most)
        else:
            up, down = rules.scale_up, rules.scale_down
            steady = behavior.stabilised_by_rules(memory, current, asked, up, down, now)
            stable, why = steady.replicas, (steady.reason, steady.message)
            outcome = behavior.limited_by_rules(memory, current, stable, least, most, up, down, now)
        draft.condition(ABLE, True, *(READY_TO_SCALE if stable == asked else why))
        draft.condition(LIMITED, outcome.replicas != stable, outcome.reason, outcome.message)
        return outcome.replicas

    def _rescale(
        self,
        hpa: HorizontalPodAutoscaler,
        draft: Draft,
        kind: Kind,
        current: int,
        desired: int,
        reason: str,
    ) -> list[Action]:
        """Write the scale, then say so."""
        text = f"the HPA controller was able to update the target scale to {desired}"
        draft.condition(ABLE, True, "SucceededRescale", text)
        told = f"New size: {desired}; reason: {reason}"
        name, change = hpa.spec.scale_target_ref.name, {"spec": {"replicas": desired}}
        where = hpa.metadata.namespace
        return [
            Patch(kind.resource, name, where, change, MERGE_PATCH, "scale"),
            Emit(hpa, NORMAL, "SuccessfulRescale", told),
            *draft.update(current, desired, scaled=True),
        ]

    def succeeded(self, key: str, action: Action, result: Any) -> None:
        """A new scale has been written: remember by how much it changed."""
        hpa: HorizontalPodAutoscaler | None = self.autoscalers.get(key)
        if not isinstance(action, Patch) or hpa is None or hpa.spec.behavior is None:
            return
        before, after = hpa.status.current_replicas, result.spec.replicas
        rules = hpa.spec.behavior.scale_up if after > before else hpa.spec.behavior.scale_down
        if rules is not None and after != before:
            self._memory.setdefault(key, Memory()).scaled(before, after, rules, self.clock.now)

    def failed(self, key: str, dropped: Sequence[Action], status: Status) -> None:
        """The scale could not be written: say so; the key comes back."""
        if not isinstance(dropped[0], Patch):
            return
        for action in dropped:
            if isinstance(action, Emit):
                hpa, text = action.involved, f"{action.message}; error: {status.message}"
                self.recorder.event(hpa, WARNING, "FailedRescale", text)
                draft = Draft(hpa, self.clock.now)
                text = f"the HPA controller was unable to update the target scale: {status.message}"
                draft.condition(ABLE, False, "FailedUpdateScale", text)
                for write in draft.update(hpa.status.current_replicas, hpa.status.desired_replicas):
                    if isinstance(write, Update):
                        self.client.update_status(write.obj, partial(self._said, key))

    def _said(self, key: str, response: Response) -> None:
        if response.ok:
            self.consistency.wrote(key, response.body)

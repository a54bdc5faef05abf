"""Carrying out a preemption: each victim is marked, then deleted, then told of in an event.

The decision names node and victims; here are the requests, which go on while the scheduler
decides on other pods. Models ``pkg/scheduler/framework/preemption/executor.go``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from kubelite.api.core_v1 import Pod
from kubelite.apimachinery.rest import STRATEGIC_PATCH, Response
from kubelite.apimachinery.times import SECOND, Time
from kubelite.client.client import Client
from kubelite.scheduler.preemption import PREEMPTION_BY_SCHEDULER
from kubelite.scheduler.types import PodInfo

NORMAL = "Normal"


class Recorder(Protocol):
    """What writes Event objects: ``kubelite.client.events.EventRecorder``."""

    def event(self, involved: Pod, type: str, reason: str, message: str) -> None:
        """Report something about a pod."""
        ...


class Executor:
    """Evicts victims. ``retry`` is called with the uid of a pod whose preemption went wrong."""

    def __init__(self, client: Client, recorder: Recorder, retry: Callable[[str], object]):
        self._client = client
        self._recorder = recorder
        self._retry = retry
        self._stopped = False

    def stop(self) -> None:
        """The scheduler has died: what it has not asked for yet is never asked for."""
        self._stopped = True

    # DOC: preemption-execute
    def preempt(self, preemptor: PodInfo, node: str, victims: Sequence[PodInfo]) -> None:
        """Make room on ``node``; who is on the way out already needs no second request."""
        for victim in victims:
            if not victim.terminating:
                self._mark(preemptor, node, victim.pod)

    def clear_nomination(self, pod: Pod) -> None:
        """Tell a less important pod that its node was promised to somebody else."""
        meta = pod.metadata
        patch = {"status": {"nominatedNodeName": None}}
        self._patch(meta.name, meta.namespace, patch, lambda response: None)

    def _mark(self, preemptor: PodInfo, node: str, victim: Pod) -> None:
        meta, name = victim.metadata, preemptor.needs.spec.scheduler_name
        target = {
            "type": "DisruptionTarget",
            "status": "True",
            "reason": PREEMPTION_BY_SCHEDULER,
            "message": f"{name}: preempting to accommodate a higher priority pod",
            "observedGeneration": meta.generation,
            "lastTransitionTime": Time(self._client.clock.now // SECOND * SECOND).wire(),
        }
        patch = {"metadata": {"uid": meta.uid}, "status": {"conditions": [target]}}

        def marked(response: Response) -> None:
            if self._goes_on(preemptor, response):
                self._delete(preemptor, node, victim)

        self._patch(meta.name, meta.namespace, patch, marked)

    def _delete(self, preemptor: PodInfo, node: str, victim: Pod) -> None:
        def deleted(response: Response) -> None:
            if self._goes_on(preemptor, response):
                message = f"Preempted by pod {preemptor.uid} on node {node}"
                self._recorder.event(victim, NORMAL, "Preempted", message)

        meta = victim.metadata
        self._client.delete("pods", meta.name, meta.namespace, deleted, meta.uid)

    def _goes_on(self, preemptor: PodInfo, response: Response) -> bool:
        """Whether the next step is due. A victim that is gone needs none; a failure a new try."""
        if not response.ok and response.code != 404 and not self._stopped:
            self._retry(preemptor.uid)
        return response.ok and not self._stopped

    def _patch(
        self, name: str, namespace: str, patch: object, then: Callable[[Response], object]
    ) -> None:
        self._client.patch("pods", name, namespace, patch, STRATEGIC_PATCH, then, "status")

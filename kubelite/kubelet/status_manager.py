"""Telling the API server how pods are: one write at a time for each pod, the newest last.

Models ``pkg/kubelet/status/status_manager.go``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kubelite.api.core_v1 import PodStatus
from kubelite.apimachinery.errors import StatusError
from kubelite.apimachinery.rest import Response
from kubelite.apimachinery.struct import replace
from kubelite.client import Client
from kubelite.kubelet.conditions import OWNED
from kubelite.sim.clock import SECOND

if TYPE_CHECKING:
    from kubelite.kubelet.podworkers import PodWorker

CONFLICT = 409
NOT_FOUND = 404
RETRY = 10 * SECOND


class StatusManager:
    """Writes pod statuses, and in the end asks for the removal of pods that are done."""

    def __init__(self, client: Client):
        self._client = client

    def set_status(self, worker: PodWorker, status: PodStatus) -> None:
        """``status`` is true from now on; it is written unless it says nothing new."""
        if worker.status is not None and status == worker.status:
            return
        worker.status = status
        worker.unsent = True
        self._send(worker)

    # DOC: status-reconcile
    def reconcile(self, worker: PodWorker) -> None:
        """Somebody has written the pod: if its status is not the true one, write that again."""
        true, told = worker.status, worker.pod.status
        if true is None or worker.unsent or worker.in_flight or _tells(told) == _tells(true):
            return
        if told.phase in ("Succeeded", "Failed"):
            return  # an end is final, whoever declared it
        worker.unsent = True
        self._send(worker)

    def finish(self, worker: PodWorker) -> None:
        """The pod was deleted and nothing of it runs: once its status is known, remove it."""
        worker.finished = True
        self._send(worker)

    def _send(self, worker: PodWorker) -> None:
        if worker.in_flight or worker.closed or worker.removing:
            return
        if not worker.unsent:
            if worker.finished:
                self._remove(worker)
            return
        assert worker.status is not None
        worker.in_flight, worker.unsent = True, False
        others = tuple([c for c in worker.pod.status.conditions if c.type not in OWNED])
        owned = tuple([c for c in worker.status.conditions if c.type in OWNED])
        status = replace(worker.status, conditions=others + owned)
        self._client.update_status(
            replace(worker.pod, status=status), lambda response: self._answered(worker, response)
        )

    def _answered(self, worker: PodWorker, response: Response) -> None:
        worker.in_flight = False
        if worker.closed:
            return
        if response.ok:
            worker.saw(response.body)
            if worker.pod is not response.body:  # written again while the answer was on its way
                self.reconcile(worker)
        elif response.code == NOT_FOUND:
            return
        else:
            worker.unsent = True
            if response.code != CONFLICT:
                self._client.clock.after(RETRY, self._send, worker)
                return
            meta = worker.pod.metadata
            try:
                fresh = self._client.get("pods", meta.name, meta.namespace)
            except StatusError as error:
                if error.code != NOT_FOUND:
                    self._client.clock.after(RETRY, self._send, worker)
                return
            if fresh.metadata.uid != worker.uid:
                return
            worker.saw(fresh)
        self._send(worker)

    def _remove(self, worker: PodWorker) -> None:
        """Ask for it once: a pod that a finalizer still holds has no more to be told."""
        meta = worker.pod.metadata
        worker.removing = True

        def answered(response: Response) -> None:
            if not response.ok and response.code not in (NOT_FOUND, CONFLICT):
                worker.removing = False
                self._client.clock.after(RETRY, self._send, worker)

        self._client.delete(
            "pods", meta.name, meta.namespace, answered, uid=meta.uid, grace_period_seconds=0
        )


def _tells(status: PodStatus) -> tuple[Any, ...]:
    """What a kubelet says of a pod, without what others add or the server rounds."""
    owned = sorted((c.type, c.status) for c in status.conditions if c.type in OWNED)
    containers = tuple((c.name, c.ready, c.restart_count) for c in status.container_statuses)
    return status.phase, owned, containers

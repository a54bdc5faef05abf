"""ResourceQuota: counts what each quota's namespace really holds.

Admission charges what is created; this controller gives back what is deleted or has ended, and
counts everything anew once in five minutes. Models pkg/controller/resourcequota.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from kubelite.api import SCHEME, quota
from kubelite.api.core_v1 import Pod, ResourceList, ResourceQuota, ResourceQuotaStatus
from kubelite.apimachinery.errors import Status
from kubelite.apimachinery.struct import replace
from kubelite.client.client import Client
from kubelite.client.controller import Action, Requeue, Update
from kubelite.client.events import EventRecorder
from kubelite.client.informer import key_of
from kubelite.controllers.base import ManagedController, Manager
from kubelite.sim.clock import MINUTE

RESYNC_PERIOD = 5 * MINUTE
ENDED = ("Succeeded", "Failed")


class ResourceQuotaController(ManagedController):
    """Watches quotas, and from the first quota on whatever can be counted."""

    name = "resourcequota-controller"

    def __init__(self, client: Client, recorder: EventRecorder, manager: Manager):
        super().__init__(client, recorder, manager)
        self.quotas = manager.informer("resourcequotas")
        self.quotas.on(add=self._added, update=self._updated)
        self._counted: set[str] = set()  # resources whose deletions are listened to

    def _added(self, found: ResourceQuota) -> None:
        self._listen(found)
        self.queue.add(key_of(found))

    def _updated(self, old: ResourceQuota, new: ResourceQuota) -> None:
        self._listen(new)
        if old.spec != new.spec:
            self.queue.add(key_of(new))

    def _listen(self, found: ResourceQuota) -> None:
        """Hear of the ends of what this quota counts; nobody pays for what no quota counts."""
        for kind in SCHEME:
            resource = kind.resource
            if resource in self._counted or not quota.matching(resource, found.spec.hard):
                continue
            self._counted.add(resource)
            informer = self.manager.informer(resource)
            changed = self._pod_changed if resource == "pods" else None
            if resource == "services":
                changed = self._service_changed
            informer.on(update=changed, delete=partial(self._gone, resource))
            if not informer.synced:
                informer.start()

    def _pod_changed(self, old: Pod, new: Pod) -> None:
        if new.status.phase in ENDED and old.status.phase not in ENDED:
            self._gone("pods", new)

    def _service_changed(self, old: Any, new: Any) -> None:
        if old.spec.type != new.spec.type or old.spec.ports != new.spec.ports:
            self._gone("services", new)

    def _gone(self, resource: str, obj: Any) -> None:
        for found in self.quotas.items():
            same = found.metadata.namespace == obj.metadata.namespace
            if same and quota.matching(resource, found.spec.hard):
                self.queue.add(key_of(found))

    # DOC: quota-count
    def sync(self, key: str) -> Sequence[Action]:
        """Take over the limits of the spec, and count what is used of them."""
        found: ResourceQuota | None = self.quotas.get(key)
        if found is None:
            return ()
        hard = found.spec.hard
        status = ResourceQuotaStatus(hard=hard, used=self._used(found))
        again = Requeue(RESYNC_PERIOD)
        if status == found.status:
            return (again,)
        return Update(replace(found, status=status), "status"), again

    def failed(self, key: str, dropped: Sequence[Action], status: Status) -> None:
        """Admission has charged something meanwhile; the key comes back."""

    def _used(self, found: ResourceQuota) -> ResourceList:
        hard = found.spec.hard
        counting = replace(found, status=ResourceQuotaStatus(hard=hard))
        used: ResourceList = {name: quota.NONE for name in hard}
        for kind in SCHEME:
            resource = kind.resource
            if not quota.matching(resource, hard) or resource in quota.IGNORED:
                continue
            for obj in self.client.list(resource, found.metadata.namespace).items:
                if quota.counts(counting, resource, obj):
                    used = quota.added(used, quota.usage(resource, obj, self.clock.now))
        return quota.masked(used, hard)

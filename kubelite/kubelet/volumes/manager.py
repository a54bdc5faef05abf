"""The volume manager of one node: mounts before containers start, updates, unmounts in the end.

A volume that cannot be mounted is tried again after 0.5 s, 1 s, ... 2 min 2 s, and its pod waits in
ContainerCreating. Files that were made of other objects follow those at the pod's next resync.
Models ``pkg/kubelet/volumemanager`` with its reconciler, and
``pkg/util/goroutinemap/exponentialbackoff``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from kubelite.api.core_v1 import Container, Volume
from kubelite.apimachinery.quantity import Quantity
from kubelite.client import Client
from kubelite.kubelet import events
from kubelite.kubelet.cri import Mount, Runtime
from kubelite.kubelet.volumes.mounting import Mounted, MountError, Mounting, NotAttached
from kubelite.kubelet.volumes.references import References
from kubelite.kubelet.volumes.sources import source_of
from kubelite.kubelet.volumes.subpath import mount_of
from kubelite.sim.chance import Stream
from kubelite.sim.clock import MILLISECOND, SECOND, Clock, Timer

if TYPE_CHECKING:
    from kubelite.kubelet.podworkers import PodWorker, Reporter

FIRST_RETRY = 500 * MILLISECOND
LONGEST_RETRY = 122 * SECOND

ATTACH_TIMEOUT = 123 * SECOND
"""How long a pod waits for its disks before it says so: ``podAttachAndMountTimeout``."""

MONITORING = 10 * SECOND
"""How often the eviction manager looks: ``pkg/kubelet/eviction/eviction_manager.go``."""

RECONCILE = 100 * MILLISECOND
"""How often the reconciler looks: ``pkg/kubelet/volumemanager/volume_manager.go``."""

RESYNC = 60 * SECOND
RESYNC_JITTER = 0.5
"""A pod is synced again after one to one and a half minutes: ``pkg/kubelet/pod_workers.go``."""

_Expand = Callable[[str], str]


class _PodVolumes:
    """The volumes of one pod."""

    def __init__(self, worker: PodWorker, used: tuple[Volume, ...], now: int):
        self.worker = worker
        self.used = used
        self.mounted: dict[str, Mounted] = {}
        self.delays: dict[str, int] = {}
        self.timers: dict[str, Timer] = {}
        self.synced = self.told = now
        self.resync: Timer | None = None

    def cancel(self) -> None:
        """Nothing more is to be done for the pod."""
        for timer in self.timers.values():
            timer.cancel()
        if self.resync is not None:
            self.resync.cancel()


class VolumeManager:
    """Mounts the volumes of this node's pods."""

    def __init__(
        self,
        clock: Clock,
        client: Client,
        runtime: Runtime,
        reporter: Reporter,
        node_name: str,
        node_ip: str,
        allocatable: Callable[[], Mapping[str, Quantity]],
        jitter: Stream,
    ):
        self._clock = clock
        self._client = client
        self._runtime = runtime
        self._reporter = reporter
        self._node_name = node_name
        self._node_ip = node_ip
        self._allocatable = allocatable
        self._jitter = jitter
        self._pods: dict[str, _PodVolumes] = {}
        self.references = References(client, self._changed)

    # Before containers start

    def mount(self, worker: PodWorker) -> bool:
        """Whether all volumes are there. If not, the worker is synced again when they are."""
        pod = self._pods.get(worker.uid)
        if pod is None or pod.worker is not worker:
            pod = _PodVolumes(worker, _used(worker), self._clock.now)
            self._pods[worker.uid] = pod
            for volume in pod.used:
                self._set_up(pod, volume)
        return len(pod.mounted) == len(pod.used)

    def mounts(self, worker: PodWorker, container: Container, expand: _Expand) -> tuple[Mount, ...]:
        """What the runtime is to mount for a container. Raises ``MountError``."""
        mounted = self._pods[worker.uid].mounted
        return tuple([mount_of(m, mounted[m.name], expand) for m in container.volume_mounts])

    def mounted(self, worker: PodWorker, name: str) -> Mounted | None:
        """One volume of a pod, None when there is no such volume."""
        pod = self._pods.get(worker.uid)
        return pod.mounted.get(name) if pod is not None else None

    # DOC: volume-mount
    def _set_up(self, pod: _PodVolumes, volume: Volume) -> bool:
        """Mount one volume, or bring it up to date; try again later when that fails."""
        name = volume.name
        mount, source = source_of(volume)
        try:
            mounted = mount(self._mounting(pod, name, source))
        except NotAttached:
            pod.timers[name] = self._clock.after(SECOND, self._retry, pod, volume)
            self._overdue(pod)
            return False
        except MountError as problem:
            message = problem.message or f'MountVolume.SetUp failed for volume "{name}" : {problem}'
            self._reporter.event(pod.worker.pod, "Warning", events.FAILED_MOUNT, message)
            delay = pod.delays[name] = (
                min(pod.delays.get(name, 0) * 2, LONGEST_RETRY) or FIRST_RETRY
            )
            pod.timers[name] = self._clock.after(delay, self._retry, pod, volume)
            return False
        pod.delays.pop(name, None)
        pod.mounted[name] = mounted
        if mounted.renew_at:
            self._schedule(pod, mounted.renew_at)
        if mounted.quota:
            mounted.tree.quota = mounted.quota
            mounted.tree.overrun = lambda: self._overrun(pod, volume)
        return True

    def _overdue(self, pod: _PodVolumes) -> None:
        """Every 2 min 3 s without its disks a pod says which ones are missing."""
        if self._clock.now - pod.told < ATTACH_TIMEOUT:
            return
        pod.told = self._clock.now
        names = " ".join(volume.name for volume in pod.used if volume.name not in pod.mounted)
        message = (
            f"Unable to attach or mount volumes: unmounted volumes=[{names}], unattached "
            f"volumes=[{names}], failed to process volumes=[]: context deadline exceeded"
        )
        self._reporter.event(pod.worker.pod, "Warning", events.FAILED_MOUNT, message)

    def _retry(self, pod: _PodVolumes, volume: Volume) -> None:
        del pod.timers[volume.name]
        waiting = len(pod.mounted) < len(pod.used)
        self._set_up(pod, volume)
        if waiting and len(pod.mounted) == len(pod.used):
            pod.synced = self._clock.now
            pod.worker.sync()

    def _mounting(self, pod: _PodVolumes, name: str, source: object) -> Mounting:
        meta = pod.worker.pod.metadata
        status = pod.worker.runtime_status
        return Mounting(
            pod.worker.pod,
            name,
            source,
            self._runtime.disk,
            self._client,
            self._node_name,
            lambda resource, wanted: self.references.get(
                meta.uid, resource, meta.namespace, wanted
            ),
            self._allocatable(),
            self._clock.now,
            (status.ip, self._node_ip),
        )

    # While containers run

    def pod_changed(self, worker: PodWorker) -> None:
        """The pod's labels or annotations are others: that syncs it, and its files follow."""
        pod = self._pods.get(worker.uid)
        if pod is not None and len(pod.mounted) == len(pod.used):
            self._schedule(pod, self._clock.now + RECONCILE)

    def _changed(self, uid: str) -> None:
        """Something a volume was made of is different now: the next resync will notice."""
        pod = self._pods.get(uid)
        if pod is not None and len(pod.mounted) == len(pod.used):
            self._schedule(pod, self._next_sync(pod))

    # DOC: volume-refresh
    def _next_sync(self, pod: _PodVolumes) -> int:
        """When the pod is synced next. Syncs at which nothing changes are only reckoned."""
        while pod.synced <= self._clock.now:
            pod.synced += RESYNC + int(RESYNC * RESYNC_JITTER * self._jitter.random())
        return pod.synced

    def _schedule(self, pod: _PodVolumes, when: int) -> None:
        if pod.resync is not None and pod.resync.pending:
            if pod.resync.when <= when:
                return
            pod.resync.cancel()
        pod.resync = self._clock.at(when, self._refresh, pod)

    def _refresh(self, pod: _PodVolumes) -> None:
        """Bring every file up to date that was made of something else."""
        if not pod.worker.syncing:
            return
        pod.synced = self._clock.now
        for volume in pod.used:
            if pod.mounted[volume.name].follows and volume.name not in pod.timers:
                self._set_up(pod, volume)

    # DOC: empty-dir-eviction
    def _overrun(self, pod: _PodVolumes, volume: Volume) -> None:
        """There is too much in an emptyDir: the eviction manager will see it at its next look."""
        if volume.name not in pod.timers:
            when = self._clock.now - self._clock.now % MONITORING + MONITORING
            pod.timers[volume.name] = self._clock.at(when, self._evict, pod, volume)

    def _evict(self, pod: _PodVolumes, volume: Volume) -> None:
        del pod.timers[volume.name]
        mounted, limit = pod.mounted[volume.name], volume.empty_dir and volume.empty_dir.size_limit
        if not pod.worker.syncing or not limit or mounted.tree.size <= mounted.quota:
            return
        message = f'Usage of EmptyDir volume "{volume.name}" exceeds the limit "{limit.wire()}". '
        self._reporter.event(pod.worker.pod, "Warning", events.EVICTED, message)
        pod.worker.fail(events.EVICTED, message)

    # In the end

    def unmount(self, uid: str) -> None:
        """Nothing of the pod runs any more: its directories go."""
        pod = self._pods.pop(uid, None)
        if pod is not None:
            pod.cancel()
            for mounted in pod.mounted.values():
                if mounted.release is not None:
                    mounted.release()
        self.references.forget(uid)
        self._runtime.disk.remove(uid)

    def restart(self) -> None:
        """The kubelet's process ends; the directories stay where they are."""
        for pod in self._pods.values():
            pod.cancel()
        self._pods.clear()
        self.references.restart()


def _used(worker: PodWorker) -> tuple[Volume, ...]:
    """The pod's volumes that a container mounts or reads; nobody waits for others."""
    spec = worker.pod.spec
    names: set[str] = set()
    for container in spec.init_containers + spec.containers:
        names.update([mount.name for mount in container.volume_mounts])
        refs = [one.value_from.file_key_ref for one in container.env if one.value_from is not None]
        names.update([ref.volume_name for ref in refs if ref is not None])
    return tuple([volume for volume in spec.volumes if volume.name in names])

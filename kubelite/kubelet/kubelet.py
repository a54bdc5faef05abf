"""The kubelet of one node: hears of pods, gives each a worker, and passes on what it learns.

Models ``pkg/kubelet/kubelet.go`` (syncLoop, HandlePodAdditions and its siblings).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from kubelite.api.core_v1 import Container, Node, Pod, Taint
from kubelite.api.podoptions import PodLogOptions
from kubelite.apimachinery.quantity import Quantity
from kubelite.client import Client, EventRecorder, Informer
from kubelite.kubelet.allocation import DEFERRED, AllocationManager, infeasible
from kubelite.kubelet.cri import ContainerStatus, ExecResult, Runtime
from kubelite.kubelet.environment import Environments
from kubelite.kubelet.envvars import ServiceVariables
from kubelite.kubelet.events import field_path
from kubelite.kubelet.eviction import EvictionManager
from kubelite.kubelet.heartbeat import Heartbeat
from kubelite.kubelet.node_status import Machine
from kubelite.kubelet.pleg import Pleg
from kubelite.kubelet.podworkers import SYNCING, PodWorker
from kubelite.kubelet.predicates import (
    Refusal,
    Usage,
    mismatch,
    port_conflict,
    requests_of,
)
from kubelite.kubelet.probes.handlers import Outcome
from kubelite.kubelet.probes.manager import ProbeManager
from kubelite.kubelet.runtime_manager import RuntimeManager
from kubelite.kubelet.shutdown import REFUSED, shut_down
from kubelite.kubelet.status_manager import StatusManager
from kubelite.kubelet.streaming import Streaming
from kubelite.kubelet.volumes import VolumeManager
from kubelite.sim.chance import Chance
from kubelite.sim.clock import SECOND, Clock
from kubelite.sim.trace import Trace


class Kubelet:
    """The agent of one node. ``start`` it once the API server answers."""

    def __init__(
        self,
        client: Client,
        node_name: str,
        runtime: Runtime,
        chance: Chance,
        trace: Trace,
        recorder: EventRecorder,
        node_ip: str,
        pod_cidr: str = "",
        machine: Machine | None = None,
        labels: Mapping[str, str] | None = None,
        services: ServiceVariables | None = None,
        taints: tuple[Taint, ...] = (),
        resolv_conf: Callable[[Pod], str] = lambda pod: "",
    ):
        self.node_name = node_name
        self.node_ip = node_ip
        self.client = client
        self.clock: Clock = client.clock
        self.runtime = runtime
        self.component = f"kubelet/{node_name}"
        self._chance = chance
        self._trace = trace
        self._recorder = recorder
        self._started_at: int | None = None  # of a kubelet that has been restarted
        self._running = self._following = False
        self.workers: dict[str, PodWorker] = {}
        draw = chance.stream(f"kubelet/{node_name}/resync")
        self.volumes = VolumeManager(
            self.clock, client, runtime, self, node_name, node_ip, self.allocatable, draw
        )
        rest = self.volumes, services, self.allocatable, resolv_conf
        environments = Environments(client, (node_name, node_ip), *rest)
        self.streams = Streaming(runtime)
        self.manager = RuntimeManager(self.clock, runtime, self, environments)
        self.statuses = StatusManager(client)
        self.pleg = Pleg(self.clock, self._relisted)
        self.probes = ProbeManager(
            self.clock,
            runtime,
            self._probe_failed,
            on_liveness=self._probe_result,
            on_readiness=self._readiness_changed,
            on_startup=self._probe_result,
            first_delay=self._probe_delay,
            streaks=self._trace.probes,
        )
        self._usage = Usage()
        self.allocation = AllocationManager(self.clock, self)
        self._heartbeat = Heartbeat(
            client,
            chance,
            runtime,
            node_name,
            node_ip,
            pod_cidr,
            machine or Machine(),
            labels or {},
            self._node_known,
            taints,
        )
        self.evictions = EvictionManager(self)
        self._heartbeat.housekeeping = self.evictions.synchronize
        self._node = Informer(client, "nodes", field_selector=f"metadata.name={node_name}")
        self._node.on(add=self._node_seen, update=lambda _, node: self._node_seen(node))
        self._pods = Informer(client, "pods", field_selector=f"spec.nodeName={node_name}")
        self._pods.on(add=self._added, update=self._updated, delete=self._deleted)
        runtime.on_exit(self._exited)

    # Life of the kubelet itself

    def start(self) -> None:
        """Register the node, and begin to follow the pods assigned to it."""
        if self._running:
            return
        self._running = True
        self._heartbeat.start()

    def stop(self) -> None:
        """The kubelet's process ends; the containers go on without it."""
        self._running = self._following = False
        self.client.hang_up()
        self._heartbeat.stop()
        self._pods.forget()
        self._node.forget()
        self.pleg.stop()
        for worker in self.workers.values():
            worker.close()
        self.workers.clear()
        self.manager.restart()
        self.allocation.stop()
        self.volumes.restart()
        self._usage = Usage()
        self.evictions.forget()

    # DOC: node-power
    def power_off(self) -> None:
        """The machine loses power: kubelet and containers are gone at once."""
        self._trace.record(self.component, "power off", ("nodes", "", self.node_name))
        self.stop()
        self.runtime.power_off()

    def shut_down(self, grace: int, critical: int, then: Callable[[], object]) -> None:
        """The machine is to stop: no new pods, and those that run end in order."""
        self._trace.record(self.component, "shut down", ("nodes", "", self.node_name))
        self._heartbeat.shutting_down = True
        self._heartbeat.report()
        shut_down(self, grace, critical, then)

    def power_on(self) -> None:
        """The machine is back and boots."""
        about = ("nodes", "", self.node_name)
        self.clock.cause = self._trace.record(self.component, "power on", about)
        self.runtime.power_on()
        self._heartbeat.shutting_down = False
        self._started_at = self.clock.now
        self.start()

    def _node_known(self, node: Node) -> None:
        """The node is registered: its address range is known, pods may come."""
        if not self._following:  # what cannot be listed now, the copies list again by themselves
            self._following = True
            self._node.start()
            self._pods.start()
            self._clean_up()

    def _clean_up(self) -> None:
        """Remove what is left of pods that are gone, once it is known which there are."""
        if not self._pods.synced:
            if self._running:
                self.clock.after(2 * SECOND, self._clean_up)  # upstream's housekeeping
            return
        for uid in self.runtime.pods():
            if uid not in self.workers:
                self.runtime.remove_pod_sandbox(uid)
        for uid in self.runtime.disk.pods():
            if uid not in self.workers:
                self.volumes.unmount(uid)

    def _node_seen(self, node: Node) -> None:
        """The node's range of pod addresses is what the network waits for."""
        self._heartbeat.seen(node)
        if node.spec.pod_cidr and not self.runtime.network_ready():
            self.runtime.update_pod_cidr(node.spec.pod_cidr)
            self._heartbeat.report()

    # What the API server says

    def _added(self, pod: Pod) -> None:
        uid = pod.metadata.uid
        if uid in self.workers:
            return
        worker = PodWorker(self, pod)
        if pod.status.phase not in ("Failed", "Succeeded"):
            if self.allocation.resized:
                self.allocation.returned(worker)
            refusal = self._refusal(worker.allocated if worker.resized else pod)
            self.workers[uid] = worker
            if refusal is not None:
                self.event(pod, "Warning", refusal.reason, refusal.message)
                worker.fail(refusal.reason, f"Pod was rejected: {refusal.message}")
                return
        self.workers[uid] = worker
        worker.start()

    def _updated(self, _: Pod, pod: Pod) -> None:
        worker = self.workers.get(pod.metadata.uid)
        if worker is not None:
            worker.update(pod)

    def _deleted(self, pod: Pod) -> None:
        worker = self.workers.get(pod.metadata.uid)
        if worker is not None:
            self._usage.remove(worker.uid)
            worker.removed()
            self.allocation.removed(worker.uid)

    def _refusal(self, pod: Pod) -> Refusal | None:
        node = self._heartbeat.node
        if node is None:
            return None
        if self._heartbeat.shutting_down:
            return REFUSED
        requests = requests_of(pod.spec)
        others = (w.pod for w in self.workers.values() if w.pod is not pod)
        refusal = self.evictions.refuses(pod) if self.evictions.pressed else None
        refusal = refusal or (
            self._usage.refuses(requests, node.status.allocatable)
            or mismatch(pod, node)
            or port_conflict(pod, others)
        )
        if refusal is None:
            self._usage.add(pod.metadata.uid, requests)
        return refusal

    def release(self, worker: PodWorker) -> None:
        """The pod runs no more: its share of the node is free, its directories go."""
        self._usage.remove(worker.uid)
        self.allocation.removed(worker.uid)
        if worker.pod.spec.volumes:
            self.volumes.unmount(worker.uid)

    def room_for(self, pod: Pod) -> Refusal | None:
        """Whether the node has room for what a pod that runs here asks for now."""
        node = self._heartbeat.node
        if node is None:
            return None
        requests, allocatable = requests_of(pod.spec), node.status.allocatable
        capacity = {"cpu": allocatable["cpu"].milli, "memory": allocatable["memory"].value}
        if refusal := infeasible(requests, capacity):
            return refusal
        refusal = self._usage.refuses(requests, allocatable, besides=pod.metadata.uid)
        return Refusal(DEFERRED, refusal.message) if refusal else None

    def recount(self, pod: Pod) -> None:
        """The pod holds other amounts than before."""
        self._usage.remove(pod.metadata.uid)
        self._usage.add(pod.metadata.uid, requests_of(pod.spec))

    def forget(self, worker: PodWorker) -> None:
        """Nothing is left of the pod, here or in the API server."""
        self.workers.pop(worker.uid, None)
        self.manager.forget(worker)
        if worker.pod.spec.volumes:
            self.volumes.unmount(worker.uid)

    # What the runtime and the probes say

    # DOC: container-exit
    def _exited(self, uid: str, container: ContainerStatus) -> None:
        """A process has ended; the pleg will notice."""
        worker = self.workers.get(uid)
        if worker is not None:
            how = f"{container.reason}, exit code {container.exit_code}"
            self.note(worker.pod, "exit", f"container {container.name} exited: {how}")
            self.pleg.changed(uid)

    def _relisted(self, uid: str) -> None:
        worker = self.workers.get(uid)
        if worker is not None and worker.relisted():
            worker.sync()

    def _probe_result(self, uid: str) -> None:
        worker = self.workers.get(uid)
        if worker is not None and worker.state == SYNCING:
            worker.sync()

    def _readiness_changed(self, uid: str) -> None:
        worker = self.workers.get(uid)
        if worker is not None:
            worker.update_status()

    def _probe_failed(self, pod: Pod, container: Container, kind: str, outcome: Outcome) -> None:
        title = kind.capitalize()
        if outcome.error:
            message = f"{title} probe errored and resulted in {outcome.result} state: "
            message += outcome.error
        else:
            message = f"{title} probe failed: {outcome.output}"
        self.note(pod, "probe", message.strip())
        self.event(pod, "Warning", "Unhealthy", message, container)

    def _probe_delay(self, period: int) -> int:
        """After a restart of the kubelet the first probes are spread over their period."""
        if self._started_at is None or self.clock.now - self._started_at >= period:
            return 0
        draw = self._chance.stream(f"kubelet/{self.node_name}/probes").random()
        return int(draw * period)

    def allocatable(self) -> Mapping[str, Quantity]:
        """What the node has to give to pods."""
        node = self._heartbeat.node
        return node.status.allocatable if node is not None else {}

    # What the workers tell: podworkers.Reporter

    def event(
        self, pod: Pod, type: str, reason: str, message: str, container: Container | None = None
    ) -> None:
        """Record an Event about the pod, or about one of its containers."""
        path = field_path(pod, container) if container is not None else ""
        self._recorder.event(pod, type, reason, message, path)

    def node_event(self, node: Node, type: str, reason: str, message: str) -> None:
        """Record an Event about the node."""
        self._recorder.event(node, type, reason, message)

    def note(self, pod: Pod, verb: str, note: str) -> None:
        """Record an act in the trace; what follows in this callback has it as its cause."""
        meta = pod.metadata
        self.clock.cause = self._trace.record(
            self.component, verb, ("pods", meta.namespace, meta.name), note=note
        )

    # What the API server asks a kubelet for

    def container_id(self, uid: str, container: str, previous: bool = False) -> str:
        """The id of a pod's container, or of the one before it; "" when there is none."""
        found = [s for s in self.runtime.pod_status(uid).containers if s.name == container]
        place = 1 if previous else 0
        return found[place].id if len(found) > place else ""

    def logs(self, uid: str, options: PodLogOptions) -> str:
        """A container's output, as far as it is there."""
        found = self.container_id(uid, options.container, options.previous)
        file = self.runtime.log_file(found)
        return file.read(options, self.clock.now) if file is not None else ""

    def container_logs(self, pod: Pod, options: PodLogOptions) -> str:
        """The same for the API server. Raises ValueError when there can be none."""
        uid, name = pod.metadata.uid, options.container
        if not self.container_id(uid, name, options.previous):
            what = f'container "{name}" in pod "{pod.metadata.name}"'
            if options.previous:
                raise ValueError(f"previous terminated {what} not found")
            raise ValueError(f"{what} is waiting to start: {_waiting(pod, name)}")
        return self.logs(uid, options)

    def follow_logs(
        self, uid: str, container: str, deliver: Callable[[Any], object]
    ) -> Callable[[], None]:
        """Each line of a container as it is written, until what is returned is called.

        Raises ValueError when the container has not been created yet.
        """
        file = self.runtime.log_file(self.container_id(uid, container))
        if file is None:
            raise ValueError(f'container not found ("{container}")')
        return file.follow(deliver)

    def exec(
        self,
        uid: str,
        container: str,
        command: tuple[str, ...],
        then: Callable[[ExecResult], object],
    ) -> None:
        """Run a command inside a running container."""
        self.runtime.exec_sync(self.container_id(uid, container), command, 0, then)


def _waiting(pod: Pod, name: str) -> str:
    """Why a container has not been started, in a word."""
    status = pod.status
    for found in status.init_container_statuses + status.container_statuses:
        if found.name == name and found.state.waiting is not None:
            return found.state.waiting.reason
    return "ContainerCreating"

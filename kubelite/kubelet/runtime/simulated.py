"""The simulated runtime of one node: how long each step takes, and who is told.

Models containerd as the kubelet meets it through the CRI (``kubelet.cri``).
"""

from __future__ import annotations

from collections.abc import Callable

from kubelite.api.core_v1 import ResourceRequirements
from kubelite.kubelet import cri
from kubelite.kubelet.cri import (
    ContainerConfig,
    ContainerStatus,
    ExecResult,
    PodStatus,
    PullResult,
    Reply,
    Request,
    SandboxConfig,
    SandboxResult,
)
from kubelite.kubelet.images.registry import digest_of, program_for, pull_error, resolve
from kubelite.kubelet.runtime.accounts import Accounts
from kubelite.kubelet.runtime.commands import open_exec
from kubelite.kubelet.runtime.container import SIGKILLED, Container
from kubelite.kubelet.runtime.disk import Disk
from kubelite.kubelet.runtime.execution import execute
from kubelite.kubelet.runtime.logs import LogDirectory, LogFile
from kubelite.kubelet.runtime.network import Addresses, Network
from kubelite.sim.chance import Chance
from kubelite.sim.clock import MILLISECOND, SECOND, Clock, Timer

SANDBOX_TIME = 350 * MILLISECOND
CREATE_TIME = 40 * MILLISECOND
START_TIME = 60 * MILLISECOND
UPDATE_TIME = 20 * MILLISECOND
"""What a warm node needs: about half a second from nothing to a running process."""

REGISTRY_TIME = 400 * MILLISECOND
"""Asking a registry for a manifest, before the first layer."""
BANDWIDTH = 40_000_000
"""Bytes a second from a registry to a node's disk, unpacking included."""
JITTER = 0.2
"""Every one of these takes up to a fifth longer, drawn from the node's own stream."""

Dial = Callable[[SandboxConfig, str, str, str, Callable[[Reply], object]], object]
"""How a process of a pod asks somebody: pod, URL, method, body, and what to do with the reply."""

LOST_POWER = 255
"""The exit code containerd reports for a process that was gone after a restart."""


class Sandbox:
    """One pod's surroundings: its network address and its containers, oldest first."""

    __slots__ = ("attempts", "config", "containers", "ip", "ready")

    def __init__(self, config: SandboxConfig):
        self.config = config
        self.ip = ""
        self.ready = False
        self.attempts = 0
        self.containers: list[Container] = []


class SimulatedRuntime:
    """Implements ``cri.Runtime``. ``network`` is shared by all nodes of the cluster."""

    name = "containerd"
    version = "2.2.1"

    def __init__(
        self,
        clock: Clock,
        chance: Chance,
        network: Network,
        node_name: str,
        node_ip: str,
        cores: int = 0,
    ):
        self.clock = clock
        self.chance = chance
        self.network = network
        self.disk = Disk(network.exports)
        self.node_name = node_name
        self.node_ip = node_ip
        self._ids = chance.stream(f"runtime/{node_name}/ids")
        self._times = chance.stream(f"runtime/{node_name}/times")
        self._addresses: Addresses | None = None
        self._sandboxes: dict[str, Sandbox] = {}
        self._containers: dict[str, Container] = {}
        self.accounts = Accounts(clock, self._containers, cores)
        self._images: dict[str, int] = {}
        self._listed: tuple[tuple[str, int], ...] = ()  # the same, for those who ask
        self._notify: Callable[[str, ContainerStatus], object] = _nobody
        self._generation = 0  # grows when power fails: what was under way is lost
        self.log_directory = LogDirectory()
        self.dial: Dial = _nowhere
        network.add(node_ip)

    def update_pod_cidr(self, cidr: str) -> None:
        """Hand out addresses of this range from now on."""
        if self._addresses is None or cidr != self._addresses.cidr:
            self._addresses = Addresses(cidr)

    def network_ready(self) -> bool:
        """Whether pods can be given addresses yet."""
        return self._addresses is not None

    # Images

    def image_present(self, image: str) -> bool:
        """Whether the node holds the image."""
        return str(resolve(image)) in self._images

    def image_ref(self, image: str) -> str:
        """The digest under which the image is held, or ""."""
        return digest_of(image) if self.image_present(image) else ""

    def images(self) -> tuple[tuple[str, int], ...]:
        """Every image held, with its size."""
        return self._listed

    def add_image(self, image: str) -> None:
        """Put an image on the node without a pull, as a machine image built with it has it."""
        self._hold(image, program_for(image).size)

    def _hold(self, image: str, size: int) -> None:
        self._images[str(resolve(image))] = size
        self._listed = tuple(self._images.items())

    def pull_image(self, image: str, then: Callable[[PullResult], object]) -> None:
        """Fetch an image: one question to the registry, then as long as its size takes."""
        if error := pull_error(image):
            self._later(REGISTRY_TIME, then, PullResult("", 0, error))
            return
        size = program_for(image).size
        time = REGISTRY_TIME
        if not self.image_present(image):
            time += size * SECOND // BANDWIDTH
        self._later(time, self._pulled, image, size, then)

    def _pulled(self, image: str, size: int, then: Callable[[PullResult], object]) -> None:
        self._hold(image, size)
        then(PullResult(digest_of(image), size))

    # Sandboxes

    def run_pod_sandbox(
        self, config: SandboxConfig, then: Callable[[SandboxResult], object]
    ) -> None:
        """Create the pod's sandbox and give it an address."""
        self._later(SANDBOX_TIME, self._sandbox_made, config, then)

    def _sandbox_made(self, config: SandboxConfig, then: Callable[[SandboxResult], object]) -> None:
        ip = self.node_ip
        if not config.host_network:
            if self._addresses is None:
                then(SandboxResult("", "cni plugin not initialized"))
                return
            ip = self._addresses.take()
        if not ip:
            cidr = self._addresses.cidr if self._addresses else ""
            then(SandboxResult("", f"no IP addresses available in range set: {cidr}"))
            return
        sandbox = self._sandboxes.get(config.uid)
        if sandbox is None:
            sandbox = self._sandboxes[config.uid] = Sandbox(config)
        sandbox.ip, sandbox.ready = ip, True
        sandbox.attempts += 1
        self.network.add(ip)
        then(SandboxResult(ip))

    def stop_pod_sandbox(self, uid: str) -> None:
        """Take the pod's network away."""
        sandbox = self._sandboxes.get(uid)
        if sandbox is None or not sandbox.ready:
            return
        sandbox.ready = False
        if not sandbox.config.host_network:
            self.network.remove(sandbox.ip)
            self._give_back(sandbox.ip)

    def _give_back(self, ip: str) -> None:
        if self._addresses is not None:
            self._addresses.give_back(ip)

    def remove_pod_sandbox(self, uid: str) -> None:
        """Forget the pod with all its containers; what still runs is killed."""
        self.stop_pod_sandbox(uid)
        sandbox = self._sandboxes.pop(uid, None)
        for container in sandbox.containers if sandbox else ():
            if container.running:
                container.exit(SIGKILLED)
            self._containers.pop(container.id, None)
            self._drop_log(container)

    # Containers

    def create_container(
        self, uid: str, config: ContainerConfig, then: Callable[[str], object]
    ) -> None:
        """Make a container in the pod's sandbox."""
        self._later(CREATE_TIME, self._created, uid, config, then)

    def _created(self, uid: str, config: ContainerConfig, then: Callable[[str], object]) -> None:
        sandbox = self._sandboxes.get(uid)
        if sandbox is None or not sandbox.ready:
            return  # the pod was taken down meanwhile
        container = Container(self, sandbox, config, f"{self._ids.getrandbits(256):064x}")
        sandbox.containers.append(container)
        self._containers[container.id] = container
        then(container.id)

    def start_container(self, container_id: str, then: Callable[[str], object]) -> None:
        """Start it."""
        self._later(START_TIME, self._started, container_id, then)

    def _started(self, container_id: str, then: Callable[[str], object]) -> None:
        container = self._containers.get(container_id)
        if container is not None and container.sandbox.ready:
            then(container.start())
            self.accounts.began(container)

    def stop_container(self, container_id: str, grace: int, then: Callable[[], object]) -> None:
        """SIGTERM, then SIGKILL."""
        container = self._containers.get(container_id)
        if container is None:
            then()
        else:
            container.terminate(grace, then)

    def update_container_resources(
        self, container_id: str, resources: ResourceRequirements, then: Callable[[str], object]
    ) -> None:
        """Write other limits into the container's cgroup."""
        self._later(UPDATE_TIME, self._resized, container_id, resources, then)

    def _resized(
        self, container_id: str, resources: ResourceRequirements, then: Callable[[str], object]
    ) -> None:
        container = self._containers.get(container_id)
        if container is None or not container.running:
            then("container is not running")
            return
        then(container.resize(resources))

    def remove_container(self, container_id: str) -> None:
        """Forget a container that has ended."""
        container = self._containers.pop(container_id, None)
        if container is not None:
            container.sandbox.containers.remove(container)
            self._drop_log(container)

    def _drop_log(self, container: Container) -> None:
        if container.log_file is not None:
            self.log_directory.remove(container.log_file)

    def ended(self, container: Container) -> None:
        """A process has ended: it listens no more, and the kubelet is told."""
        self.network.leave(container.sandbox.ip, container)
        self.accounts.ended(container)
        self._notify(container.sandbox.config.uid, container.status())

    # Looking

    def pod_status(self, uid: str) -> PodStatus:
        """The pod's sandbox and containers, newest first."""
        sandbox = self._sandboxes.get(uid)
        if sandbox is None:
            return PodStatus(uid)
        return PodStatus(
            uid,
            sandbox.ready,
            sandbox.attempts,
            sandbox.ip,
            tuple([container.status() for container in reversed(sandbox.containers)]),
        )

    def pods(self) -> tuple[str, ...]:
        """The uids of all pods that have something here."""
        return tuple(self._sandboxes)

    def container(self, container_id: str) -> Container | None:
        """The record behind an id, with its program: for lessons and faults."""
        return self._containers.get(container_id)

    def log_file(self, container_id: str) -> LogFile | None:
        """The container's log; None when there is no such container."""
        container = self._containers.get(container_id)
        return container.open_log() if container else None

    def on_exit(self, notify: Callable[[str, ContainerStatus], object]) -> None:
        """Whom to tell when a process has ended."""
        self._notify = notify

    def request(
        self,
        address: str,
        port: int,
        request: Request,
        timeout: int,
        then: Callable[[Reply], object],
    ) -> None:
        """From this node to an address of the pod network, or to whatever uses its own."""
        here = address == "localhost" or address.startswith("127.")
        self.network.request(self.node_ip if here else address, port, request, timeout, then)

    def memory_in_use(self) -> int:
        """Bytes that all containers use now."""
        return self.accounts.memory_in_use()

    def memory_of(self, uid: str) -> tuple[tuple[str, int], ...]:
        """Bytes that each running container of a pod uses now, by name."""
        return tuple([(c.config.name, c.memory_used()) for c in self.containers(uid)])

    def containers(self, uid: str) -> tuple[Container, ...]:
        """The running containers of a pod."""
        sandbox = self._sandboxes.get(uid)
        return tuple([one for one in sandbox.containers if one.running]) if sandbox else ()

    def exec_sync(
        self,
        container_id: str,
        command: tuple[str, ...],
        timeout: int,
        then: Callable[[ExecResult], object],
    ) -> None:
        """Run a command in the small shell of the container."""
        execute(
            self.clock, self._containers.get(container_id), container_id, command, timeout, then
        )

    def exec(
        self, container_id: str, command: tuple[str, ...], stdin: bool, tty: bool, sink: cri.Sink
    ) -> cri.Session:
        """Run a command in the small shell, with somebody who listens and may type."""
        container = self._containers[container_id]
        return open_exec(self.clock, container, command, stdin, tty, sink)

    def attach(self, container_id: str, sink: cri.Sink) -> cri.Session:
        """Listen to the container's own process."""
        return self._containers[container_id].attach(sink)

    # Power

    def power_off(self) -> None:
        """Every process is gone at once, and nobody is told; the disk stays."""
        self._generation += 1
        self.disk.lose_memory()
        self.network.darken(self.node_ip)
        for sandbox in self._sandboxes.values():
            sandbox.ready = False
            self.network.darken(sandbox.ip)
            for container in sandbox.containers:
                container.waiting.clear()
        notify, self._notify = self._notify, _nobody
        for container in list(self._containers.values()):
            container.exit(LOST_POWER, "Unknown")
        self._notify = notify

    def power_on(self) -> None:
        """The machine is back, with the images and records on its disk."""
        for sandbox in self._sandboxes.values():
            if not sandbox.config.host_network:
                self.network.remove(sandbox.ip)
                self._give_back(sandbox.ip)
        self.network.add(self.node_ip)

    def _later(self, time: int, action: Callable[..., object], *args: object) -> Timer:
        spread = int(time * JITTER * self._times.random())
        return self.clock.after(time + spread, self._if_powered, self._generation, action, args)

    def _if_powered(
        self, generation: int, action: Callable[..., object], args: tuple[object, ...]
    ) -> None:
        if generation == self._generation:
            action(*args)


def _nowhere(
    sandbox: SandboxConfig, url: str, method: str, body: str, then: Callable[[Reply], object]
) -> None:
    """A machine without a cluster around it reaches nobody."""
    then(Reply(error="connect: network is unreachable"))


def _nobody(uid: str, container: ContainerStatus) -> None:
    """No kubelet listens."""


def _implements(runtime: SimulatedRuntime) -> cri.Runtime:
    """Checked by mypy: the simulated runtime obeys the protocol."""
    return runtime

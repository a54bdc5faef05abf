"""What a kubelet asks of a container runtime, and the records they exchange.

Models the CRI (``k8s.io/cri-api/pkg/apis/runtime/v1``) with two additions that only a simulation
needs: a way to reach a container's port, and power failure. Work that takes time answers through
the callback ``then``, on the clock. Times are microseconds.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import msgspec

from kubelite.api.core_v1 import ResourceRequirements
from kubelite.api.podoptions import PodLogOptions
from kubelite.apimachinery.struct import Value

if TYPE_CHECKING:
    from kubelite.kubelet.images.files import Tree
    from kubelite.kubelet.runtime.disk import Disk

CREATED = "created"
RUNNING = "running"
EXITED = "exited"

TERMINATION_LOG = "/dev/termination-log"

NEVER = -1
"""The delay of an answer that does not come."""


class Request(Value):
    """One request to a container's port. ``protocol`` is "http", "tcp" or "grpc";
    for grpc the path is the name of the service whose health is asked for.
    """

    path: str = "/"
    method: str = "GET"
    protocol: str = "http"
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""


class Reply(NamedTuple):
    """What came back: an HTTP status, or ``error`` when there was no answer at all.

    ``delay`` is how long the answer takes; ``NEVER`` when it does not come.
    """

    status: int = 200
    body: str = ""
    delay: int = 0
    error: str = ""


class PullResult(Value):
    """How a pull ended; ``error`` is empty when the image is there now. Size in bytes."""

    image_ref: str
    size: int
    error: str = ""


class SandboxResult(Value):
    """The pod's address, or why it has none."""

    ip: str
    error: str = ""


class ExecResult(NamedTuple):
    """How a command inside a container ended. ``error`` when it could not run, or timed out."""

    exit_code: int
    output: str
    error: str = ""


class Sink(Protocol):
    """Whoever listens to a process."""

    def write(self, stream: str, text: str) -> object:
        """More output: "stdout" or "stderr"."""
        ...

    def end(self, result: ExecResult) -> object:
        """It has ended."""
        ...


class Session(Protocol):
    """Whoever may type into a process."""

    def type(self, text: str) -> None:
        """Standard input, or keys at a terminal."""
        ...

    def end_input(self) -> None:
        """No more will come."""
        ...

    def resize(self, columns: int, rows: int) -> None:
        """The terminal's window has this size."""
        ...

    def hang_up(self) -> None:
        """Nobody listens any more."""
        ...


class SandboxConfig(msgspec.Struct, frozen=True, gc=False):
    """A pod's shared surroundings: who it is, and whether it lives on the node's network.

    ``hostname`` and ``resolv_conf`` are what the runtime writes to the files of these names.
    """

    uid: str
    namespace: str
    name: str
    host_network: bool = False
    hostname: str = ""
    resolv_conf: str = ""


class Mount(Value):
    """A directory or file of the machine that a container sees at ``path``.

    The real message names a path on the host; here it is the tree itself, and the place in it.
    """

    path: str
    tree: Tree
    root: str = "/"
    read_only: bool = False


class ContainerConfig(msgspec.Struct, frozen=True, gc=False):
    """What to run. ``memory_limit`` in bytes, 0 for none; ``attempt`` counts restarts;
    ``stop_signal`` asks it to end, SIGTERM unless said; ``stdin`` stays open if set, and with
    ``stdin_once`` until the first one who attaches leaves.

    ``cpu_limit`` (0 for none) and ``cpu_request`` are thousandths of a core.
    ``message_path`` is where the process may leave a last word; ``message_from_logs`` lets its last
    output stand in when it fails without one. (Upstream's kubelet reads both from the disk.)
    ``tty``: it has a terminal at which nobody types. ``ends``: the pod waits for its end. A real
    runtime needs no such hint: it has the program. ``hosts`` is the text of /etc/hosts (the real
    message mounts a file that the kubelet has written).
    """

    name: str
    image: str
    command: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    env: tuple[tuple[str, str], ...] = ()
    ports: tuple[int, ...] = ()
    memory_limit: int = 0
    attempt: int = 0
    cpu_limit: int = 0
    cpu_request: int = 0
    stop_signal: str = ""
    stdin: bool = False
    stdin_once: bool = False
    mounts: tuple[Mount, ...] = ()
    message_path: str = TERMINATION_LOG
    message_from_logs: bool = False
    ends: bool = False
    tty: bool = False
    hosts: str = ""


class ContainerStatus(msgspec.Struct, frozen=True, gc=False):
    """One container as the runtime sees it. ``image`` is the full name of the image,
    ``user_specified_image`` the name it was asked for by; ``message`` is what the process
    left as its termination message.
    """

    id: str
    name: str
    state: str
    image: str
    user_specified_image: str
    image_ref: str
    attempt: int
    created_at: int
    started_at: int = 0
    finished_at: int = 0
    exit_code: int = 0
    reason: str = ""
    message: str = ""


class PodStatus(msgspec.Struct, frozen=True, gc=False):
    """All that the runtime knows of one pod; containers newest first."""

    uid: str
    sandbox_ready: bool = False
    sandbox_attempts: int = 0
    ip: str = ""
    containers: tuple[ContainerStatus, ...] = ()

    def find(self, name: str) -> ContainerStatus | None:
        """The newest container of that name."""
        for container in self.containers:
            if container.name == name:
                return container
        return None


class Log(Protocol):
    """The log of one start of one container."""

    def read(self, options: PodLogOptions, now: int) -> str:
        """What is asked for of it."""
        ...

    def follow(self, deliver: Callable[[Any], object]) -> Callable[[], None]:
        """Call ``deliver`` with each line from now on; what is returned stops that."""
        ...


class Runtime(Protocol):
    """A container runtime on one node."""

    name: str
    version: str
    disk: Disk

    def image_present(self, image: str) -> bool:
        """Whether the node holds the image."""
        ...

    def image_ref(self, image: str) -> str:
        """The digest under which the image is held, or "" when it is not."""
        ...

    def images(self) -> tuple[tuple[str, int], ...]:
        """Every image held, with its size in bytes."""
        ...

    def pull_image(self, image: str, then: Callable[[PullResult], object]) -> None:
        """Fetch an image from its registry."""
        ...

    def update_pod_cidr(self, cidr: str) -> None:
        """The range of addresses for this node's pods."""
        ...

    def network_ready(self) -> bool:
        """Whether pods can be given addresses yet."""
        ...

    def run_pod_sandbox(
        self, config: SandboxConfig, then: Callable[[SandboxResult], object]
    ) -> None:
        """Create the pod's sandbox and network."""
        ...

    def stop_pod_sandbox(self, uid: str) -> None:
        """Take the pod's network away."""
        ...

    def remove_pod_sandbox(self, uid: str) -> None:
        """Forget the pod with all its containers."""
        ...

    def create_container(
        self, uid: str, config: ContainerConfig, then: Callable[[str], object]
    ) -> None:
        """Make a container in the pod's sandbox; ``then`` gets its id."""
        ...

    def start_container(self, container_id: str, then: Callable[[str], object]) -> None:
        """Start it; ``then`` gets an error text, "" when it runs."""
        ...

    def stop_container(self, container_id: str, grace: int, then: Callable[[], object]) -> None:
        """SIGTERM, and SIGKILL once ``grace`` microseconds have passed; ``then`` when it ended."""
        ...

    def update_container_resources(
        self, container_id: str, resources: ResourceRequirements, then: Callable[[str], object]
    ) -> None:
        """Change what a running container may use; ``then`` gets an error text, "" when done."""
        ...

    def remove_container(self, container_id: str) -> None:
        """Forget a container that has ended."""
        ...

    def pod_status(self, uid: str) -> PodStatus:
        """The pod's sandbox and containers, now."""
        ...

    def pods(self) -> tuple[str, ...]:
        """The uids of all pods that have something here."""
        ...

    def exec_sync(
        self,
        container_id: str,
        command: tuple[str, ...],
        timeout: int,
        then: Callable[[ExecResult], object],
    ) -> None:
        """Run a command inside; a command that takes no time answers before this returns."""
        ...

    def exec(
        self, container_id: str, command: tuple[str, ...], stdin: bool, tty: bool, sink: Sink
    ) -> Session:
        """Run a command in a running container, with somebody who listens and may type."""
        ...

    def attach(self, container_id: str, sink: Sink) -> Session:
        """Listen to a running container's own process."""
        ...

    def log_file(self, container_id: str) -> Log | None:
        """What the container has written to its standard output and error; None if it is gone."""
        ...

    def request(
        self,
        address: str,
        port: int,
        request: Request,
        timeout: int,
        then: Callable[[Reply], object],
    ) -> None:
        """Ask a container on this node; an immediate answer comes before this returns."""
        ...

    def memory_in_use(self) -> int:
        """Bytes that all containers use now."""
        ...

    def memory_of(self, uid: str) -> tuple[tuple[str, int], ...]:
        """Bytes that each running container of a pod uses now, by name."""
        ...

    def on_exit(self, notify: Callable[[str, ContainerStatus], object]) -> None:
        """Call ``notify(pod uid, container)`` whenever a container has ended."""
        ...

    def power_off(self) -> None:
        """Lose every process at once."""
        ...

    def power_on(self) -> None:
        """Come back with what was on the disk."""
        ...

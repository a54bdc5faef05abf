"""One simulated container: a process, its files, its output, and how it ended."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kubelite.kubelet.cri import (
    CREATED,
    EXITED,
    RUNNING,
    ContainerConfig,
    ContainerStatus,
)
from kubelite.kubelet.images.applets import APPLETS
from kubelite.kubelet.images.busybox import Busybox
from kubelite.kubelet.images.files import BASE, Files
from kubelite.kubelet.images.nettools import CLIENT_TOOLS
from kubelite.kubelet.images.outlook import Outlook
from kubelite.kubelet.images.program import Program, Stream
from kubelite.kubelet.images.registry import digest_of, program_for, resolve
from kubelite.kubelet.images.script import Script
from kubelite.kubelet.images.shell import SHELLS
from kubelite.sim.clock import Timer
from kubelite.sim.limits import LOG_BYTES

if TYPE_CHECKING:
    from kubelite.kubelet.runtime.simulated import Sandbox, SimulatedRuntime

NAMESPACE_FILE = "/var/run/secrets/kubernetes.io/serviceaccount/namespace"
WAITING = ("sleep", "infinity")
"""What a program that reads from a terminal at which nobody types comes to."""
SIGKILLED = 137


class Container:
    """The runtime's record of one container; to its program it is the machine it runs on."""

    __slots__ = (
        "config",
        "created_at",
        "exit_code",
        "files",
        "finished_at",
        "id",
        "kill_timer",
        "log_bytes",
        "lines",
        "program",
        "reason",
        "runtime",
        "sandbox",
        "started_at",
        "state",
        "waiting",
    )

    def __init__(
        self, runtime: SimulatedRuntime, sandbox: Sandbox, config: ContainerConfig, id: str
    ):
        self.runtime = runtime
        self.sandbox = sandbox
        self.config = config
        self.id = id
        self.state = CREATED
        self.created_at = runtime.clock.now
        self.started_at = self.finished_at = 0
        self.exit_code = 0
        self.reason = ""
        self.files = Files(BASE)
        self.files[NAMESPACE_FILE] = sandbox.config.namespace
        self.lines: list[str] = []
        self.log_bytes = 0
        self.kill_timer: Timer | None = None
        self.waiting: list[Callable[[], object]] = []
        self.program = self._program()

    @property
    def running(self) -> bool:
        """Whether the process runs."""
        return self.state == RUNNING

    def start(self) -> str:
        """Run the process; an error text when its command cannot be found."""
        self.started_at = self.runtime.clock.now
        if missing := self._not_found():
            self.state, self.exit_code, self.reason = EXITED, 128, "StartError"
            self.finished_at = self.started_at
            return missing
        self.state = RUNNING
        self.runtime.network.join(self.sandbox.ip, self)
        self.program.start()
        return ""

    def terminate(self, grace: int, then: Callable[[], object]) -> None:
        """SIGTERM; SIGKILL once ``grace`` has passed; ``then`` when the process has ended."""
        if not self.running:
            then()
            return
        self.waiting.append(then)
        if grace <= 0:
            self.kill()
            return
        first = self.kill_timer is None
        if self.kill_timer is not None:
            self.kill_timer.cancel()
        self.kill_timer = self.runtime.clock.after(grace, self.kill)
        if first:
            self.program.stop()

    def kill(self) -> None:
        """SIGKILL."""
        self.exit(SIGKILLED)

    def status(self) -> ContainerStatus:
        """The record as the CRI gives it."""
        config = self.config
        return ContainerStatus(
            self.id,
            config.name,
            self.state,
            str(resolve(config.image)),
            config.image,
            digest_of(config.image),
            config.attempt,
            self.created_at,
            self.started_at,
            self.finished_at,
            self.exit_code,
            self.reason,
            self.files.get("/dev/termination-log") or "" if self.state == EXITED else "",
        )

    # What the program sees: images.program.Machine

    @property
    def now(self) -> int:
        """The virtual time."""
        return self.runtime.clock.now

    @property
    def random(self) -> Stream:
        """The stream of this container's name in this pod."""
        sandbox = self.sandbox.config
        return self.runtime.chance.stream(
            f"image/{sandbox.namespace}/{sandbox.name}/{self.config.name}"
        )

    @property
    def ends(self) -> bool:
        """Whether the pod's spec means this container to end."""
        return self.config.ends

    @property
    def network(self) -> Outlook:
        """The network as seen from the sandbox."""
        return self.runtime.network.outlook(self.sandbox.config, self.sandbox.ip)

    def after(self, delay: int, action: Callable[..., object], *args: object) -> Timer:
        """Later, if the process still runs then."""
        return self.runtime.clock.after(delay, self._tick, action, args)

    def log(self, text: str) -> None:
        """Keep output, dropping the oldest lines beyond the limit."""
        self.lines.append(text)
        self.log_bytes += len(text)
        while self.log_bytes > LOG_BYTES and len(self.lines) > 1:
            self.log_bytes -= len(self.lines.pop(0))

    def exit(self, code: int, reason: str = "") -> None:
        """The process ends."""
        if not self.running:
            return
        self.state = EXITED
        self.exit_code = code
        self.reason = reason or ("Completed" if code == 0 else "Error")
        self.finished_at = self.runtime.clock.now
        if self.kill_timer is not None:
            self.kill_timer.cancel()
        self.runtime.ended(self)
        waiting, self.waiting = self.waiting, []
        for then in waiting:
            then()

    def _tick(self, action: Callable[..., object], args: tuple[object, ...]) -> None:
        if self.running:
            action(*args)

    def _argv(self, kind: type[Program]) -> tuple[str, ...]:
        argv = self._words(kind)
        alone = len(argv) == 1 and argv[0].rpartition("/")[2] in ("cat", *SHELLS)
        return WAITING if alone and self.config.tty else argv

    def _words(self, kind: type[Program]) -> tuple[str, ...]:
        config = self.config
        if config.command:
            return config.command + config.args
        return kind.entrypoint + (config.args or kind.cmd)

    def _program(self) -> Program:
        config = self.config
        kind = program_for(config.image)
        argv = self._argv(kind)
        name = argv[0].rpartition("/")[2] if argv else ""
        facts = (
            self,
            argv,
            dict(config.env),
            self.files,
            config.ports,
            config.memory_limit,
            resolve(config.image).tag,
        )
        if kind is Busybox or not _for_a_shell(name, config, kind):
            return kind(*facts)
        return Script(*facts, image=kind)

    def _not_found(self) -> str:
        argv = self.program.argv
        name = argv[0].rpartition("/")[2] if argv else ""
        if type(self.program) is not Busybox or name in APPLETS or name in (*SHELLS, "exit"):
            return ""
        return (
            "failed to create containerd task: failed to create shim task: OCI runtime create "
            "failed: runc create failed: unable to start container process: error during "
            f'container init: exec: "{argv[0]}": executable file not found in $PATH'
        )


def _for_a_shell(name: str, config: ContainerConfig, image: type[Program]) -> bool:
    """Whether the small shell knows the command, whatever the image."""
    known = name in APPLETS or (name in CLIENT_TOOLS and config.ends)
    return name in SHELLS or (known and bool(config.command or not image.entrypoint))

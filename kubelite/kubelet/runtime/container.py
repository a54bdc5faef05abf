"""One simulated container: a process, its files, its output, and how it ended."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kubelite.kubelet.cri import (
    CREATED,
    EXITED,
    RUNNING,
    TERMINATION_LOG,
    ContainerConfig,
    ContainerStatus,
)
from kubelite.kubelet.images.applets import APPLETS
from kubelite.kubelet.images.busybox import Busybox
from kubelite.kubelet.images.files import BASE, Files, parent
from kubelite.kubelet.images.program import Program, Stream
from kubelite.kubelet.images.registry import digest_of, program_for, resolve
from kubelite.kubelet.runtime.mounts import mounted
from kubelite.sim.clock import Timer
from kubelite.sim.limits import LOG_BYTES

if TYPE_CHECKING:
    from kubelite.kubelet.runtime.simulated import Sandbox, SimulatedRuntime

SHELLS = ("sh", "ash", "bash")
SIGKILLED = 137

MESSAGE_BYTES = 4096
MESSAGE_OUTPUT = 2048
MESSAGE_LINES = 80
"""How much of a termination message is read: ``pkg/kubelet/container/runtime.go``."""


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
        self.files = mounted(config.mounts) if config.mounts else Files(BASE)
        if config.message_path != TERMINATION_LOG:
            self.files.make_dirs(parent(config.message_path))
            self.files[config.message_path] = ""
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
            self.message() if self.state == EXITED else "",
        )

    # DOC: termination-message
    def message(self) -> str:
        """What the process left to be said of its end: at most the last 4 KiB, 2 of its output."""
        config = self.config
        text = self.files.get(config.message_path) or ""
        if text or not (config.message_from_logs and self.exit_code):
            return text[-MESSAGE_BYTES:]
        lines = "".join(self.lines).splitlines(keepends=True)
        return "".join(lines[-MESSAGE_LINES:])[-MESSAGE_OUTPUT:]

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
        config = self.config
        if config.command:
            return config.command + config.args
        return kind.entrypoint + (config.args or kind.cmd)

    def _program(self) -> Program:
        config = self.config
        kind = program_for(config.image)
        argv = self._argv(kind)
        name = argv[0].rpartition("/")[2] if argv else ""
        if name in SHELLS or (name in APPLETS and (config.command or not kind.entrypoint)):
            kind = Busybox  # whatever the image, its command is one of the small shell's
        return kind(
            self,
            argv,
            dict(config.env),
            self.files,
            config.ports,
            config.memory_limit,
            resolve(config.image).tag,
        )

    def _not_found(self) -> str:
        argv = self.program.argv
        name = argv[0].rpartition("/")[2] if argv else ""
        if not isinstance(self.program, Busybox) or name in APPLETS or name in (*SHELLS, "exit"):
            return ""
        return (
            "failed to create containerd task: failed to create shim task: OCI runtime create "
            "failed: runc create failed: unable to start container process: error during "
            f'container init: exec: "{argv[0]}": executable file not found in $PATH'
        )

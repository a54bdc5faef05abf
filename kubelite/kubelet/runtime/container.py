"""One simulated container: a process, its files, its output, and how it ended."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Protocol

from kubelite.api.core_v1 import ResourceRequirements
from kubelite.apimachinery.struct import replace
from kubelite.kubelet.cri import (
    CREATED,
    EXITED,
    RUNNING,
    TERMINATION_LOG,
    ContainerConfig,
    ContainerStatus,
    Reply,
    Request,
    Session,
    Sink,
)
from kubelite.kubelet.images.busybox import Busybox
from kubelite.kubelet.images.files import parent
from kubelite.kubelet.images.outlook import Outlook
from kubelite.kubelet.images.program import Program, Stream
from kubelite.kubelet.images.registry import digest_of, program_for, resolve
from kubelite.kubelet.images.script import Script
from kubelite.kubelet.images.stdin import Input
from kubelite.kubelet.images.terminal import Terminal
from kubelite.kubelet.runtime import guarding
from kubelite.kubelet.runtime.console import Console
from kubelite.kubelet.runtime.entrypoint import argv_of, for_a_shell, not_found
from kubelite.kubelet.runtime.logs import STDOUT, LogDirectory, LogFile, LogSource
from kubelite.kubelet.runtime.mounts import files_of
from kubelite.kubelet.runtime.usage import Meter
from kubelite.sim.clock import Timer
from kubelite.sim.guests import foreign, nonsense, shown

if TYPE_CHECKING:
    from kubelite.kubelet.runtime.guarding import GuestProcess
    from kubelite.kubelet.runtime.simulated import Sandbox, SimulatedRuntime

NAMESPACE_FILE = "/var/run/secrets/kubernetes.io/serviceaccount/namespace"
SIGKILLED = 137

Then = Callable[[Reply], object]

MESSAGE_BYTES = 4096
MESSAGE_OUTPUT = 2048
MESSAGE_LINES = 80
"""How much of a termination message is read: ``pkg/kubelet/container/runtime.go``."""


class Killable(Protocol):
    """A command that ends when its container does."""

    def kill(self) -> None:
        """SIGKILL."""
        ...


class Container:
    """The runtime's record of one container; to its program it is the machine it runs on."""

    __slots__ = (
        "config",
        "console",
        "commands",
        "created_at",
        "exit_code",
        "files",
        "guest",
        "finished_at",
        "id",
        "kill_timer",
        "log_file",
        "memory",
        "meter",
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
        self.files = files_of(sandbox.config, config)
        self.files.setdefault(NAMESPACE_FILE, sandbox.config.namespace)
        if config.message_path != TERMINATION_LOG:
            self.files.make_dirs(parent(config.message_path))
            self.files[config.message_path] = ""
        self.log_file: LogFile | None = None
        self.kill_timer: Timer | None = None
        self.waiting: list[Callable[[], object]] = []
        self.meter: Meter | None = None
        self.console = Console(self) if config.stdin else None
        self.commands: tuple[Killable, ...] = ()  # beside the process, while somebody listens
        self.memory = 0  # as the machine's accounts have it
        self.guest: GuestProcess | None = None
        self.program = self._program()

    @property
    def running(self) -> bool:
        """Whether the process runs."""
        return self.state == RUNNING

    def start(self) -> str:
        """Run the process; an error text when its command cannot be found."""
        self.started_at = self.runtime.clock.now
        if missing := not_found(self.program):
            self.state, self.exit_code, self.reason = EXITED, 128, "StartError"
            self.finished_at = self.started_at
            return missing
        self.state = RUNNING
        self.runtime.network.join(self.sandbox.ip, self)
        self._run("start", self.program.start)
        return ""

    def _run(self, method: str, action: Callable[..., object], *args: object) -> None:
        """Let the program do something. A guest's process that fails at it ends."""
        try:
            action(*args)
        except BaseException as error:
            guarding.crash(self, error, method)

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
        if first and self.config.stop_signal in ("", "SIGTERM"):
            self._run("stop", self.program.stop)
        elif first:
            self.signal(self.config.stop_signal)

    def signal(self, name: str) -> None:
        """Send a signal by its name; nobody can catch SIGKILL."""
        if name == "SIGKILL":
            self.kill()
        else:
            self._run("signal", self.program.signal, name)

    def interrupt(self) -> None:
        """Somebody at its terminal has typed Ctrl-C."""
        self._run("interrupt", self.program.interrupt)

    def kill(self) -> None:
        """SIGKILL."""
        self.exit(SIGKILLED)

    def resize(self, resources: ResourceRequirements) -> str:
        """Other limits from now on; why not, or "". Memory in use is not taken away."""
        memory = resources.limits.get("memory")
        limit = memory.value if memory is not None else 0
        used = self.memory_used()
        if limit and used > limit:
            return (
                f'container "{self.config.name}": attempting to set memory limit ({limit}) '
                f"below current usage ({used})"
            )
        self.program.memory_limit = limit
        self.config = replace(
            self.config,
            memory_limit=limit,
            cpu_limit=resources.limits["cpu"].milli if "cpu" in resources.limits else 0,
            cpu_request=resources.requests["cpu"].milli if "cpu" in resources.requests else 0,
        )
        return ""

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
        lines = self.log_file.lines if self.log_file else []
        return "".join([line.text for line in lines[-MESSAGE_LINES:]])[-MESSAGE_OUTPUT:]

    # What the program sees: images.program.Machine

    @property
    def now(self) -> int:
        """The virtual time."""
        return self.runtime.clock.now

    @property
    def input(self) -> Input:
        """The standard input: ended, unless the pod's spec keeps it open."""
        return self.console.input if self.console is not None else Input()

    @property
    def terminal(self) -> Terminal | None:
        """The terminal, if somebody can type at it."""
        return self.console.terminal if self.console is not None else None

    def attach(self, sink: Sink) -> Session:
        """Show ``sink`` what the process writes from now on, and let it type."""
        if self.console is None:
            self.console = Console(self)
        return self.console.join(sink)

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
        if self.guest is not None:
            self.guest.count(delay)
        return self.runtime.clock.after(delay, self._tick, action, args)

    def log(self, text: str, stream: str = STDOUT) -> None:
        """Write to the container's log file."""
        file = self.log_file or self.open_log()
        file.write(self.runtime.clock.now, stream, text)
        if self.console is not None:
            self.console.show(stream, text)

    def open_log(self) -> LogFile:
        """The container's log file, made by whoever first writes or reads."""
        if self.log_file is None:
            self.log_file = self.runtime.log_directory.open(self._source())
        return self.log_file

    def _source(self) -> LogSource:
        pod, config = self.sandbox.config, self.config
        return LogSource(
            self.runtime.node_name,
            pod.namespace,
            pod.name,
            pod.uid,
            config.name,
            self.id,
            config.attempt,
        )

    @property
    def logs(self) -> LogDirectory:
        """The log files of the node, as a pod that mounts /var/log sees them."""
        return self.runtime.log_directory

    def ask(self, url: str, then: Then, method: str = "GET", body: str = "") -> None:
        """A request of this process to somebody else; no answer once the process has ended."""
        self.runtime.dial(self.sandbox.config, url, method, body, partial(self._answered, then))

    def _answered(self, then: Then, reply: Reply) -> None:
        if self.running:
            self._run("", then, reply)

    def exit(self, code: int, reason: str = "") -> None:
        """The process ends."""
        if not self.running:
            return
        if not isinstance(code, int):
            nonsense(f"an exit code is a whole number, not {shown(code)}")
        self.state = EXITED
        self.exit_code = code
        self.reason = reason or ("Completed" if code == 0 else "Error")
        self.finished_at = self.runtime.clock.now
        if self.kill_timer is not None:
            self.kill_timer.cancel()
        self.runtime.ended(self)
        if self.console is not None:
            self.console.close()
        for command in self.commands:
            command.kill()
        waiting, self.waiting = self.waiting, []
        for then in waiting:
            then()

    # What others ask of the program

    def answer(self, request: Request) -> Reply:
        """Its reply to a request."""
        if self.guest is None:
            return self.program.answer(request)
        return self.guest.answer(request)

    def listens(self, port: int) -> bool:
        """Whether it accepts connections to a port."""
        return self.program.listens(port) if self.guest is None else self.guest.listens(port)

    def memory_used(self) -> int:
        """Bytes it uses now."""
        return self.program.memory_used() if self.guest is None else self.guest.memory_used()

    def cpu_wanted(self, rate: float) -> float:
        """Thousandths of a core it would use, with so many requests a second."""
        if self.guest is None:
            return self.program.cpu_wanted(rate)
        return self.guest.cpu_wanted(rate)

    def answers(self, begin: int, end: int) -> float:
        """The share of a load's requests between two moments that it answers well."""
        asked = self.program if self.guest is None else self.guest
        return asked.answers(begin, end)

    def work(self, cost: int) -> int:
        """Cpu time for one request; how much longer than that it takes."""
        now, limit = self.runtime.clock.now, self.config.cpu_limit
        meter, accounts = self.metered(), self.runtime.accounts
        meter.add(now, cost)
        late = meter.throttled_for(now, cost, limit) if limit else 0
        return max(late, accounts.queueing(self, cost)) if accounts.crowded else late

    def holds(self, memory: int) -> None:
        """So many bytes from now on."""
        self.runtime.accounts.holds(self, memory)

    def metered(self) -> Meter:
        """What counts the container's work, from the first time it is needed."""
        if self.meter is None:
            self.meter = Meter()
        return self.meter

    def _tick(self, action: Callable[..., object], args: tuple[object, ...]) -> None:
        if self.running:
            self._run("", action, *args)

    def _program(self) -> Program:
        config = self.config
        kind = program_for(config.image)
        argv = argv_of(config, kind)
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
        if kind is Busybox or not for_a_shell(name, config, kind):
            return guarding.made(self, kind, facts) if foreign(kind) else kind(*facts)
        return Script(*facts, image=kind)

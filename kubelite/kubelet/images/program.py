"""A program that a container can run: the class every image derives from.

A new image is a class of about ten lines:

    class Hello(Program):
        ports = (8080,)

        def handle(self, request):
            return 200, f"hello from {self.env['HOSTNAME']}\\n"

Register it with ``images.register("hello", Hello)`` and any pod may use ``image: hello``.
Methods run as one process of one container: ``self`` is as long-lived as the process.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from kubelite.kubelet.cri import Reply, Request
from kubelite.kubelet.images.files import Files
from kubelite.kubelet.images.outlook import Outlook
from kubelite.sim.clock import Timer

if TYPE_CHECKING:
    from kubelite.kubelet.images.stdin import Input
    from kubelite.kubelet.images.terminal import Terminal

MEBIBYTE = 1 << 20

SIGNAL_EXIT = 128
SIGNALS = {"SIGHUP": 1, "SIGINT": 2, "SIGQUIT": 3, "SIGABRT": 6, "SIGUSR1": 10, "SIGUSR2": 12}
"""The exit code of a process that a signal ends is 128 and the signal's number."""

Steps = Generator[int, None, int]
"""A computation that takes time: it yields waits in microseconds and returns an exit code."""

Answer = Reply | tuple[int, str] | str


class Stream(Protocol):
    """A stream of chance (``sim.chance``)."""

    def random(self) -> float:
        """A number from 0 up to 1."""
        ...

    def uniform(self, a: float, b: float) -> float:
        """A number between ``a`` and ``b``."""
        ...


class LogFile(Protocol):
    """One container's log."""

    source: Any
    written: int

    def since(self, number: int) -> tuple[Any, ...]:
        """The finished lines after the first ``number``."""
        ...


class Logs(Protocol):
    """The directory /var/log/containers of a node."""

    @property
    def files(self) -> Mapping[str, LogFile]:
        """The files by their names."""
        ...


class Machine(Protocol):
    """What the runtime offers to the process it runs."""

    @property
    def now(self) -> int:
        """The virtual time, in microseconds."""
        ...

    @property
    def input(self) -> Input:
        """Its standard input, to which somebody may attach."""
        ...

    @property
    def terminal(self) -> Terminal | None:
        """The terminal it speaks through, if it has one."""
        ...

    @property
    def random(self) -> Stream:
        """This container's own stream of chance."""
        ...

    @property
    def ends(self) -> bool:
        """Whether this process is meant to end: in an init container, or in a Job's pod."""
        ...

    @property
    def network(self) -> Outlook:
        """The network as this container sees it."""
        ...

    def after(self, delay: int, action: Callable[..., object], *args: object) -> Timer:
        """Run ``action`` later, unless the process has ended by then."""
        ...

    def log(self, text: str, stream: str = "stdout") -> None:
        """Write to standard output, or to "stderr"."""
        ...

    @property
    def logs(self) -> Logs:
        """The log files of the node."""
        ...

    def ask(
        self, url: str, then: Callable[[Reply], object], method: str = "GET", body: str = ""
    ) -> None:
        """Ask another pod, a Service or the world outside."""
        ...

    def exit(self, code: int, reason: str = "") -> None:
        """End the process."""
        ...

    def holds(self, memory: int) -> None:
        """Use so many bytes of memory from now on."""
        ...

    def work(self, cost: int) -> int:
        """Use so much cpu time (microseconds) now; how much longer than that it takes."""
        ...


class Program:
    """One process. Subclasses set what differs from a plain server that never ends.

    ``size`` is the image's size in bytes, ``memory`` what the process uses, ``ports`` where it
    listens. ``entrypoint`` and ``cmd`` are what runs when the pod's spec does not say.
    ``tags`` is a pattern of the tags its registry has, ``tools`` names commands that may be
    run beside it and tell nothing. ``cpu`` is what the process wants while
    nobody asks it anything, in thousandths of a core; ``cpu_per_request`` what one request
    costs, in microseconds of a core. ``grows``: ``memory_used`` has to be asked each time.
    """

    size = 50 * MEBIBYTE
    ports: tuple[int, ...] = ()
    entrypoint: tuple[str, ...] = ()
    cmd: tuple[str, ...] = ()
    memory = 10 * MEBIBYTE
    tags = r".*"
    cpu = 1
    cpu_per_request = 0
    grows = False
    tools: tuple[str, ...] = ()

    def __init__(
        self,
        machine: Machine,
        argv: tuple[str, ...],
        env: Mapping[str, str],
        files: Files,
        ports: tuple[int, ...] = (),
        memory_limit: int = 0,
        tag: str = "latest",
    ):
        self.machine = machine
        self.argv = argv
        self.env = env
        self.files = files
        self.declared_ports = ports
        self.memory_limit = memory_limit
        self.tag = tag

    # What an image may change

    def start(self) -> None:
        """The process begins."""

    def handle(self, request: Request) -> Answer:
        """Answer an HTTP request with a text, a (status, text), or a ``Reply`` with a delay."""
        return Reply(200, "ok\n")

    def healthy(self, service: str) -> Reply:
        """Answer a gRPC health check; HTTP 200 stands for SERVING."""
        return Reply(200, "SERVING")

    def stop(self) -> None:
        """SIGTERM has come: finish what is under way, then exit."""
        self.exit(0)

    def signal(self, name: str) -> None:
        """Another signal than SIGTERM has come; most end a process that does not expect them."""
        self.exit(SIGNAL_EXIT + SIGNALS.get(name, 0))

    def interrupt(self) -> None:
        """Somebody at its terminal has typed Ctrl-C."""
        self.signal("SIGINT")

    def prompt(self) -> str:
        """What it shows somebody from whom it expects a line."""
        return ""

    def listens(self, port: int) -> bool:
        """Whether a connection to ``port`` is accepted."""
        return port in self.ports

    def cpu_wanted(self, rate: float) -> float:
        """Thousandths of a core it would use, with so many requests a second."""
        return self.cpu + rate * self.cpu_per_request / 1000

    def memory_used(self) -> int:
        """Bytes it uses now."""
        return self.memory

    def answers(self, begin: int, end: int) -> float:
        """The share of a load's requests between two moments that it answers well, 0 to 1."""
        return 1.0

    # What an image may use

    def log(self, text: str, stream: str = "stdout") -> None:
        """Write a line to standard output, or to "stderr"."""
        self.machine.log(text if text.endswith("\n") else text + "\n", stream)

    def ask(
        self, url: str, then: Callable[[Reply], object], method: str = "GET", body: str = ""
    ) -> None:
        """Ask somebody by name or address, as any client in the pod would: "store:8080/orders".

        ``then`` gets the reply, with an ``error`` when there was no answer.
        """
        self.machine.ask(url, then, method, body)

    def exit(self, code: int) -> None:
        """End the process with this exit code."""
        self.machine.exit(code)

    def after(self, delay: int, action: Callable[..., object], *args: object) -> Timer:
        """Do something ``delay`` microseconds from now, if the process still runs then."""
        return self.machine.after(delay, action, *args)

    def use_memory(self, amount: int) -> None:
        """Use this many bytes from now on; beyond the container's limit the kernel kills it."""
        self.memory = amount
        self.machine.holds(amount)
        if self.memory_limit and amount > self.memory_limit:
            self.machine.exit(137, "OOMKilled")

    def answer(self, request: Request) -> Reply:
        """``handle`` or ``healthy``, as a Reply."""
        if request.protocol == "tcp":
            return Reply(200)
        if request.protocol == "grpc":
            return self.healthy(request.path)
        answer = self.handle(request)
        if isinstance(answer, Reply):
            return answer
        if isinstance(answer, str):
            return Reply(200, answer)
        return Reply(*answer)

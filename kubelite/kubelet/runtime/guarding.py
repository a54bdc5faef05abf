"""A learner's image as a process among others: what it raises ends its own container, no more.

As a Python process does, it leaves a traceback on its standard error and exits with 1, and
``sys.exit(n)`` with n; the kubelet starts it again with back-off. A request that it fails to
answer is a 500, as of a web framework, and the process goes on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kubelite.kubelet.cri import NEVER, Reply, Request
from kubelite.kubelet.images.checking import amount
from kubelite.kubelet.images.program import Program
from kubelite.kubelet.runtime.logs import STDERR
from kubelite.sim import limits
from kubelite.sim.clock import SECOND
from kubelite.sim.guests import StoppedError, mishap, nonsense, shown

if TYPE_CHECKING:
    from kubelite.kubelet.runtime.container import Container

FAILED = 1
STOPPED = 137  # by whoever watches over endless loops, as with SIGKILL
RESET = "read: connection reset by peer"

_ADVICE = "Its container has ended and starts again with back-off; see cluster.logs(pod)"
_GOES_ON = "Its container goes on"


class Broken(Program):
    """A program that could not even be made."""

    error: BaseException

    def start(self) -> None:
        """Fail with what was raised then."""
        raise self.error


def made(container: Container, kind: type[Program], facts: tuple[Any, ...]) -> Program:
    """A guest's program, or one that will fail as soon as it is started."""
    container.guest = GuestProcess(container)
    try:
        program = kind(*facts)
        if not isinstance(program, Program):
            nonsense(f"an image is a Program, not {shown(program)}")
        return program
    except BaseException as error:
        broken = Broken(*facts)
        broken.error = error
        return broken


def crash(container: Container, error: BaseException, method: str) -> None:
    """The process has failed: its exit code and last words, and a mishap."""
    asked = isinstance(error, SystemExit)
    found = mishap(error, container.program, method, _ADVICE, _subject(container))
    if isinstance(error, SystemExit) and (error.code is None or isinstance(error.code, int)):
        container.exit((error.code or 0) & 255)
        return
    said = error.code if isinstance(error, SystemExit) else found.traceback or found.cause
    container.log(f"{str(said).rstrip()}\n", STDERR)
    container.exit(STOPPED if isinstance(error, StoppedError) else FAILED)
    if not asked:
        container.runtime.clock.report(found)


def _subject(container: Container) -> tuple[str, str, str]:
    pod = container.sandbox.config
    return "pods", pod.namespace, pod.name


class GuestProcess:
    """What others ask of a guest's program, with an answer in any case."""

    def __init__(self, container: Container):
        self._container = container
        self._second = self._timers = 0

    def answer(self, request: Request) -> Reply:
        """Its reply; 500 when it fails, a broken connection when it ends instead."""
        container = self._container
        try:
            return _checked(container.program.answer(request))
        except (SystemExit, StoppedError) as error:
            crash(container, error, "handle")
            return Reply(error=RESET)
        except BaseException as error:
            method = "healthy" if request.protocol == "grpc" else "handle"
            self._report(error, method)
            return Reply(500, "Internal Server Error\n")

    def listens(self, port: int) -> bool:
        """Whether it accepts connections to a port; not, if it cannot say."""
        try:
            return bool(self._container.program.listens(port))
        except BaseException as error:
            self._report(error, "listens")
            return False

    def memory_used(self) -> int:
        """Bytes it uses; none, if it cannot say."""
        try:
            return int(amount(self._container.program.memory_used()))
        except BaseException as error:
            self._report(error, "memory_used")
            return 0

    def cpu_wanted(self, rate: float) -> float:
        """Thousandths of a core; none, if it cannot say."""
        try:
            return amount(self._container.program.cpu_wanted(rate))
        except BaseException as error:
            self._report(error, "cpu_wanted")
            return 0.0

    def answers(self, begin: int, end: int) -> float:
        """The share of a load it answers; none, if it cannot say."""
        try:
            return min(amount(self._container.program.answers(begin, end)), 1.0)
        except BaseException as error:
            self._report(error, "answers")
            return 0.0

    def count(self, delay: Any) -> None:
        """It sets a timer. Raises NonsenseError for what is no delay, or for far too many."""
        if isinstance(delay, bool) or not isinstance(delay, int):
            nonsense(f"after() takes whole microseconds, such as 5 * SECOND, not {shown(delay)}")
        second = self._container.runtime.clock.now // SECOND
        if second != self._second:
            self._second, self._timers = second, 0
        self._timers += 1
        if self._timers > limits.GUEST_EVENTS_A_SECOND:
            nonsense(f"a hot loop: {self._timers - 1:,} timers within a virtual second")

    def _report(self, error: BaseException, method: str) -> None:
        container = self._container
        found = mishap(error, container.program, method, _GOES_ON, _subject(container))
        container.log(found.traceback or f"{found.cause}\n", STDERR)
        container.runtime.clock.report(found)


def _checked(reply: Any) -> Reply:
    status, body, delay = reply.status, reply.body, reply.delay
    if isinstance(status, bool) or not isinstance(status, int) or not isinstance(body, str):
        nonsense(f"a reply is a text, a (status, text) or a Reply, not {shown(reply)}")
    if isinstance(delay, bool) or not isinstance(delay, int) or (delay < 0 and delay != NEVER):
        nonsense(f"a reply's delay is in whole microseconds, not {shown(delay)}")
    return Reply(*reply)

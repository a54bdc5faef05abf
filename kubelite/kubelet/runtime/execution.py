"""Running a command inside a container, as ``kubectl exec`` and exec probes ask for.

Models ``Exec`` and ``ExecSync`` of the CRI, and the words of containerd and runc.
"""

from __future__ import annotations

from collections.abc import Callable

from kubelite.kubelet.cri import ExecResult
from kubelite.kubelet.images.applets import APPLETS
from kubelite.kubelet.images.doubts import Doubts
from kubelite.kubelet.images.leaving import Interrupted
from kubelite.kubelet.images.program import Program, Steps
from kubelite.kubelet.images.script import Script
from kubelite.kubelet.images.server import Pause, PlainServer
from kubelite.kubelet.images.shell import SHELLS, Shell
from kubelite.kubelet.images.stdin import AWAIT_INPUT
from kubelite.kubelet.runtime.container import SIGKILLED, Container
from kubelite.sim.clock import Clock, Timer

Then = Callable[[ExecResult], object]

SIGINT_STATUS = 130


def execute(
    clock: Clock,
    container: Container | None,
    container_id: str,
    command: tuple[str, ...],
    timeout: int,
    then: Then,
) -> None:
    """Run it in the small shell of the container; ``timeout`` in microseconds, 0 for none."""
    if container is None or not container.running:
        then(ExecResult(0, "", "container is not running"))
        return
    output: list[str] = []
    found = prepare(container, command, output.append)
    if isinstance(found, ExecResult):
        then(found)
        return
    deadline = clock.now + timeout if timeout > 0 else None
    late = f'"{" ".join(command)}" timed out'

    def ended(result: ExecResult) -> None:
        then(well(found, result)._replace(output="".join(output)))

    Running(clock, container, found.run_argv(command), ended).begin(deadline, late)


def prepare(
    container: Container, command: tuple[str, ...], write: Callable[[str], object]
) -> Shell | ExecResult:
    """The shell in which a command of this container runs, or how that ends at once."""
    name = command[0].rpartition("/")[2] if command else ""
    program = container.program
    if name in program.tools:
        return ExecResult(0, "")
    doubts = _doubts(program)
    if isinstance(program, Pause) or not (name in APPLETS or name in SHELLS or doubts.programs):
        return ExecResult(0, "", _exec_error(container.id, command[0]))
    return Shell(container.files, program.env, write, container.network, doubts)


def well(shell: Shell, result: ExecResult) -> ExecResult:
    """The result; what decided is not known, so then all is well."""
    doubted = shell.doubts.count and result.exit_code
    return result._replace(exit_code=0) if doubted else result


class Running:
    """The steps of one command, one after the other; ``then`` gets how it ended."""

    def __init__(self, clock: Clock, container: Container, steps: Steps, then: Then):
        self._clock = clock
        self._container = container
        self._steps = steps
        self._then = then
        self._timer: Timer | None = None
        self._deadline: int | None = None
        self._late = ""
        self._hungry = False
        self.over = False
        self.when_more: Callable[[Callable[[], object]], object] = _nobody

    def begin(self, deadline: int | None = None, late: str = "") -> None:
        """Run until something has to be waited for; ``late`` is the error after the deadline."""
        self._deadline, self._late = deadline, late
        self._proceed()

    def interrupt(self) -> None:
        """Ctrl-C."""
        if self.over:
            return
        self._cancel()
        try:
            self._wait(self._steps.throw(Interrupted()))
        except StopIteration as ended:
            self._end(ExecResult(ended.value, ""))
        except Interrupted:
            self._end(ExecResult(SIGINT_STATUS, ""))

    def kill(self) -> None:
        """The container has ended, and this with it."""
        if not self.over:
            self._cancel()
            self._end(ExecResult(SIGKILLED, ""))

    def abandon(self) -> None:
        """Nobody waits for the end any more."""
        self._cancel()
        self.over = True
        self._steps.close()

    def _proceed(self) -> None:
        if self.over:
            return
        if not self._container.running:
            self._end(ExecResult(SIGKILLED, ""))
            return
        try:
            self._wait(next(self._steps))
        except StopIteration as ended:
            self._end(ExecResult(ended.value, ""))

    def _fed(self) -> None:
        if self._hungry:
            self._proceed()

    def _wait(self, time: int) -> None:
        self._hungry = time == AWAIT_INPUT
        if self._hungry:
            self.when_more(self._fed)
            return
        due = self._clock.now + time
        if self._deadline is not None and due > self._deadline:
            late = ExecResult(0, "", self._late)
            self._timer = self._clock.at(self._deadline, self._end, late)
            return
        self._timer = self._clock.at(due, self._proceed)

    def _end(self, result: ExecResult) -> None:
        self.over = True
        self._then(result)

    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()


def _nobody(resume: Callable[[], object]) -> None:
    """No input will come: whoever waits for it waits for ever."""


def _exec_error(container_id: str, name: str) -> str:
    return (
        "rpc error: code = Unknown desc = failed to exec in container: failed to start exec "
        f'"{container_id}": OCI runtime exec failed: exec failed: unable to start container '
        f'process: exec: "{name}": executable file not found in $PATH'
    )


def _doubts(program: Program) -> Doubts:
    """What nobody here knows of a container in which a command is to run."""
    if isinstance(program, Script):
        return Doubts(programs=True, files=program.serving is not None)
    unknown = isinstance(program, PlainServer)
    return Doubts(programs=unknown, files=unknown)

"""Running a command inside a container, as ``kubectl exec`` and exec probes ask for.

Models ``ExecSync`` of the CRI, and the words of containerd and runc.
"""

from __future__ import annotations

from collections.abc import Callable

from kubelite.kubelet.cri import ExecResult
from kubelite.kubelet.images.applets import APPLETS
from kubelite.kubelet.images.program import Program, Steps
from kubelite.kubelet.images.script import Script
from kubelite.kubelet.images.server import Pause, PlainServer
from kubelite.kubelet.images.shell import SHELLS, Doubts, Shell
from kubelite.kubelet.runtime.container import SIGKILLED, Container
from kubelite.sim.clock import Clock

Then = Callable[[ExecResult], object]


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
    name = command[0].rpartition("/")[2] if command else ""
    program = container.program
    if name in program.tools:
        then(ExecResult(0, ""))
        return
    doubts = _doubts(program)
    if isinstance(program, Pause) or not (name in APPLETS or name in SHELLS or doubts.programs):
        then(ExecResult(0, "", _exec_error(container_id, command[0])))
        return
    output: list[str] = []
    shell = Shell(container.files, program.env, output.append, container.network, doubts)
    deadline = clock.now + timeout if timeout > 0 else None

    def ended(result: ExecResult) -> None:
        if doubts.count and result.exit_code:
            result = result._replace(exit_code=0)  # what decided is not known: all is well
        then(result)

    _proceed(clock, container, shell.run_argv(command), output, command, deadline, ended)


def _proceed(
    clock: Clock,
    container: Container,
    steps: Steps,
    output: list[str],
    command: tuple[str, ...],
    deadline: int | None,
    then: Then,
) -> None:
    if not container.running:
        then(ExecResult(SIGKILLED, "".join(output)))
        return
    try:
        due = clock.now + next(steps)
    except StopIteration as ended:
        then(ExecResult(ended.value, "".join(output)))
        return
    if deadline is not None and due > deadline:
        late = ExecResult(0, "".join(output), f'"{" ".join(command)}" timed out')
        clock.at(deadline, then, late)
        return
    clock.at(due, _proceed, clock, container, steps, output, command, deadline, then)


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

"""A command beside a container's own process, with somebody who listens and may type.

Models ``Exec`` of the CRI as containerd streams it.
"""

from __future__ import annotations

from functools import partial

from kubelite.kubelet.cri import ExecResult, Session, Sink
from kubelite.kubelet.images.shell import Shell
from kubelite.kubelet.images.stdin import Input
from kubelite.kubelet.images.terminal import Terminal
from kubelite.kubelet.runtime.container import Container
from kubelite.kubelet.runtime.execution import Running, prepare, well
from kubelite.kubelet.runtime.logs import STDERR, STDOUT
from kubelite.sim.clock import Clock


def open_exec(
    clock: Clock,
    container: Container,
    command: tuple[str, ...],
    stdin: bool,
    tty: bool,
    sink: Sink,
) -> Session:
    """Begin a command whose output goes to ``sink``."""
    source = Input(ended=not stdin)
    found = prepare(container, command, partial(sink.write, STDOUT))
    session = _Command(source)
    if isinstance(found, ExecResult):
        sink.end(found)
        return session
    found.input = source
    found.err = partial(sink.write, STDERR)
    if tty:
        session.terminal = Terminal(source, partial(sink.write, STDOUT), session.interrupt)
        found.terminal = session.terminal
        found.out = found.err = found.stdout = session.terminal.write
    session.run(clock, container, found, command, sink)
    return session


class _Command:
    """One command under way."""

    def __init__(self, source: Input):
        self._source = source
        self._running: Running | None = None
        self.terminal: Terminal | None = None

    def run(
        self,
        clock: Clock,
        container: Container,
        shell: Shell,
        command: tuple[str, ...],
        sink: Sink,
    ) -> None:
        """Begin."""

        def ended(result: ExecResult) -> None:
            container.commands = tuple([one for one in container.commands if one is not running])
            sink.end(well(shell, result))

        running = Running(clock, container, shell.run_argv(command), ended)
        running.when_more = self._source.when_more
        self._running = running
        container.commands += (running,)
        running.begin()

    def type(self, text: str) -> None:
        """To the terminal, or straight to the command."""
        if self.terminal is not None:
            self.terminal.type(text)
        else:
            self._source.feed(text)

    def end_input(self) -> None:
        """No more will come."""
        self._source.end()

    def resize(self, columns: int, rows: int) -> None:
        """The window has this size."""
        if self.terminal is not None:
            self.terminal.resize(columns, rows)

    def interrupt(self) -> None:
        """Ctrl-C."""
        if self._running is not None:
            self._running.interrupt()

    def hang_up(self) -> None:
        """Nobody listens any more: the command ends."""
        if self._running is not None and not self._running.over:
            self._running.abandon()

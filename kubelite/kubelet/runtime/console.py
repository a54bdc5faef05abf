"""The standard streams of a container's own process, and those who are attached to it.

Models ``Attach`` of the CRI as containerd streams it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kubelite.kubelet.cri import ExecResult, Session, Sink
from kubelite.kubelet.images.stdin import Input
from kubelite.kubelet.images.terminal import Terminal

if TYPE_CHECKING:
    from kubelite.kubelet.runtime.container import Container

STDOUT = "stdout"


class Console:
    """The standard streams of a container's own process."""

    def __init__(self, container: Container):
        config = container.config
        self._container = container
        self.input = Input(ended=not config.stdin)
        self.tty = config.tty
        self.terminal = Terminal(self.input, self._echo, self._interrupt) if config.tty else None
        self._sinks: list[Sink] = []

    def join(self, sink: Sink) -> Session:
        """Somebody attaches."""
        self._sinks.append(sink)
        return _Attached(self, self._container, sink)

    def show(self, stream: str, text: str) -> None:
        """What the process writes; a terminal begins each line on the left."""
        shown = text.replace("\n", "\r\n") if self.tty else text
        for sink in tuple(self._sinks):
            sink.write(STDOUT if self.tty else stream, shown)

    def leave(self, sink: Sink) -> None:
        """Somebody has gone; with stdinOnce nobody can type any more."""
        if sink in self._sinks:
            self._sinks.remove(sink)
            if self._container.config.stdin_once:
                self.input.end()

    def close(self) -> None:
        """The process has ended."""
        sinks, self._sinks = self._sinks, []
        for sink in sinks:
            sink.end(ExecResult(0, ""))

    def _echo(self, text: str) -> None:
        self._container.open_log().write(self._container.now, STDOUT, text.replace("\r\n", "\n"))
        for sink in tuple(self._sinks):
            sink.write(STDOUT, text)

    def _interrupt(self) -> None:
        self._container.interrupt()


class _Attached:
    """One who is attached."""

    def __init__(self, console: Console, container: Container, sink: Sink):
        self._console = console
        self._container = container
        self._sink = sink

    def type(self, text: str) -> None:
        """To the terminal, or straight to the process."""
        if self._console.terminal is not None:
            self._console.terminal.type(text)
        else:
            self._console.input.feed(text)

    def end_input(self) -> None:
        """No more from this one; with stdinOnce from nobody."""
        if self._container.config.stdin_once:
            self._console.input.end()

    def resize(self, columns: int, rows: int) -> None:
        """The process hears of it and draws its line again, which whoever comes late has missed."""
        if self._console.terminal is not None:
            self._console.terminal.resize(columns, rows)
            self._sink.write(STDOUT, "\r" + self._container.program.prompt())

    def hang_up(self) -> None:
        """This one leaves."""
        self._console.leave(self._sink)

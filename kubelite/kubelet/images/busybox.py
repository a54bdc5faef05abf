"""busybox: the small shell as a container's only process.

As process 1 of its container a shell ignores SIGTERM unless it has set a trap, so stopping it
takes the whole grace period and then SIGKILL. That is no fault of the simulation: it is
what happens to the liveness example everybody begins with.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from kubelite.kubelet.images.interactive import prompt
from kubelite.kubelet.images.leaving import Interrupted
from kubelite.kubelet.images.program import MEBIBYTE, Program
from kubelite.kubelet.images.shell import LOOP_PAUSE, SPINNING, Shell
from kubelite.kubelet.images.stdin import AWAIT_INPUT
from kubelite.sim.clock import Timer

ONE_CORE = 1000  # thousandths of a core: a shell is one thread


class Busybox(Program):
    """Runs its arguments as a command of the small shell."""

    size = 2_156_519
    memory = MEBIBYTE
    cpu = 0
    cmd = ("sh",)
    tags = r"(latest|stable|unstable|musl|glibc|uclibc|1(\.\d\d?){0,2})(-[\w.-]+)?"

    def start(self) -> None:
        """Run the command; the container ends with it."""
        self.shell = self.new_shell()
        self.shell.err = partial(self.machine.log, stream="stderr")
        self.shell.input, self.shell.terminal = self.machine.input, self.machine.terminal
        self._steps = self.shell.run_argv(self.argv)
        self._timer: Timer | None = None
        self._hungry = False
        self._proceed()

    def new_shell(self) -> Shell:
        """The shell that is process 1."""
        return Shell(self.files, self.env, self.machine.log, self.machine.network)

    def ended(self, code: int) -> None:
        """The command is over."""
        self.exit(code)

    def stop(self) -> None:
        """Process 1 ignores SIGTERM, unless its script has set a trap."""
        self.signal("SIGTERM")

    def signal(self, name: str) -> None:
        """Any other signal is ignored in the same way."""
        self.shell.signal(name.removeprefix("SIG"))

    def interrupt(self) -> None:
        """Ctrl-C ends what a shell runs that somebody talks to; process 1 itself ignores it."""
        if len(self.argv) > 1 or self.shell.terminal is None:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._go(lambda: self._steps.throw(Interrupted()))

    def prompt(self) -> str:
        """That of a shell which waits for a line."""
        return prompt(self.shell) if self._hungry and len(self.argv) == 1 else ""

    def listens(self, port: int) -> bool:
        """A shell serves nothing, but a command of it may."""
        return port in self.shell.ports

    def _proceed(self) -> None:
        self._go(lambda: next(self._steps))

    def _go(self, on: Callable[[], int]) -> None:
        try:
            wait = on()
        except StopIteration as ended:
            self.ended(ended.value)
            return
        self._hungry = wait == AWAIT_INPUT
        self.cpu = ONE_CORE if 0 <= wait <= LOOP_PAUSE or wait == SPINNING else 0
        if self._hungry:
            self.machine.input.when_more(self._fed)
        else:
            self._timer = self.after(wait, self._proceed)

    def _fed(self) -> None:
        if self._hungry:
            self._proceed()

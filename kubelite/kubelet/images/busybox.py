"""busybox: the small shell as a container's only process.

As process 1 of its container a shell ignores SIGTERM unless it has set a trap, so stopping it
takes the whole grace period and then SIGKILL. That is no fault of the simulation: it is
what happens to the liveness example everybody begins with.
"""

from __future__ import annotations

from functools import partial

from kubelite.kubelet.images.program import MEBIBYTE, Program, Steps
from kubelite.kubelet.images.shell import LOOP_PAUSE, SPINNING, Shell

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
        if self.machine.stdin and self.argv in (("sh",), ("/bin/sh",)):
            return  # it waits for somebody to type
        self._proceed(self.shell.run_argv(self.argv))

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

    def listens(self, port: int) -> bool:
        """A shell serves nothing, but a command of it may."""
        return port in self.shell.ports

    def _proceed(self, steps: Steps) -> None:
        try:
            wait = next(steps)
        except StopIteration as ended:
            self.ended(ended.value)
            return
        self.cpu = ONE_CORE if wait <= LOOP_PAUSE or wait == SPINNING else 0
        self.after(wait, self._proceed, steps)

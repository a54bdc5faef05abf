"""A shell script in an image that holds more than a shell: what most manifests' commands are.

The script runs in the small shell. Commands that only the image knows are taken to succeed; once
one was met, the container also serves as the image would. At the end of such a script a
container that is meant to end has ended well, and any other runs on as its image's server.
"""

from __future__ import annotations

from typing import Any

from kubelite.kubelet.cri import Reply, Request
from kubelite.kubelet.images.busybox import Busybox
from kubelite.kubelet.images.doubts import Doubts
from kubelite.kubelet.images.program import Program
from kubelite.kubelet.images.shell import Shell


class Script(Busybox):
    """Runs its arguments in the small shell; ``image`` is the class of the image around it."""

    def __init__(self, *facts: Any, image: type[Program]):
        super().__init__(*facts)
        self._server = image(*facts)
        self._begun = False
        self.doubts = Doubts(programs=True)

    def new_shell(self) -> Shell:
        """A shell that knows that it does not know everything."""
        machine = self.machine
        return Shell(self.files, self.env, machine.log, machine.network, self.doubts)

    @property
    def serving(self) -> Program | None:
        """The image's own program, from the moment it may have been started."""
        if self.doubts.count and not self._begun and not self.machine.ends:
            self._begun = True
            self._server.start()
        return self._server if self._begun else None

    def ended(self, code: int) -> None:
        """The script is over: so is the container, unless a server was started in it."""
        if self.doubts.count and self.machine.ends:
            self.exit(0)
        elif self.serving is None:
            self.exit(code)

    def stop(self) -> None:
        """SIGTERM goes to the server, or to the script's trap."""
        if not self.shell.signal("TERM") and self.serving is not None:
            self._server.stop()

    def listens(self, port: int) -> bool:
        """Where the script listens, and where the server does."""
        server = self.serving
        return super().listens(port) or (server is not None and server.listens(port))

    def answer(self, request: Request) -> Reply:
        """The server's answer."""
        server = self.serving
        return server.answer(request) if server is not None else super().answer(request)

"""agnhost: the many-sided server of Kubernetes' own tests and of the probe example in its docs.

Only ``liveness`` has a will of its own: it is well for ten seconds, and answers 500 from then on.
Models ``test/images/agnhost/liveness``.
"""

from __future__ import annotations

from kubelite.kubelet.cri import Request
from kubelite.kubelet.images.program import Answer
from kubelite.kubelet.images.server import PlainServer
from kubelite.sim.clock import SECOND

WELL = 10 * SECOND


class Agnhost(PlainServer):
    """A plain server, unless it is told to fall ill."""

    entrypoint = ("/agnhost",)
    cmd = ("pause",)

    def start(self) -> None:
        """The ten seconds begin."""
        self._began = self.machine.now
        super().start()

    def handle(self, request: Request) -> Answer:
        """200, or what ``liveness`` says."""
        age = self.machine.now - self._began
        if "liveness" in self.argv and request.path == "/healthz" and age > WELL:
            return 500, f"error: {age / SECOND}"
        return super().handle(request)

"""How the parts of a cluster are joined: directly, unless something is put between them."""

from __future__ import annotations

from kubelite.apimachinery.rest import API
from kubelite.kubelet import SimulatedRuntime, cri
from kubelite.sim.clock import Clock


class Wiring:
    """Joins components to what they need. A subclass puts itself in between."""

    def api(self, server: API, clock: Clock) -> API:
        """The server as controllers, scheduler, kubelets and proxies meet it."""
        return server

    def runtime(self, runtime: SimulatedRuntime) -> cri.Runtime:
        """A machine's runtime as its kubelet meets it."""
        return runtime


DIRECT = Wiring()

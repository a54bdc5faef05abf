"""Lifecycle hooks: what runs just after a container's start and just before its stop.

Models ``pkg/kubelet/lifecycle/handlers.go``.
"""

from __future__ import annotations

from collections.abc import Callable

from kubelite.api.core_v1 import Container, LifecycleHandler
from kubelite.kubelet.cri import ExecResult, Reply, Request, Runtime
from kubelite.kubelet.probes.handlers import port_number
from kubelite.sim.clock import SECOND, Clock

HTTP_TIMEOUT = 30 * SECOND


class HandlerRunner:
    """Runs hooks; ``then`` gets an error text, "" when the hook succeeded."""

    def __init__(self, clock: Clock, runtime: Runtime):
        self._clock = clock
        self._runtime = runtime

    def run(
        self,
        container_id: str,
        container: Container,
        pod_ip: str,
        hook: LifecycleHandler,
        then: Callable[[str], object],
    ) -> None:
        """Run one hook."""
        if hook.exec is not None:
            command = hook.exec.command

            def ended(result: ExecResult) -> None:
                problem = result.error
                if not problem and result.exit_code:
                    problem = f"command '{' '.join(command)}' exited with {result.exit_code}"
                    problem += f": {result.output}"
                then(problem)

            self._runtime.exec_sync(container_id, command, 0, ended)
        elif hook.http_get is not None:
            port = port_number(hook.http_get.port, container)
            if isinstance(port, str):
                then(port)
                return

            def answered(reply: Reply) -> None:
                then(reply.error)  # whatever it answers: only no answer is a failure

            host = hook.http_get.host or pod_ip
            request = Request(hook.http_get.path or "/")
            self._runtime.request(host, port, request, HTTP_TIMEOUT, answered)
        elif hook.sleep is not None:
            self._clock.after(hook.sleep.seconds * SECOND, then, "")
        else:
            then("invalid handler")  # a tcpSocket: kept for old manifests, it never worked

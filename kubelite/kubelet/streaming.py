"""What streams between a client and a pod: commands, attached clients, forwarded ports.

Models GetExec, GetAttach and GetPortForward of ``pkg/kubelet/kubelet_pods.go``,
``k8s.io/cri-streaming`` and containerd's ``internal/cri/server/sandbox_portforward_linux.go``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import partial

from kubelite.api.core_v1 import Pod
from kubelite.api.podoptions import PodAttachOptions, PodExecOptions
from kubelite.kubelet.cri import RUNNING, Reply, Request, Runtime, Session, Sink
from kubelite.sim.clock import SECOND

PATIENCE = 3600 * SECOND
"""How long a forwarded connection waits for an answer; a real one waits for ever."""

Then = Callable[[Reply], object]


class Streaming:
    """One kubelet's streams. Raises ValueError for what is not there."""

    def __init__(self, runtime: Runtime):
        self._runtime = runtime

    def exec(self, pod: Pod, options: PodExecOptions, sink: Sink) -> Session:
        """Run a command in a container."""
        found = self._container(pod, options.container)
        return self._runtime.exec(found, options.command, options.stdin, options.tty, sink)

    def attach(self, pod: Pod, options: PodAttachOptions, sink: Sink) -> Session:
        """Listen to a container's own process."""
        return self._runtime.attach(self._container(pod, options.container), sink)

    def check(self, pod: Pod, name: str) -> None:
        """Whether a container is there and runs."""
        self._container(pod, name)

    def _container(self, pod: Pod, name: str) -> str:
        found = self._runtime.pod_status(pod.metadata.uid).find(name)
        if found is None:
            raise ValueError(f'container not found ("{name}")')
        if found.state != RUNNING:
            raise ValueError(f"container is in CONTAINER_{found.state.upper()} state")
        return found.id

    def port_forward(self, pod: Pod, port: int, request: Request, then: Then) -> None:
        """Ask whatever listens inside a pod at ``localhost:port``."""
        uid = pod.metadata.uid
        status = self._runtime.pod_status(uid)
        if not status.sandbox_ready:
            then(Reply(error=f'failed to find sandbox "{_sandbox(uid)}" in store: not found'))
            return
        answered = partial(_explained, uid, port, pod.spec.host_network, then)
        self._runtime.request(status.ip, port, request, PATIENCE, answered)


def _explained(uid: str, port: int, host_network: bool, then: Then, reply: Reply) -> None:
    """The reply; if nobody listens, in the words of a kubelet and its runtime."""
    if not reply.error:
        then(reply)
        return
    sandbox = _sandbox(uid)
    namespace = "host" if host_network else f"/var/run/netns/cni-{uid}"
    then(
        Reply(
            error=f"error forwarding port {port} to pod {sandbox}, uid : failed to execute "
            f'portforward in network namespace "{namespace}": failed to connect to '
            f'localhost:{port} inside namespace "{sandbox}", IPv4: dial tcp4 127.0.0.1:{port}: '
            f"{reply.error} IPv6 dial tcp6 [::1]:{port}: {reply.error} "
        )
    )


def _sandbox(uid: str) -> str:
    """An id as containerd gives them."""
    return hashlib.sha256(uid.encode()).hexdigest()

"""The order in which a pod's containers end: first the regular ones, then the sidecars, the last
started first. Their preStop hooks do not wait for it.

Models ``pkg/kubelet/kuberuntime/kuberuntime_termination_order.go``.
"""

from __future__ import annotations

from collections.abc import Callable

from kubelite.api.core_v1 import PodSpec
from kubelite.kubelet.actions import is_sidecar
from kubelite.sim.clock import Clock

Go = Callable[[int], object]
"""Called when it is a container's turn, with how long it has waited."""


class TerminationOrdering:
    """Who waits for whom while one pod is being stopped; ``running`` names those that run."""

    def __init__(self, clock: Clock, spec: PodSpec, running: tuple[str, ...]):
        self._clock = clock
        self._waiting: list[tuple[str, Callable[[], None]]] = []
        self._before: dict[str, set[str]] = {}
        ahead = {container.name for container in spec.containers if container.name in running}
        for container in reversed(spec.init_containers):
            if is_sidecar(container) and container.name in running:
                self._before[container.name] = set(ahead)
                ahead.add(container.name)

    # DOC: termination-order
    def wait_for_turn(self, name: str, patience: int, go: Go) -> None:
        """Let ``go`` run when all that ``name`` waits for have ended, or patience has."""
        began = self._clock.now
        gone = False

        def turn() -> None:
            nonlocal gone
            if not gone:
                gone = True
                go(self._clock.now - began)

        if not self._before.get(name):
            turn()
            return
        self._waiting.append((name, turn))
        self._clock.after(patience, turn)

    def terminated(self, name: str) -> None:
        """The container has ended: others may have their turn."""
        for ahead in self._before.values():
            ahead.discard(name)
        ready = [turn for other, turn in self._waiting if not self._before[other]]
        self._waiting = [entry for entry in self._waiting if self._before[entry[0]]]
        for turn in ready:
            turn()

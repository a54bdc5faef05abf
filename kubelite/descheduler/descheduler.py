"""The descheduler's loop: one round at once, and then one every five minutes.

Models pkg/descheduler/descheduler.go.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from kubelite.client import Client, EventRecorder
from kubelite.descheduler import duplicates, nodeutilization, violations
from kubelite.descheduler.evictor import Evicted, Evictor, Scene
from kubelite.descheduler.policy import DESCHEDULE, DESCHEDULING_INTERVAL, Policy
from kubelite.sim.clock import SECOND

COMPONENT = "sigs.k8s.io/descheduler"

# DOC: descheduler-strategies
STRATEGIES: dict[str, Callable[[Scene, Evictor, Mapping[str, Any]], None]] = {
    "RemovePodsViolatingNodeAffinity": violations.node_affinity,
    "RemovePodsViolatingNodeTaints": violations.node_taints,
    "RemoveDuplicates": duplicates.balance,
    "LowNodeUtilization": nodeutilization.balance_low,
    "HighNodeUtilization": nodeutilization.balance_high,
}


class Descheduler:
    """Runs the strategies of a policy. ``evicted`` is everything it has evicted."""

    def __init__(self, client: Client, policy: Policy):
        self.policy = policy
        self.evicted: list[Evicted] = []
        self._client = client
        self._clock = client.clock
        self._recorder = EventRecorder(client, COMPONENT)
        self._life = 0

    def start(self, interval: float = DESCHEDULING_INTERVAL) -> None:
        """Rounds from now on, every ``interval`` seconds."""
        self._life += 1
        self._tick(self._life, round(interval * SECOND))

    def stop(self) -> None:
        """No more rounds."""
        self._life += 1

    def _tick(self, life: int, interval: int) -> None:
        if life == self._life:
            self._clock.after(interval, self._tick, life, interval)
            self.run_once()

    def run_once(self) -> tuple[Evicted, ...]:
        """One round; what it has evicted. Raises ValueError for arguments that cannot be."""
        ordered = sorted(self.policy.plugins, key=lambda one: one[0] not in DESCHEDULE)
        done: list[Evicted] = []
        for name, args in ordered:
            if self.policy.max_total and len(done) >= self.policy.max_total:
                break
            scene = self._scene()
            evictor = Evictor(self._client, self._recorder, self._left(len(done)), scene)
            STRATEGIES[name](scene, evictor, args)
            done += evictor.evicted
        self.evicted += done
        return tuple(done)

    def _left(self, done: int) -> Policy:
        """The policy with what is left of its limit for one round."""
        total = self.policy.max_total
        return self.policy._replace(max_total=total - done) if total else self.policy

    def _scene(self) -> Scene:
        nodes, pods = self._client.list("nodes").items, self._client.list("pods").items
        return Scene(nodes, [pod for pod in pods if pod.metadata.deletion_timestamp is None])

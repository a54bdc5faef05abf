"""ReplicationController: the elder of ReplicaSet, looked after by the same code.

Models pkg/controller/replication, which wraps the replicaset controller in an adapter.
"""

from __future__ import annotations

from typing import Any

from kubelite.api.core_v1 import ReplicationControllerCondition, ReplicationControllerStatus
from kubelite.controllers.replicaset import ReplicaSetController

FIELDS = ("type", "status", "last_transition_time", "reason", "message")


class ReplicationControllerController(ReplicaSetController):
    """The replicaset controller with another kind of owner, whose status says a little less."""

    name = "replication-controller"
    resource = resynced = "replicationcontrollers"
    kind = "ReplicationController"
    listening = False

    def listen(self) -> None:
        """Not before there is a ReplicationController: few clusters have one."""
        self.sets.on(add=self._first)

    def _first(self, owner: Any) -> None:
        if not self.listening:
            self.listening = True
            super().listen()

    def _status(self, key: str, owner: Any) -> Any:
        status = super()._status(key, owner)
        return ReplicationControllerStatus(
            replicas=status.replicas,
            fully_labeled_replicas=status.fully_labeled_replicas,
            ready_replicas=status.ready_replicas,
            available_replicas=status.available_replicas,
            observed_generation=status.observed_generation,
            conditions=tuple(
                ReplicationControllerCondition(**{name: getattr(one, name) for name in FIELDS})
                for one in status.conditions
            ),
        )

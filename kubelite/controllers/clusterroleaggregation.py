"""ClusterRole aggregation: roles such as ``admin`` gather the rules of others by their labels.

Models pkg/controller/clusterroleaggregation.
"""

from __future__ import annotations

from collections.abc import Sequence

from kubelite.api.rbac_v1 import ClusterRole, PolicyRule
from kubelite.apimachinery.labels import from_label_selector
from kubelite.apimachinery.struct import replace
from kubelite.client.client import Client
from kubelite.client.controller import Action, Update
from kubelite.client.events import EventRecorder
from kubelite.controllers.base import ManagedController, Manager


class ClusterRoleAggregationController(ManagedController):
    """Any change of a ClusterRole may concern every one that gathers."""

    name = "clusterrole-aggregation-controller"

    def __init__(self, client: Client, recorder: EventRecorder, manager: Manager):
        super().__init__(client, recorder, manager)
        self.roles = manager.informer("clusterroles.rbac.authorization.k8s.io")
        self.roles.on(
            add=lambda _: self._changed(),
            update=lambda _, new: self._changed(),
            delete=lambda _: self._changed(),
        )

    def _changed(self) -> None:
        for role in self.roles.items():
            if role.aggregation_rule is not None:
                self.queue.add(role.metadata.name)

    # DOC: clusterrole-aggregation
    def sync(self, key: str) -> Sequence[Action]:
        """Write the gathered rules, each once, roles in the order of their names."""
        role: ClusterRole | None = self.roles.get(key)
        if role is None or role.aggregation_rule is None:
            return ()
        rules: list[PolicyRule] = []
        for selector in role.aggregation_rule.cluster_role_selectors:
            wanted = from_label_selector(selector)
            for other in sorted(self.roles.items(), key=lambda found: found.metadata.name):
                if other is not role and wanted.matches(other.metadata.labels):
                    rules += [rule for rule in other.rules if rule not in rules]
        if tuple(rules) == role.rules:
            return ()
        return (Update(replace(role, rules=tuple(rules))),)

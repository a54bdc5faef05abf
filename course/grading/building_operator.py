"""A learner's operator: a controller for a kind that the cluster did not know before.

``operator(reconcile)`` makes a controller for ``Branch`` (``branches.shop.example``, defined by
``BRANCHES``), to be added to the engine's own; see ``building`` for how a failure is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from course.grading.building import Failures
from kubelite.apimachinery.rest import MERGE_PATCH
from kubelite.apimachinery.struct import to_dict
from kubelite.client.client import Client
from kubelite.client.controller import Action, Create, Patch
from kubelite.client.events import EventRecorder
from kubelite.client.informer import key_of
from kubelite.controllers.base import ManagedController, Manager, owned_by

RESOURCE = "branches.shop.example"
KINDS = {"Deployment": "deployments.apps", "Service": "services"}

BRANCHES = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": RESOURCE},
    "spec": {
        "group": "shop.example",
        "scope": "Namespaced",
        "names": {"plural": "branches", "singular": "branch", "kind": "Branch"},
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "subresources": {"status": {}},
                "schema": {
                    "openAPIV3Schema": {
                        "type": "object",
                        "properties": {
                            "spec": {
                                "type": "object",
                                "required": ["tills"],
                                "properties": {
                                    "tills": {"type": "integer", "minimum": 0},
                                    "version": {"type": "string"},
                                },
                            },
                            "status": {
                                "type": "object",
                                "properties": {"ready": {"type": "integer"}},
                            },
                        },
                    }
                },
            }
        ],
    },
}


def operator(reconcile: Callable[..., Any]) -> tuple[type[ManagedController], Failures]:
    """A controller that does what ``reconcile(branch, owner, deployment, service)`` answers.

    All are as JSON shows them; ``owner`` is the owner reference for what belongs to the branch,
    and ``deployment`` and ``service`` those of the branch's name, None where there is none. The
    answer is a list of ``{"create": manifest}``, ``{"patch": {"kind", "spec"}}`` and
    ``{"status": {...}}``.
    """
    failures = Failures()

    class BranchController(ManagedController):
        """Branches, and the Deployments and Services that are called as they are."""

        name = "branch-controller"

        def __init__(self, client: Client, recorder: EventRecorder, manager: Manager):
            super().__init__(client, recorder, manager)
            self.branches = manager.informer(RESOURCE)
            self.deployments = manager.informer(KINDS["Deployment"])
            self.services = manager.informer(KINDS["Service"])
            for informer in (self.branches, self.deployments, self.services):
                informer.on(self._look, lambda _, new: self._look(new), self._look)

        def _look(self, obj: Any) -> None:
            self.queue.add(key_of(obj))

        def sync(self, key: str) -> Sequence[Action]:
            branch = self.branches.get(key)
            if branch is None or branch.metadata.deletion_timestamp is not None:
                return ()
            children = {
                "deployment": self.deployments.get(key),
                "service": self.services.get(key),
            }
            facts = {name: to_dict(one) if one else None for name, one in children.items()}
            owner = to_dict(owned_by(branch))
            answer = failures.ask(reconcile, [], branch=to_dict(branch), owner=owner, **facts)
            steps = answer if isinstance(answer, list) else [answer]
            found = [_action(step, branch, failures) for step in steps]
            return [action for action in found if action is not None]

    return BranchController, failures


def _action(step: Any, branch: Any, failures: Failures) -> Action | None:
    what, value = next(iter(step.items())) if isinstance(step, dict) and len(step) == 1 else ("", 0)
    name, namespace = branch.metadata.name, branch.metadata.namespace
    if isinstance(value, dict):
        named = value.get("metadata", {}).get("name") if what == "create" else name
        known = what == "status" or value.get("kind") in KINDS
        if known and named == name and what == "create":
            body = value | {"metadata": value["metadata"] | {"namespace": namespace}}
            return Create(body)
        if known and what == "patch" and set(value) == {"kind", "spec"}:
            change = {"spec": value["spec"]}
            return Patch(KINDS[value["kind"]], name, namespace, change, MERGE_PATCH)
        if what == "status":
            return Patch(RESOURCE, name, namespace, {"status": value}, MERGE_PATCH, "status")
    failures.refuse(
        f"`reconcile` answered {str(step)[:120]}; it takes a list of create with a Deployment or "
        "Service called as the branch is, patch with kind and spec, and status."
    )
    return None


__all__ = ["BRANCHES", "operator"]

"""A kind for applications of other orchestrators, and the controller that follows their rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from course.market.application import Application, Check, Rule
from course.market.planning import Situation, plan
from course.market.rulebooks import RULEBOOKS, Rulebook
from course.market.tasks import GROUP, task_of
from kubelite.apimachinery.struct import replace
from kubelite.client import Client, EventRecorder, key_of
from kubelite.client.controller import Action, Requeue, Update
from kubelite.controllers.base import ManagedController, Manager, by_controller, controller_of
from kubelite.sim.clock import SECOND

RESOURCE = f"foreignapps.{GROUP}"
LEASES = "leases.coordination.k8s.io"
LOOK = SECOND
"""How often the nodes' signs of life are looked at."""

DEFINITION: dict[str, Any] = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": RESOURCE},
    "spec": {
        "group": GROUP,
        "scope": "Namespaced",
        "names": {
            "plural": "foreignapps",
            "singular": "foreignapp",
            "kind": "ForeignApp",
            "shortNames": ["fa"],
        },
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "subresources": {
                    "status": {},
                    "scale": {
                        "specReplicasPath": ".spec.replicas",
                        "statusReplicasPath": ".status.running",
                    },
                },
                "additionalPrinterColumns": [
                    {"name": "Rules", "type": "string", "jsonPath": ".spec.orchestrator"},
                    {"name": "Wanted", "type": "integer", "jsonPath": ".spec.replicas"},
                    {"name": "Running", "type": "integer", "jsonPath": ".status.running"},
                ],
                "schema": {
                    "openAPIV3Schema": {
                        "type": "object",
                        "properties": {
                            "spec": {
                                "type": "object",
                                "required": ["orchestrator", "image"],
                                "properties": {
                                    "orchestrator": {"type": "string", "enum": list(RULEBOOKS)},
                                    "replicas": {"type": "integer", "minimum": 0},
                                },
                                "x-kubernetes-preserve-unknown-fields": True,
                            },
                            "status": {
                                "type": "object",
                                "properties": {"running": {"type": "integer"}},
                            },
                        },
                    }
                },
            }
        ],
    },
}


def manifest(application: Application) -> dict[str, Any]:
    """The application as an object of the kind."""
    spec = {
        name: value
        for name, value in vars(application).items()
        if name not in ("name", "check", "rules", "manifests", "told")
    }
    spec["rules"] = [vars(rule) for rule in application.rules]
    if application.check is not None:
        spec["check"] = vars(application.check)
    return {
        "apiVersion": f"{GROUP}/v1",
        "kind": "ForeignApp",
        "metadata": {"name": application.name},
        "spec": spec,
    }


def application_of(owner: Any) -> Application:
    """The application that an object of the kind describes."""
    spec = dict(owner.spec)
    spec["check"] = Check(**spec["check"]) if spec.get("check") else None
    spec["rules"] = tuple(Rule(**rule) for rule in spec.get("rules", ()))
    return Application(name=owner.metadata.name, **spec)


class MarketController(ManagedController):
    """Looks after the copies of a ForeignApp as the orchestrator would that it names."""

    name = "market-controller"

    def __init__(self, client: Client, recorder: EventRecorder, manager: Manager):
        super().__init__(client, recorder, manager)
        self.apps = manager.informer(RESOURCE)
        self.pods = manager.informer("pods", {"controller": by_controller})
        self.nodes = manager.informer("nodes")
        self.leases = manager.informer(LEASES)
        self.apps.on(self._look, lambda _, new: self._look(new), self._look)
        self.pods.on(self._owner, lambda _, new: self._owner(new), self._owner)
        self._silence: dict[str, tuple[int, int]] = {}  # node: last sign of life, patience

    def _look(self, owner: Any) -> None:
        self.queue.add(key_of(owner))

    def _owner(self, pod: Any) -> None:
        owner = controller_of(pod)
        if owner is not None and owner.kind == "ForeignApp":
            self.queue.add(f"{pod.metadata.namespace}/{owner.name}")

    def crash(self) -> None:
        """Forget how long each node was silent."""
        super().crash()
        self._silence.clear()

    def sync(self, key: str) -> Sequence[Action]:
        """What the rules say now; and in a second once more, for silence makes no noise."""
        owner = self.apps.get(key)
        if owner is None:
            return ()
        application = application_of(owner)
        book = RULEBOOKS[application.orchestrator](application)
        now = self.clock.now
        pods = self.pods.index("controller", owner.metadata.uid)
        tasks = [task_of(pod, now) for pod in pods]
        lost = self._lost(book, now)
        actions = plan(Situation(owner, book, tasks, lost, now), self._draw)
        return [*actions, *_told(owner, pods, lost), Requeue(LOOK)]

    def _draw(self) -> float:
        return self.manager.chance.stream("market").random()

    def _lost(self, book: Rulebook, now: int) -> dict[str, bool]:
        """Which nodes have been silent for longer than the rules allow."""
        found = {}
        for node in sorted(self.nodes.items(), key=lambda node: node.metadata.name):
            name = node.metadata.name
            lease = self.leases.get(f"kube-node-lease/{name}")
            heard = int(lease.spec.renew_time) if lease is not None else now
            if self._silence.get(name, (-1, 0))[0] != heard:
                self._silence[name] = heard, book.silence(self._draw)
            found[name] = now - heard > self._silence[name][1]
        return found


def _told(owner: Any, pods: Sequence[Any], lost: dict[str, bool]) -> list[Action]:
    running = sum(
        pod.status.phase == "Running"
        and pod.metadata.deletion_timestamp is None
        and not lost.get(pod.spec.node_name or "", False)
        for pod in pods
    )
    status = {"running": running}
    return [] if owner.status == status else [Update(replace(owner, status=status), "status")]

"""The half of an ingress controller that talks to the API server: it says where it is reached.

The other half, which answers requests, is ``kubelite.proxy.ingress``.
Models ingress-nginx (internal/ingress/status and the event of its store).
"""

from __future__ import annotations

from collections.abc import Sequence

from kubelite.api import networking_v1 as net
from kubelite.apimachinery.rest import MERGE_PATCH
from kubelite.client.client import Client
from kubelite.client.controller import Action, Emit, Patch
from kubelite.client.events import EventRecorder
from kubelite.client.informer import key_of
from kubelite.controllers.base import ManagedController, Manager

ADDRESS = "198.18.0.2"
"""Where the simulated controller is reached from outside, for every host."""

RESOURCE = "ingresses.networking.k8s.io"
CONTROLLER = "k8s.io/ingress-nginx"
CLASS_NAME = "nginx"
CLASS_ANNOTATION = "kubernetes.io/ingress.class"
DEFAULT_CLASS = "ingressclass.kubernetes.io/is-default-class"


# DOC: ingress-class
def serves(ingress: net.Ingress, classes: Sequence[net.IngressClass]) -> bool:
    """Whether the simulated controller takes care of an Ingress.

    It takes those of its classes, those of the class "nginx" when nobody has created it, and
    those without any class unless another controller has the default one.
    """
    old = ingress.metadata.annotations.get(CLASS_ANNOTATION)
    name = ingress.spec.ingress_class_name or old
    if name is None:
        default = [c for c in classes if c.metadata.annotations.get(DEFAULT_CLASS) == "true"]
        return not default or any(c.spec.controller == CONTROLLER for c in default)
    found = next((c for c in classes if c.metadata.name == name), None)
    return name == CLASS_NAME if found is None else found.spec.controller == CONTROLLER


class IngressController(ManagedController):
    """Writes its address into the status of the Ingresses that it serves."""

    name = "nginx-ingress-controller"

    def __init__(self, client: Client, recorder: EventRecorder, manager: Manager):
        super().__init__(client, recorder, manager)
        self.ingresses = manager.informer(RESOURCE)
        self.classes = manager.informer("ingressclasses.networking.k8s.io")
        self.ingresses.on(
            add=lambda i: self.queue.add(key_of(i)), update=lambda _, i: self.queue.add(key_of(i))
        )
        self.classes.on(
            add=lambda _: self._all(), update=lambda *_: self._all(), delete=lambda _: self._all()
        )

    def _all(self) -> None:
        for ingress in self.ingresses.items():
            self.queue.add(key_of(ingress))

    def sync(self, key: str) -> Sequence[Action]:
        """One Ingress: our address when we serve it, and no longer ours when we do not."""
        ingress = self.ingresses.get(key)
        if ingress is None or ingress.metadata.deletion_timestamp is not None:
            return ()
        ours = serves(ingress, tuple(self.classes.items()))
        shown = any(point.ip == ADDRESS for point in ingress.status.load_balancer.ingress)
        if ours == shown:
            return ()
        points = [{"ip": ADDRESS}] if ours else []
        change = {"status": {"loadBalancer": {"ingress": points}}}
        meta = ingress.metadata
        patch = Patch(RESOURCE, meta.name, meta.namespace, change, MERGE_PATCH, "status")
        return (patch, Emit(ingress, "Normal", "Sync", "Scheduled for sync"))

"""Service accounts: every namespace has one called ``default``, and the cluster's certificate.

Models pkg/controller/serviceaccount/serviceaccounts_controller.go and
pkg/controller/certificates/rootcacertpublisher.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kubelite.api.core_v1 import ConfigMap, Namespace, ServiceAccount
from kubelite.apimachinery.meta import ObjectMeta
from kubelite.apimachinery.struct import replace
from kubelite.client.client import Client
from kubelite.client.controller import Action, Create, Update
from kubelite.client.events import EventRecorder
from kubelite.controllers.base import ManagedController, Manager

ROOT_CA = "kube-root-ca.crt"
DESCRIPTION = (
    "Contains a CA bundle that can be used to verify the kube-apiserver when using internal "
    "endpoints such as the internal service IP or kubernetes.default.svc. No other usage is "
    "guaranteed across distributions of Kubernetes clusters."
)
CERTIFICATE = (
    "-----BEGIN CERTIFICATE-----\n"
    "simulated: nothing in this cluster is encrypted\n"
    "-----END CERTIFICATE-----\n"
)


class _InEveryNamespace(ManagedController):
    """Keeps one object called ``wanted`` in every namespace that is not ending."""

    resource = ""
    wanted = ""

    def __init__(self, client: Client, recorder: EventRecorder, manager: Manager):
        super().__init__(client, recorder, manager)
        self.namespaces = manager.informer("namespaces")
        self.objects = manager.informer(self.resource)
        self.namespaces.on(
            add=lambda found: self.queue.add(found.metadata.name),
            update=lambda _, found: self.queue.add(found.metadata.name),
        )
        self.objects.on(update=lambda _, found: self._changed(found), delete=self._changed)

    def _changed(self, found: Any) -> None:
        if found.metadata.name == self.wanted:
            self.queue.add(found.metadata.namespace)

    def sync(self, key: str) -> Sequence[Action]:
        """One namespace."""
        namespace: Namespace | None = self.namespaces.get(key)
        if namespace is None or namespace.status.phase != "Active":
            return ()
        return self.plan(key, self.objects.get(f"{key}/{self.wanted}"))

    def plan(self, namespace: str, found: Any | None) -> Sequence[Action]:
        """Make it, or put it right."""
        raise NotImplementedError


class ServiceAccountController(_InEveryNamespace):
    """The account of pods that name none."""

    name = "service-account-controller"
    resource = "serviceaccounts"
    wanted = "default"

    def plan(self, namespace: str, found: ServiceAccount | None) -> Sequence[Action]:
        """Only whether it is there counts."""
        if found is not None:
            return ()
        return (Create(ServiceAccount(metadata=ObjectMeta(name="default", namespace=namespace))),)


class RootCACertPublisher(_InEveryNamespace):
    """The certificate by which pods know the API server."""

    name = "root-ca-cert-publisher"
    resource = "configmaps"
    wanted = ROOT_CA

    def plan(self, namespace: str, found: ConfigMap | None) -> Sequence[Action]:
        """Whoever changes it finds it as it was."""
        data = {"ca.crt": CERTIFICATE}
        if found is None:
            meta = ObjectMeta(
                name=ROOT_CA,
                namespace=namespace,
                annotations={"kubernetes.io/description": DESCRIPTION},
            )
            return (Create(ConfigMap(metadata=meta, data=data)),)
        if found.data == data:
            return ()
        return (Update(replace(found, data=data)),)


IDENTITY_CONTROLLERS: tuple[type[ManagedController], ...] = (
    ServiceAccountController,
    RootCACertPublisher,
)
"""What runs in addition where service accounts are on."""

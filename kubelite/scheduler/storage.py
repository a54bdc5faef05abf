"""What the scheduler knows of volumes: claims, volumes, classes, and the limits of nodes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kubelite.api.volumes import CLAIMS, CLASSES, VOLUMES
from kubelite.client.client import Client
from kubelite.client.informer import Informer
from kubelite.scheduler.framework import (
    CLAIM_ADD,
    CLAIM_UPDATE,
    CLASS_ADD,
    CLASS_UPDATE,
    CSI_NODE_ADD,
    CSI_NODE_UPDATE,
    VOLUME_ADD,
    VOLUME_UPDATE,
)

Move = Callable[[str, Any, Any], object]


class StorageInformers:
    """Copies of everything about storage that plugins ask for."""

    def __init__(self, client: Client):
        self.claims = Informer(client, CLAIMS)
        self.volumes = Informer(client, VOLUMES)
        self.classes = Informer(client, CLASSES)
        self.csi_nodes = Informer(client, "csinodes.storage.k8s.io")

    @property
    def informers(self) -> tuple[Informer, ...]:
        """All of them."""
        return (self.claims, self.volumes, self.classes, self.csi_nodes)

    def listers(self) -> dict[str, Any]:
        """The questions of plugins, by their names in ``Listers``."""
        return {
            "claim": self.claims.get,
            "volume": self.volumes.get,
            "volumes": self.volumes.items,
            "storage_class": self.classes.get,
            "csi_node": self.csi_nodes.get,
        }

    def tell(self, move: Move) -> None:
        """Let every change be news for the pods that wait."""
        for informer, added, updated in (
            (self.claims, CLAIM_ADD, CLAIM_UPDATE),
            (self.volumes, VOLUME_ADD, VOLUME_UPDATE),
            (self.classes, CLASS_ADD, CLASS_UPDATE),
            (self.csi_nodes, CSI_NODE_ADD, CSI_NODE_UPDATE),
        ):
            tell(informer, added, updated, move)


def tell(informer: Informer, added: str, updated: str, move: Move) -> None:
    """Let each addition and each update of one kind be news, under these names."""
    informer.on(
        add=lambda new: move(added, None, new),
        update=lambda old, new: move(updated, old, new),
    )

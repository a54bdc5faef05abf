"""What lies in the store, and how: etcdctl's view, encryption at rest, and writing anew.

Models ``etcdctl get``, kube-apiserver's ``--encryption-provider-config``, and the loop of
``kubectl get -o json | kubectl replace -f -`` that every change of keys ends with.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kubelite.api import SCHEME
from kubelite.apimachinery.rest import MERGE_PATCH, Request
from kubelite.apiserver.encryption import read, stored_form

if TYPE_CHECKING:
    from kubelite.apiserver import APIServer
    from kubelite.cluster.history import History
    from kubelite.cluster.machines import World


class Storing:
    """The part of a ``Cluster`` that is about its store."""

    _world: World
    api: APIServer
    history: History
    _documents: Callable[[Any], list[dict[str, Any]]]

    # DOC: etcdctl-get
    def etcdctl_get(self, key: str) -> bytes:
        """What is stored under "/registry/secrets/default/db"; nothing when that is not there.

        This is what somebody reads who has the disk, a backup, or a way to etcd itself.
        """
        found = self._world.store.get(key)
        return stored_form(found.value) if found is not None else b""

    def configure_encryption(self, config: Any) -> None:
        """Let the API server use an EncryptionConfiguration: a dict, YAML text or a file's name.

        It counts for what is written from now on; ``rewrite`` does the rest. Raises
        EncryptionConfigError for a configuration with which no server would start.
        """
        (document,) = self._documents(config)
        self._world.encrypt(read(document))
        self._observe()

    def _observe(self) -> None:
        """The past is read by an onlooker who has seen everything in plain."""
        if self._world.encrypted is not None:
            self.history.use(self._world.encrypted.observed())

    def rewrite(self, what: str) -> int:
        """Write all objects of a kind anew, as they are; how many were stored differently."""
        kind, before = SCHEME.by_name(what), self._world.store.revision
        listed = self.api.handle(Request("list", kind.resource, component="you")).unwrap()
        for obj in listed.items:
            place = obj.metadata.namespace, obj.metadata.name
            request = Request(
                "patch", kind.resource, *place, body={}, patch_type=MERGE_PATCH, component="you"
            )
            self.api.handle(request).unwrap()
        return self._world.store.revision - before

"""A server that starts on a store which has objects: what it has to know of them before it answers.

Models the list that every informer of a starting kube-apiserver begins with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kubelite.api.admissionregistration_v1 import BINDINGS, POLICIES
from kubelite.api.apiextensions_v1 import CRDS
from kubelite.apiserver.encryption import object_of
from kubelite.etcd.backend import Durable
from kubelite.sim.clock import NO_CAUSE

if TYPE_CHECKING:
    from kubelite.apiserver.server import APIServer


def go_on(server: APIServer, kept: Durable) -> None:
    """Serve the kinds that are defined, and read their objects; follow the policies that are."""
    for resource in (CRDS, POLICIES, BINDINGS):
        for obj in server.all(resource):
            server._watchers[resource].dispatch(
                obj, None, int(obj.metadata.resource_version), NO_CAUSE
            )

    def read(key: str, data: bytes, revision: int) -> Any:
        return object_of(key, data, revision, server.scheme)

    kept.reread(read)

"""A server with a store and a clock, and nobody else."""

from __future__ import annotations

from typing import Any

import pytest

from kubelite.api import core_v1
from kubelite.apimachinery.meta import ObjectMeta
from kubelite.apimachinery.rest import Request
from kubelite.apiserver import APIServer
from kubelite.client import Client
from kubelite.etcd.mvcc import Store
from kubelite.sim.chance import Chance
from kubelite.sim.clock import MILLISECOND, Clock
from kubelite.sim.trace import Trace


class Bench:
    """A server one can write to without delay, and the time it lives in."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.store = Store()
        self.server = APIServer(self.store, lambda: self.clock.now, Chance(7), Trace(self.clock))
        self.client = Client(self.server, self.clock, "tester")
        self.ask("create", core_v1.Namespace(metadata=ObjectMeta(name="default")))

    def ask(self, verb: str, obj: Any, **options: Any) -> Any:
        """Do it now, with the object's own name and namespace."""
        meta = obj.metadata
        resource = {"ConfigMap": "configmaps", "Namespace": "namespaces", "Event": "events"}
        request = Request(verb, resource[obj.kind], meta.namespace, meta.name, body=obj, **options)
        return self.server.handle(request).unwrap()

    def put(self, name: str, **data: str) -> Any:
        """Create a ConfigMap, or change the one that is there."""
        obj = config_map(name, **data)
        found = self.server.find("configmaps", "default", name)
        return self.ask("update" if found else "create", obj)

    def remove(self, name: str) -> None:
        """Delete a ConfigMap."""
        self.ask("delete", config_map(name))

    def wait(self, milliseconds: float) -> None:
        """Let time pass."""
        self.clock.run_until(self.clock.now + round(milliseconds * MILLISECOND))


def config_map(name: str, **data: str) -> core_v1.ConfigMap:
    """``team`` is a label, everything else is data."""
    team = data.pop("team", "")
    labels = {"team": team} if team else {}
    meta = ObjectMeta(name=name, namespace="default", labels=labels)
    return core_v1.ConfigMap(metadata=meta, data=data)


@pytest.fixture
def bench() -> Bench:
    return Bench()

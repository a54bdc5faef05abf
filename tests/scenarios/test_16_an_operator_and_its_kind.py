"""A learner's operator crashes between two writes, and then its whole kind is deleted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from kubelite import Cluster
from kubelite.api.conditions import pod_ready
from kubelite.apimachinery.errors import StatusError
from kubelite.apimachinery.scheme import UnknownKind
from kubelite.apimachinery.struct import replace, to_dict
from kubelite.client import Client, EventRecorder
from kubelite.client.controller import Action, Create, Update
from kubelite.client.informer import key_of
from kubelite.controllers import CONTROLLERS
from kubelite.controllers.base import ManagedController, Manager, owned_by
from tests.cluster.definitions import WEBSITES, website
from tests.manifests import deployment, service
from tests.scenarios.conftest import Told

OPERATOR = "kube-controller-manager"


class WebsiteController(ManagedController):
    """Every Website gets a Deployment and a Service: whatever is missing is made."""

    name = "website-controller"

    def __init__(self, client: Client, recorder: EventRecorder, manager: Manager):
        super().__init__(client, recorder, manager)
        self.sites = manager.informer("websites.example.com")
        self.deployments = manager.informer("deployments.apps")
        self.services = manager.informer("services")
        for informer in (self.sites, self.deployments, self.services):
            informer.on(self.look, lambda _, new: self.look(new), self.look)

    def look(self, obj: Any) -> None:
        self.queue.add(key_of(obj))

    def sync(self, key: str) -> Sequence[Action]:
        site, web = self.sites.get(key), self.deployments.get(key)
        if site is None or site.metadata.deletion_timestamp is not None:
            return ()
        wanted, front = children(site)
        made = [Create(wanted)] if web is None else []
        if self.services.get(key) is None:
            made.append(Create(front))
        if web is None or made:
            return made
        if web.spec.replicas != site.spec["replicas"]:
            return [Update(replace(web, spec=replace(web.spec, replicas=site.spec["replicas"])))]
        status = {"replicas": web.status.ready_replicas, "url": f"http://{site.metadata.name}"}
        return [] if site.status == status else [Update(replace(site, status=status), "status")]


def children(site: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """What one Website consists of."""
    name, replicas = site.metadata.name, site.spec["replicas"]
    owned = {"name": name, "namespace": "default", "ownerReferences": [to_dict(owned_by(site))]}
    return deployment(name, replicas) | {"metadata": owned}, service(name) | {"metadata": owned}


def ready(cluster: Cluster) -> int:
    """How many pods are ready."""
    return sum(map(pod_ready, cluster.get("pods")))


def test_an_operator_survives_its_crash_and_its_kind_comes_back(told: Told) -> None:
    cluster = told(nodes=2, controllers=(*CONTROLLERS, WebsiteController))
    cluster.apply(WEBSITES)
    cluster.run_until("crd/websites.example.com established")
    cluster.apply(website(replicas=2))
    cluster.run_until(lambda c: "blog" in c.get("deployments").names)
    cluster.stop_component(OPERATOR)
    halfway = (cluster.get("deployments").names, cluster.get("services").names)
    cluster.run(60)
    nothing_happened = cluster.get("pods").names
    cluster.start_component(OPERATOR)
    cluster.settle()
    finished = (cluster.get("ws/blog").status, cluster.request("blog").ok)

    cluster.stop_component(OPERATOR)
    cluster.scale("ws/blog", 3)
    cluster.delete("service/blog")
    cluster.run(30)
    cluster.start_component(OPERATOR)
    cluster.settle()
    caught_up = (cluster.get("ws/blog").status["replicas"], cluster.request("blog").ok)

    cluster.delete("crd/websites.example.com")
    cluster.run(60)
    after_the_kind = (cluster.get("deployments").names, ready(cluster))
    with pytest.raises(UnknownKind):
        cluster.get("ws")
    cluster.apply(deployment("other", 1))
    cluster.run_until("deployment/other ready")
    cluster.apply(WEBSITES)
    cluster.run_until("crd/websites.example.com established")
    cluster.apply(website("again", replicas=1))
    cluster.settle()

    assert halfway == (["blog"], ["kubernetes"]), "the Deployment is there, its Service is not"
    assert nothing_happened == []
    assert finished == ({"replicas": 2, "url": "http://blog"}, True)
    assert caught_up == (3, True)
    assert after_the_kind == ([], 0), "what Websites owned has gone with them"
    assert cluster.get("ws/again").status == {"replicas": 1, "url": "http://again"}
    assert cluster.request("again").ok
    with pytest.raises(StatusError, match='websites.example.com "blog" not found'):
        cluster.get("ws/blog")

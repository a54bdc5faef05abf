"""Two shops behind one address: hosts and paths, a wrong backend, and a cloud that fails."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kubelite.api.core_v1 import LoadBalancerIngress, Node, Service
from kubelite.controllers import CONTROLLERS
from kubelite.controllers.cloudservice import (
    EXCLUDED,
    CloudError,
    CloudServiceController,
    SimulatedCloud,
)
from tests.manifests import deployment, service
from tests.scenarios.conftest import Told
from tests.scenarios.telling import Customers


class SickCloud(SimulatedCloud):
    """A cloud whose quota has run out, until somebody has paid."""

    paid = False

    def ensure(
        self, service: Service, nodes: Sequence[Node], others: Sequence[Service]
    ) -> tuple[LoadBalancerIngress, ...]:
        if not self.paid:
            raise CloudError("quota 'FORWARDING_RULES' exceeded. Limit: 0")
        return super().ensure(service, nodes, others)


class SickCloudController(CloudServiceController):
    cloud = SickCloud


MINE = tuple(SickCloudController if c is CloudServiceController else c for c in CONTROLLERS)


def backend(name: str) -> dict[str, Any]:
    return {"service": {"name": name, "port": {"name": "http"}}}


def rule(host: str, **paths: str) -> dict[str, Any]:
    """A host, and which Service is behind which path."""
    listed = [
        {"path": f"/{path}".replace("/root", "/"), "pathType": "Prefix", "backend": backend(name)}
        for path, name in paths.items()
    ]
    return {"host": host, "http": {"paths": listed}}


INGRESS = {
    "apiVersion": "networking.k8s.io/v1",
    "kind": "Ingress",
    "metadata": {"name": "shops"},
    "spec": {
        "ingressClassName": "nginx",
        "defaultBackend": backend("sorry"),
        "rules": [
            rule("tea.example.com", root="tea", cart="carts"),
            rule("cake.example.com", root="cake"),
        ],
    },
}


def test_two_shops_behind_one_address_and_a_cloud_that_fails(told: Told) -> None:
    cluster = told(nodes=3, controllers=MINE)
    for name, image in (("tea", "shop:1.0"), ("cake", "shop:2.0"), ("sorry", "shop:0.1")):
        cluster.apply([deployment(name, 2, image), service(name)])
    cluster.apply(INGRESS)
    cluster.run_until("pods ready")
    cluster.run(3)
    urls = ("tea.example.com/products", "cake.example.com", "tea.example.com/cart")
    answers = [cluster.request(f"http://{url}") for url in urls]
    stranger = cluster.request("198.18.0.2", host="coffee.example.com")
    tea = Customers(cluster, "http://tea.example.com", each_second=2)
    cluster.scale("deployment/cake", 0)
    cluster.run(10)
    nobody = cluster.request("http://cake.example.com/")
    cluster.scale("deployment/cake", 2)
    cluster.run_until("deployment/cake ready")
    cluster.run(2)
    back = cluster.request("http://cake.example.com/")
    cluster.apply(service("carts", selector={"app": "tea"}))
    cluster.run(3)
    repaired = cluster.request("http://tea.example.com/cart")
    tea.leave()

    # The cake shop wants an address of its own, and faithful customers.
    faithful = {"type": "LoadBalancer", "sessionAffinity": "ClientIP"}
    cluster.apply(service("cake", **faithful))
    asked = cluster.elapsed
    cluster.run(100)
    waiting = next(line for line in str(cluster.get("services")).splitlines() if "cake" in line)
    controller = cluster.controllers["service-controller"]
    controller.provider.paid = True
    cluster.run_until(lambda c: bool(c.get("service/cake").status.load_balancer.ingress))
    took = cluster.elapsed - asked
    cluster.run(2)
    (point,) = cluster.get("service/cake").status.load_balancer.ingress
    inside = cluster.get("pods", selector="app=tea").names[0]
    visits = {cluster.request("cake", from_pod=inside).pod for _ in range(12)}
    controller.provider.paid = False
    cluster.patch("node/node-3", {"metadata": {"labels": {EXCLUDED: ""}}})
    cluster.run(60)
    still = cluster.request(point.ip)
    controller.provider.paid = True
    cluster.run(120)
    events = {e.reason: (e.type, e.count, e.message) for e in cluster.events("service/cake")}

    assert [(a.status, a.body[-6:-1]) for a in answers] == [
        (200, "(1.0)"),
        (200, "(2.0)"),
        (503, "lable"),  # there is no Service called carts
    ]
    assert {a.address for a in answers} == {"198.18.0.2:80"}, "one address for all"
    assert stranger.body == "Welcome to Sarah's shop (0.1)\n", "the default backend answers"
    assert (nobody.status, back.ok, repaired.ok) == (503, True, True)
    assert tea.lost == [], "the tea shop has noticed nothing of all this"
    assert waiting.split()[3] == "<pending>" and 100 < took < 170
    assert len(visits) == 1, "a faithful customer"
    assert still.ok, "a load balancer that cannot be changed goes on as it is"
    quota = "quota 'FORWARDING_RULES' exceeded. Limit: 0"
    assert events["SyncLoadBalancerFailed"][0] == "Warning"
    assert events["SyncLoadBalancerFailed"][2] == (
        f"Error syncing load balancer: failed to ensure load balancer: {quota}"
    )
    assert events["UpdateLoadBalancerFailed"][2].endswith(f"error: {quota}")
    assert events["EnsuredLoadBalancer"][:2] == ("Normal", 2)

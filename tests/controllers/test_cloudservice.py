"""The cloud's part in Services of type LoadBalancer."""

from __future__ import annotations

from typing import Any

from kubelite import Cluster
from tests.manifests import service


def test_load_balancers_made_at_the_same_moment_have_addresses_of_their_own() -> None:
    cluster = Cluster(nodes=1, seed=7)
    names = ("front", "api", "mail")

    def named(name: str) -> dict[str, Any]:
        return service(name, type="LoadBalancer")

    cluster.apply([named(name) for name in names])
    cluster.run(30)
    points = [cluster.get(f"svc/{name}").status.load_balancer.ingress[0].ip for name in names]
    assert sorted(points) == ["198.18.1.1", "198.18.1.2", "198.18.1.3"]
    cluster.delete("svc/api")
    cluster.run(30)
    cluster.apply(named("post"))
    cluster.run(30)
    assert cluster.get("svc/post").status.load_balancer.ingress[0].ip in points, "it was free again"

"""Two ways to bring out a version that no Deployment knows of: by selector, and by numbers."""

from __future__ import annotations

from collections import Counter
from typing import Any

from kubelite.sim.clock import SECOND
from tests.manifests import deployment, service
from tests.scenarios.conftest import Told
from tests.scenarios.telling import Customers


def version(name: str, image: str, replicas: int, **labels: str) -> dict[str, Any]:
    """A Deployment of the shop whose pods say which version they are."""
    made = deployment(name, replicas, image)
    spec = made["spec"]
    spec["selector"]["matchLabels"] = labels
    spec["template"]["metadata"]["labels"] = {"shop": "yes", **labels}
    return made


def test_blue_green_by_a_selector_and_a_canary_by_numbers(told: Told) -> None:
    cluster = told(nodes=3)
    cluster.apply(version("blue", "shop:1.0", 3, colour="blue"))
    cluster.apply(service(selector={"colour": "blue"}))
    cluster.run_until("deployment/blue ready")
    cluster.run(2)
    customers = Customers(cluster, each_second=5)
    cluster.run(10)
    cluster.apply(version("green", "shop:2.0", 3, colour="green"))
    cluster.run_until("deployment/green ready")
    nobody_yet = [a for a in customers.answers if "(2.0)" in a.body]
    switched = cluster.clock.now
    cluster.apply(service(selector={"colour": "green"}))
    cluster.run(10)
    late = [a for a in customers.answers if a.when >= switched and "(1.0)" in a.body]
    cluster.apply(service(selector={"colour": "blue"}))
    cluster.run(5)
    back = customers.answers[-1].body
    cluster.apply(service(selector={"colour": "green"}))
    cluster.run(5)
    cluster.delete("deployment/blue")
    cluster.run(30)

    # A canary: one Service over both, and as many of each as one dares.
    cluster.apply(service(selector={"shop": "yes"}))
    cluster.scale("deployment/green", 9)
    cluster.apply(version("canary", "shop:3.0", 1, colour="yellow"))
    cluster.run_until("deployment/canary ready")
    cluster.run(5)
    began = cluster.clock.now
    cluster.run(200)
    shares = Counter(a.body.split()[-1] for a in customers.answers if a.when >= began)
    cluster.delete("deployment/canary")
    cluster.run(40)
    customers.leave()

    assert nobody_yet == []
    assert all(a.when < switched + SECOND for a in late), "rules follow within a second"
    assert back == "Welcome to Sarah's shop (1.0)\n"
    assert set(shares) == {"(2.0)", "(3.0)"}
    assert 0.07 < shares["(3.0)"] / shares.total() < 0.13, "one pod of ten, a tenth of the visits"
    assert customers.lost == []
    assert cluster.get("deployments").names == ["green"]

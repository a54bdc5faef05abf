"""A namespace is closed, and then opened by as much as it takes and no more."""

from __future__ import annotations

from typing import Any

from kubelite.cluster.traffic import Answer
from tests.manifests import deployment, service
from tests.scenarios.conftest import Told


def policy(name: str, **spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": name},
        "spec": {"podSelector": {}, **spec},
    }


def app(name: str) -> dict[str, Any]:
    return {"podSelector": {"matchLabels": {"app": name}}}


DENY = policy("default-deny", policyTypes=["Ingress", "Egress"])
KUBE_SYSTEM = {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}}
DNS = policy(
    "dns",
    policyTypes=["Egress"],
    egress=[
        {"to": [{"namespaceSelector": KUBE_SYSTEM}], "ports": [{"protocol": "UDP", "port": 53}]}
    ],
)
OUT = policy("shop-out", **app("web"), policyTypes=["Egress"], egress=[{"to": [app("db")]}])
IN = policy("db-in", **app("db"), ingress=[{"from": [app("web")], "ports": [{"port": 8080}]}])


def test_default_deny_then_only_the_shop_reaches_the_database(told: Told) -> None:
    cluster = told(nodes=3)
    for name in ("web", "db", "blog"):
        cluster.apply([deployment(name, 1), service(name)])
    cluster.run_until("pods ready")
    cluster.run(3)
    pods = {p.metadata.labels["app"]: p.metadata.name for p in cluster.get("pods")}

    def asked(source: str, target: str = "db") -> Answer:
        return cluster.request(target, from_pod=pods[source])

    cluster.outside_name("example.com", "192.0.2.7")
    heard, stopped = [], []
    for step in ("before", DENY, DNS, OUT, IN):
        if isinstance(step, dict):
            cluster.apply(step)
            cluster.run(1)
        answer = asked("web")
        heard.append(answer.error.partition(" (")[0] or str(answer.status))
        stopped.append(answer.policy.partition(" of pod")[0])
    others = [asked("blog"), asked("db", "web"), asked("blog", "web")]
    outside = [cluster.request("http://example.com", from_pod=pod).error for pod in pods.values()]
    restarted = pods["db"]
    cluster.delete(f"pod/{restarted}")
    cluster.run_until("deployment/db ready")
    cluster.run(40)
    with_the_new_one = asked("web")

    assert heard == [
        "200",
        "lookup db on 10.96.0.10:53: i/o timeout",  # who may not go out may not even ask for names
        "i/o timeout",
        "i/o timeout",
        "200",
    ]
    assert stopped == ["", "", "egress", "ingress", ""]
    assert {answer.status for answer in others} == {0}
    assert {answer.error for answer in others} == {"i/o timeout"}
    assert set(outside) == {"i/o timeout"}
    assert with_the_new_one.ok and with_the_new_one.pod != restarted
    assert all(event.reason != "Unhealthy" for event in cluster.events()), "probes come through"

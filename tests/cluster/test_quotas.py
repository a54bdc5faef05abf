"""Quotas and limit ranges in a running cluster."""

from __future__ import annotations

from kubelite.cluster import Cluster

QUOTA = """
apiVersion: v1
kind: ResourceQuota
metadata: {name: compute}
spec: {hard: {requests.cpu: "1", pods: "4", count/deployments.apps: "1"}}
"""

WEB = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 5
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: c1, image: nginx}]}
"""

LIMITS = """
apiVersion: v1
kind: LimitRange
metadata: {name: sizes}
spec: {limits: [{type: Container, default: {cpu: 500m}, defaultRequest: {cpu: 300m}}]}
"""


def test_a_deployment_shows_what_its_quota_does_not_allow() -> None:
    cluster = Cluster(nodes=2, seed=7)
    cluster.apply(QUOTA)
    cluster.run(1)
    cluster.apply(WEB)
    cluster.run(3)
    said = "is forbidden: failed quota: compute: must specify requests.cpu for: c1"
    (condition,) = [
        c for c in cluster.get("deploy/web").status.conditions if c.type == "ReplicaFailure"
    ]
    assert condition.status == "True" and condition.reason == "FailedCreate"
    assert condition.message.startswith('pods "web-') and condition.message.endswith(said)
    events = [e.message for e in cluster.events() if e.reason == "FailedCreate"]
    assert events[0].startswith('Error creating: pods "web-') and events[0].endswith(said)


def test_with_defaults_as_many_come_as_the_quota_lets_in_and_leaving_gives_room() -> None:
    cluster = Cluster(nodes=2, seed=7)
    cluster.apply([QUOTA, LIMITS])
    cluster.run(1)
    cluster.apply(WEB)
    cluster.run(20)
    assert len(cluster.get("pods")) == 3
    assert str(cluster.get("quota")).splitlines()[1].split("   ")[1] == (
        "count/deployments.apps: 1/1, pods: 3/4, requests.cpu: 900m/1"
    )
    said = "exceeded quota: compute, requested: requests.cpu=300m, used: requests.cpu=900m, "
    assert any(said in event.message for event in cluster.events())
    cluster.scale("deploy/web", 1)
    cluster.run(60)
    used = cluster.get("quota/compute").status.used
    assert {name: str(amount) for name, amount in used.items()} == {
        "requests.cpu": "300m",
        "pods": "1",
        "count/deployments.apps": "1",
    }


def test_a_quota_counts_what_was_there_before_it() -> None:
    cluster = Cluster(nodes=2, seed=7)
    cluster.apply(WEB)
    cluster.settle()
    cluster.apply(QUOTA.replace("requests.cpu", "cpu"))
    cluster.run(1)
    used = cluster.get("quota/compute").status.used
    assert str(used["pods"]) == "5" and str(used["count/deployments.apps"]) == "1"

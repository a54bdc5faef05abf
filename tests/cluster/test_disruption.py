"""Disruption budgets: who may be evicted, and who says no."""

from __future__ import annotations

from typing import Any

import pytest

from kubelite import Cluster
from kubelite.api.conditions import condition
from kubelite.apimachinery.errors import StatusError
from kubelite.apimachinery.rest import Request, Response
from tests.cluster.manifests import pod
from tests.invariants import check
from tests.manifests import deployment


def budget(app: str = "web", **spec: Any) -> dict[str, Any]:
    kind = {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget"}
    selector = {"matchLabels": {"app": app}}
    return {**kind, "metadata": {"name": app}, "spec": {"selector": selector, **spec}}


def evict(cluster: Cluster, name: str, **options: Any) -> Response:
    body = {"metadata": {"name": name}, "deleteOptions": options}
    return cluster.api.handle(Request("create", "pods", "default", name, "eviction", body, "you"))


def shop(replicas: int = 3, **spec: Any) -> Cluster:
    cluster = Cluster()
    cluster.apply([deployment(replicas=replicas), budget(**spec)])
    cluster.run_until("deployment/web ready")
    cluster.run(1)
    return cluster


@pytest.mark.parametrize(
    ("spec", "desired", "allowed"),
    [
        ({"minAvailable": 2}, 2, 1),
        ({"minAvailable": "50%"}, 2, 1),
        ({"minAvailable": "100%"}, 3, 0),
        ({"maxUnavailable": 1}, 2, 1),
        ({"maxUnavailable": "34%"}, 1, 2),
        ({"maxUnavailable": 5}, 0, 3),
        ({"minAvailable": 5}, 5, 0),
    ],
)
def test_budgets_count(spec: dict[str, Any], desired: int, allowed: int) -> None:
    status = shop(**spec).get("pdb/web").status
    assert (status.current_healthy, status.expected_pods) == (3, 3)
    assert (status.desired_healthy, status.disruptions_allowed) == (desired, allowed)
    said = status.conditions[0]
    reasons = {True: ("True", "SufficientPods"), False: ("False", "InsufficientPods")}
    assert (said.status, said.reason) == reasons[allowed > 0]


def test_what_kubectl_shows() -> None:
    assert shop(minAvailable=2).get("pdb").show().splitlines()[0] == (
        "NAME   MIN AVAILABLE   MAX UNAVAILABLE   ALLOWED DISRUPTIONS   AGE"
    )


def test_a_budget_refuses_in_upstreams_words() -> None:
    cluster = shop(minAvailable=3)
    victim = cluster.get("pods").names[0]
    answer = evict(cluster, victim)
    assert answer.code == 429
    assert answer.body.message == (
        "Cannot evict pod as it would violate the pod's disruption budget."
    )
    causes = [(c.reason, c.message) for c in answer.body.details.causes]
    text = "The disruption budget web needs 3 healthy pods and has 3 currently"
    assert causes == [("DisruptionBudget", text)]
    assert cluster.get(f"pod/{victim}").metadata.deletion_timestamp is None


def test_a_grant_is_spent_at_once() -> None:
    cluster = shop(minAvailable=2)
    one, two, _ = cluster.get("pods").names
    assert [evict(cluster, one).code, evict(cluster, two).code] == [201, 429]
    status = cluster.get("pdb/web").status
    assert (status.disruptions_allowed, list(status.disrupted_pods)) == (0, [one])
    leaving = cluster.get(f"pod/{one}")
    target = condition(leaving, "DisruptionTarget")
    assert leaving.metadata.deletion_grace_period_seconds == 30
    assert (target.reason, target.message) == ("EvictionByEvictionAPI", "Eviction API: evicting")
    cluster.run(40)
    status = cluster.get("pdb/web").status
    assert (status.disruptions_allowed, status.disrupted_pods) == (1, {})
    check(cluster)


def test_grace_and_dry_runs_are_passed_on() -> None:
    cluster = shop(minAvailable=1)
    one, two, _ = cluster.get("pods").names
    assert evict(cluster, one, dryRun=["All"]).code == 201
    assert cluster.get(f"pod/{one}").metadata.deletion_timestamp is None
    assert evict(cluster, two, gracePeriodSeconds=3).code == 201
    assert cluster.get(f"pod/{two}").metadata.deletion_grace_period_seconds == 3


def test_a_pod_that_does_not_run_yet_needs_no_budget() -> None:
    cluster = Cluster()
    cluster.apply([budget(minAvailable=1), pod()])
    assert evict(cluster, "web").code == 201


def test_two_budgets_for_one_pod_are_too_many() -> None:
    cluster = shop(minAvailable=1)
    other = budget(maxUnavailable=1)
    other["metadata"] = {"name": "other"}
    cluster.apply(other)
    answer = evict(cluster, cluster.get("pods").names[0])
    assert answer.code == 500
    assert answer.body.message == (
        "This pod has more than one PodDisruptionBudget, which the eviction subresource does "
        "not support."
    )


def test_a_budget_not_looked_at_yet_allows_nothing() -> None:
    cluster = shop(minAvailable=1)
    cluster.patch("pdb/web", {"spec": {"minAvailable": 2}})
    answer = evict(cluster, cluster.get("pods").names[0])
    assert answer.code == 429
    assert answer.body.details.retry_after_seconds == 10


def test_what_cannot_be_counted_allows_nothing() -> None:
    cluster = Cluster()
    cluster.apply([pod(), budget(maxUnavailable=1)])
    cluster.run_until("pod/web ready")
    cluster.run(1)
    status = cluster.get("pdb/web").status
    assert (status.expected_pods, status.disruptions_allowed) == (0, 0)
    assert [e.reason for e in cluster.events("pdb/web")] == ["UnmanagedPods"]


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (
            {"minAvailable": 1, "maxUnavailable": 1},
            "minAvailable and maxUnavailable cannot be both set",
        ),
        ({"minAvailable": -1}, "spec.minAvailable: Invalid value: -1: must be greater than or"),
        ({"minAvailable": "101%"}, "must not be greater than 100%"),
        ({"minAvailable": "half"}, "a valid percent string must be a numeric string"),
        ({"unhealthyPodEvictionPolicy": "Maybe"}, '"AlwaysAllow", "IfHealthyBudget"'),
    ],
)
def test_refused_budgets(spec: dict[str, Any], message: str) -> None:
    with pytest.raises(StatusError) as refused:
        Cluster(nodes=1).apply(budget(**spec))
    assert message in refused.value.status.message

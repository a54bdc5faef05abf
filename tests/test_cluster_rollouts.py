"""Stories of Deployments: versions come, go, get stuck and come back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kubelite import Cluster
from kubelite.api.conditions import condition, pod_active, pod_ready
from kubelite.apimachinery.rest import STRATEGIC_PATCH
from tests import manifests
from tests.manifests import deployment, rolling


def change(cluster: Cluster, patch: dict[str, Any], what: str = "deployment/web") -> None:
    cluster.patch(what, patch, patch_type=STRATEGIC_PATCH)


def reasons(cluster: Cluster, about: str = "deployment/web") -> list[str]:
    return [event.message for event in cluster.events(about)]


def revisions(cluster: Cluster) -> list[tuple[int, str, int]]:
    """(revision, image, size) of each version, oldest first."""
    return sorted(
        (
            int(s.metadata.annotations["deployment.kubernetes.io/revision"]),
            s.spec.template.spec.containers[0].image,
            s.spec.replicas,
        )
        for s in cluster.get("replicasets")
    )


def counts(cluster: Cluster, since: int) -> Iterator[tuple[int, int]]:
    """(pods that count, ready pods) after each change of a pod."""
    pods = {p.metadata.uid: p for p in cluster.history.at(since).list("pods")}
    for step in cluster.history.changes("pods", since):
        if step.new is None:
            pods.pop(step.old.metadata.uid, None)
        else:
            pods[step.new.metadata.uid] = step.new
        active = [pod for pod in pods.values() if pod_active(pod)]
        yield len(active), sum(map(pod_ready, active))


@pytest.mark.parametrize(
    ("surge", "unavailable", "most", "fewest"),
    [(1, 0, 11, 10), (0, 1, 10, 9), ("25%", "25%", 13, 8), (3, 2, 13, 8), ("100%", 0, 20, 10)],
)
def test_a_rolling_update_stays_between_its_fences(
    cluster: Cluster, surge: int | str, unavailable: int | str, most: int, fewest: int
) -> None:
    cluster.apply(deployment(replicas=10, strategy=rolling(surge, unavailable)))
    cluster.run_until("deployment/web ready")
    since = cluster.clock.now
    change(cluster, manifests.image("shop:2.0"))
    cluster.run_until("deployment/web ready")
    cluster.settle()
    seen = list(counts(cluster, since))
    assert max(active for active, _ in seen) <= most
    assert min(ready for _, ready in seen) >= fewest
    assert [v[1:] for v in revisions(cluster)] == [("shop:1.0", 0), ("shop:2.0", 10)]


def test_a_rollout_tells_what_it_does(cluster: Cluster) -> None:
    cluster.apply(deployment(replicas=2, strategy=rolling(1, 0)))
    cluster.run_until("deployment/web ready")
    change(cluster, manifests.image("shop:2.0"))
    cluster.run_until("deployment/web ready")
    cluster.settle()
    old, new = sorted(cluster.get("replicasets"), key=lambda s: s.spec.replicas)
    was, now = old.metadata.name, new.metadata.name
    assert reasons(cluster) == [
        f"Scaled up replica set {was} from 0 to 2",
        f"Scaled up replica set {now} from 0 to 1",
        f"Scaled down replica set {was} from 2 to 1",
        f"Scaled up replica set {now} from 1 to 2",
        f"Scaled down replica set {was} from 1 to 0",
    ]
    created = [e for e in cluster.events(f"replicaset/{now}") if e.reason == "SuccessfulCreate"]
    assert {e.message for e in created} == {
        f"Created pod: {p.metadata.name}" for p in cluster.get("pods") if pod_active(p)
    }
    (progressing,) = [
        c for c in cluster.get("deployment/web").status.conditions if c.type == "Progressing"
    ]
    assert progressing.message == f'ReplicaSet "{now}" has successfully progressed.'


def test_recreate_stops_everything_before_it_starts_anything(cluster: Cluster) -> None:
    cluster.apply(deployment(replicas=4, strategy={"type": "Recreate"}))
    cluster.run_until("deployment/web ready")
    since = cluster.clock.now
    change(cluster, manifests.image("shop:2.0"))
    cluster.run_until("deployment/web ready")
    births = [s.when for s in cluster.history.changes("pods", since) if s.old is None]
    deaths = [s.when for s in cluster.history.changes("pods", since) if s.new is None]
    assert len(births) == len(deaths) == 4
    assert min(births) >= max(deaths)


def test_a_paused_rollout_waits(cluster: Cluster) -> None:
    cluster.apply(deployment())
    cluster.run_until("deployment/web ready")
    cluster.patch("deployment/web", {"spec": {"paused": True}})
    change(cluster, manifests.image("shop:2.0"))
    cluster.run(60)
    assert len(cluster.get("replicasets")) == 1
    assert condition(cluster.get("deployment/web"), "Progressing").reason == "DeploymentPaused"
    cluster.scale("deployment/web", 5)
    cluster.run(60)
    assert revisions(cluster) == [(1, "shop:1.0", 5)]
    cluster.patch("deployment/web", {"spec": {"paused": False}})
    cluster.run_until("deployment/web ready")
    cluster.settle()
    assert revisions(cluster) == [(1, "shop:1.0", 0), (2, "shop:2.0", 5)]


def test_a_rollback_is_a_rollout_to_a_version_that_is_still_there(cluster: Cluster) -> None:
    cluster.apply(deployment())
    cluster.run_until("deployment/web ready")
    for tag in ("shop:2.0", "shop:3.0"):
        change(cluster, manifests.image(tag))
        cluster.run_until("deployment/web ready")
    cluster.rollout_undo("deployment/web")
    cluster.run_until("deployment/web ready")
    cluster.settle()
    assert revisions(cluster) == [(1, "shop:1.0", 0), (3, "shop:3.0", 0), (4, "shop:2.0", 3)]
    cluster.rollout_undo("deployment/web", revision=1)
    cluster.run_until("deployment/web ready")
    cluster.settle()
    assert revisions(cluster) == [(3, "shop:3.0", 0), (4, "shop:2.0", 0), (5, "shop:1.0", 3)]
    annotations = cluster.get("deployment/web").metadata.annotations
    assert annotations["deployment.kubernetes.io/revision"] == "5"


def test_history_is_kept_up_to_its_limit(cluster: Cluster) -> None:
    cluster.apply(deployment(replicas=1, revisionHistoryLimit=2))
    for tag in ("shop:2.0", "shop:3.0", "shop:4.0", "shop:5.0"):
        cluster.run_until("deployment/web ready")
        change(cluster, manifests.image(tag))
    cluster.run_until("deployment/web ready")
    cluster.settle()
    assert [image for _, image, _ in revisions(cluster)] == ["shop:3.0", "shop:4.0", "shop:5.0"]


def test_a_bad_image_stops_the_rollout_and_the_old_pods_go_on_serving(cluster: Cluster) -> None:
    cluster.apply(deployment(progressDeadlineSeconds=60))
    cluster.apply(manifests.service())
    cluster.run_until("deployment/web ready")
    change(cluster, manifests.image("shop:no-such-tag"))
    cluster.run(120)
    found = condition(cluster.get("deployment/web"), "Progressing")
    assert (found.status, found.reason) == ("False", "ProgressDeadlineExceeded")
    new = next(s for s in cluster.get("replicasets") if s.metadata.name in found.message)
    assert found.message == f'ReplicaSet "{new.metadata.name}" has timed out progressing.'
    waiting = [
        p.status.container_statuses[0].state.waiting.reason
        for p in cluster.get("pods")
        if not pod_ready(p)
    ]
    assert waiting == ["ImagePullBackOff"]
    assert revisions(cluster) == [(1, "shop:1.0", 3), (2, "shop:no-such-tag", 1)]  # no rollback
    assert cluster.request("web").status == 200
    cluster.rollout_undo("deployment/web")
    cluster.run_until("deployment/web ready")


def test_pods_that_cannot_be_made_are_reported_up_to_the_deployment(cluster: Cluster) -> None:
    cluster.apply(deployment(pod={"priorityClassName": "no-such-class"}))
    cluster.run(30)
    (found,) = cluster.get("replicasets")
    failure = condition(found, "ReplicaFailure")
    assert (failure.status, failure.reason) == ("True", "FailedCreate")
    assert "no-such-class" in failure.message
    assert condition(cluster.get("deployment/web"), "ReplicaFailure").message == failure.message
    (event, *_) = cluster.events(f"replicaset/{found.metadata.name}")
    assert (event.type, event.reason) == ("Warning", "FailedCreate")
    assert event.message.startswith("Error creating: ")


def test_a_scale_during_a_rollout_is_shared_out(cluster: Cluster) -> None:
    cluster.apply(deployment(replicas=10, strategy=rolling(3, 2)))
    cluster.run_until("deployment/web ready")
    change(cluster, manifests.image("shop:no-such-tag"))
    cluster.run(30)
    assert [size for *_, size in revisions(cluster)] == [8, 5]
    cluster.scale("deployment/web", 15)
    cluster.run(30)
    assert [size for *_, size in revisions(cluster)] == [11, 7]  # 15 + 3, in proportion


def test_a_new_version_during_a_rollout_takes_over(cluster: Cluster) -> None:
    cluster.apply(deployment(replicas=6))
    cluster.run_until("deployment/web ready")
    change(cluster, manifests.image("shop:2.0"))
    cluster.run(3)
    change(cluster, manifests.image("shop:3.0"))
    cluster.run_until("deployment/web ready")
    cluster.settle()
    assert [(i, s) for _, i, s in revisions(cluster)] == [
        ("shop:1.0", 0),
        ("shop:2.0", 0),
        ("shop:3.0", 6),
    ]


def test_min_ready_seconds_slows_a_rollout_down(make_cluster: Callable[..., Cluster]) -> None:
    times = []
    for seconds in (0, 20):
        cluster = make_cluster()
        strategy = rolling(1, 0)
        cluster.apply(deployment(replicas=2, minReadySeconds=seconds, strategy=strategy))
        cluster.run_until("deployment/web ready")
        change(cluster, manifests.image("shop:2.0"))
        times.append(cluster.run_until("deployment/web ready"))
    assert 40 <= times[1] - times[0] <= 45


def test_a_deleted_pod_is_replaced(cluster: Cluster) -> None:
    cluster.apply(deployment())
    cluster.run_until("deployment/web ready")
    gone = cluster.get("pods")[0].metadata.name
    cluster.delete(f"pod/{gone}")
    cluster.run(1)
    assert len([p for p in cluster.get("pods") if pod_active(p)]) == 3
    cluster.run_until("deployment/web ready")
    cluster.settle()
    assert gone not in [p.metadata.name for p in cluster.get("pods")]


def test_scaling_down_deletes_the_pods_that_are_missed_least(cluster: Cluster) -> None:
    cluster.apply(deployment(replicas=2))
    cluster.run_until("deployment/web ready")
    old = {p.metadata.name for p in cluster.get("pods")}
    cluster.run(3600)
    cluster.scale("deployment/web", 4)
    cluster.run(1)
    cluster.scale("deployment/web", 2)
    cluster.settle()
    assert {p.metadata.name for p in cluster.get("pods")} == old


def test_to_zero_and_back(cluster: Cluster) -> None:
    cluster.apply(deployment())
    cluster.run_until("deployment/web ready")
    cluster.scale("deployment/web", 0)
    cluster.settle()
    assert len(cluster.get("pods")) == 0
    cluster.scale("deployment/web", 3)
    cluster.run_until("deployment/web ready")
    assert len(cluster.get("replicasets")) == 1

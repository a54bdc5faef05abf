"""In-place resize: a running pod is given more or less without being replaced."""

from __future__ import annotations

from typing import Any

import pytest

from kubelite import Cluster
from kubelite.apimachinery.errors import StatusError
from tests.cluster.manifests import pod
from tests.invariants import check


def sized(cpu: str, memory: str = "64Mi", **fields: Any) -> dict[str, Any]:
    """A container with these requests and limits."""
    amounts = {"cpu": cpu, "memory": memory}
    return {"resources": {"requests": amounts, "limits": amounts}, **fields}


def small(*pods: dict[str, Any], cpu: str = "2") -> Cluster:
    """One node with these pods running."""
    cluster = Cluster(nodes=1, seed=7, cpu=cpu)
    for manifest in pods:
        cluster.apply(manifest)
    cluster.settle()
    return cluster


def conditions(cluster: Cluster, name: str = "pod/web") -> dict[str, tuple[str, str]]:
    """Reason and message of the conditions about resizing."""
    found = cluster.get(name).status.conditions
    return {c.type: (c.reason, c.message) for c in found if c.type.startswith("PodResize")}


def reasons(cluster: Cluster) -> list[str]:
    """The reasons of the events about resizing, in order."""
    return [e.reason for e in cluster.events("pod/web") if e.reason.startswith("Resize")]


def test_more_cpu_without_a_restart() -> None:
    cluster = small(pod(container=sized("100m")))
    before = cluster.get("pod/web")
    cluster.resize("pod/web", cpu="200m")
    cluster.run(1)
    after = cluster.get("pod/web")
    status = after.status.container_statuses[0]
    assert str(after.spec.containers[0].resources.limits["cpu"]) == "200m"
    assert str(status.resources.requests["cpu"]) == "200m"
    assert str(status.allocated_resources["cpu"]) == "200m"
    assert (status.restart_count, status.container_id) == (
        0,
        before.status.container_statuses[0].container_id,
    )
    assert after.metadata.generation == before.metadata.generation + 1
    assert after.status.observed_generation == after.metadata.generation
    assert conditions(cluster) == {}
    assert reasons(cluster) == ["ResizeStarted", "ResizeCompleted"]
    started = [e for e in cluster.events("pod/web") if e.reason == "ResizeStarted"][0]
    assert started.message == (
        'Pod resize started: {"containers":[{"name":"main","resources":{"limits":'
        '{"cpu":"200m","memory":"64Mi"},"requests":{"cpu":"200m","memory":"64Mi"}}}],'
        '"generation":2}'
    )
    check(cluster)


def test_it_has_a_story() -> None:
    cluster = small(pod(container=sized("100m")))
    cluster.resize("pod/web", cpu="200m")
    cluster.run(1)
    told = [sentence for _, sentence in cluster.story("pod/web").lines]
    assert told[-3:] == [
        "you changed it (main requests cpu 100m → 200m; main limits cpu 100m → 200m)",
        "kubelet/node-1: the resize fits: it is allocated",
        "kubelet/node-1: the containers have their new amounts",
    ]


def test_while_it_is_carried_out_the_status_says_so() -> None:
    cluster = small(pod(container=sized("100m")))
    cluster.resize("pod/web", cpu="200m")
    cluster.run_until(lambda c: "PodResizeInProgress" in conditions(c))
    status = cluster.get("pod/web").status.container_statuses[0]
    assert str(status.allocated_resources["cpu"]) == "200m"
    assert str(status.resources.requests["cpu"]) == "100m"


def test_a_container_may_ask_to_be_restarted_for_it() -> None:
    policy = [
        {"resourceName": "cpu", "restartPolicy": "NotRequired"},
        {"resourceName": "memory", "restartPolicy": "RestartContainer"},
    ]
    cluster = small(pod(container=sized("100m", resizePolicy=policy)))
    cluster.resize("pod/web", cpu="150m")
    cluster.run(5)
    assert cluster.get("pod/web").status.container_statuses[0].restart_count == 0
    cluster.resize("pod/web", memory="128Mi")
    cluster.run(30)
    status = cluster.get("pod/web").status.container_statuses[0]
    assert (status.restart_count, str(status.resources.limits["memory"])) == (1, "128Mi")
    killing = [e.message for e in cluster.events("pod/web") if e.reason == "Killing"]
    assert killing == ["Container main resize requires restart"]
    assert reasons(cluster)[-1] == "ResizeCompleted"


def test_what_the_node_could_never_give_is_infeasible() -> None:
    cluster = small(pod(container=sized("100m")))
    cluster.resize("pod/web", cpu="3")
    cluster.run(5)
    message = "Node didn't have enough capacity: cpu, requested: 3000, capacity: 2000"
    assert conditions(cluster) == {"PodResizePending": ("Infeasible", message)}
    assert str(cluster.get("pod/web").status.container_statuses[0].resources.requests["cpu"]) == (
        "100m"
    )
    assert reasons(cluster) == ["ResizeInfeasible"]
    cluster.resize("pod/web", cpu="100m")
    cluster.run(5)
    assert conditions(cluster) == {}


def test_what_it_cannot_give_now_is_deferred_until_it_can() -> None:
    cluster = small(
        pod(container=sized("500m")), pod("other", container=sized("1", resizePolicy=[]))
    )
    cluster.resize("pod/web", cpu="1500m")
    cluster.run(5)
    reason, message = conditions(cluster)["PodResizePending"]
    assert reason == "Deferred"
    assert message == (
        "Node didn't have enough resource: cpu, requested: 1500, used: 1000, capacity: 2000"
    )
    cluster.delete("pod/other")
    cluster.run_until(lambda c: not conditions(c), timeout=60)
    status = cluster.get("pod/web").status.container_statuses[0]
    assert str(status.resources.requests["cpu"]) == "1500m"
    assert reasons(cluster) == ["ResizeDeferred", "ResizeStarted", "ResizeCompleted"]
    check(cluster)


def test_the_important_pod_is_tried_first() -> None:
    cluster = Cluster(nodes=1, seed=7, cpu="2")
    cluster.apply(
        {
            "apiVersion": "scheduling.k8s.io/v1",
            "kind": "PriorityClass",
            "metadata": {"name": "high"},
            "value": 1000,
            "preemptionPolicy": "Never",
        }
    )
    cluster.apply(pod("humble", container=sized("200m")))
    cluster.apply(pod("web", container=sized("200m"), priorityClassName="high"))
    cluster.apply(pod("other", container=sized("1")))
    cluster.settle()
    cluster.resize("pod/humble", cpu="1500m")
    cluster.resize("pod/web", cpu="1500m")
    cluster.run(5)
    kubelet = cluster.workers["node-1"].kubelet
    names = [kubelet.workers[uid].pod.metadata.name for uid in kubelet.allocation.waiting]
    assert names == ["web", "humble"]
    cluster.delete("pod/other")
    cluster.run(60)
    assert "PodResizePending" not in conditions(cluster)
    assert conditions(cluster, "pod/humble")["PodResizePending"][0] == "Deferred"


def test_the_scheduler_counts_the_larger_amount() -> None:
    cluster = small(pod(container=sized("500m")), pod("other", container=sized("500m")))
    cluster.resize("pod/web", cpu="1500m")  # deferred: it holds 500m and is to have 1500m
    cluster.run(5)
    cluster.apply(pod("late", container=sized("600m")))
    cluster.run(20)
    assert cluster.get("pod/late").spec.node_name == ""
    cluster.resize("pod/web", cpu="300m")
    cluster.run(30)
    assert cluster.get("pod/late").spec.node_name == "node-1"
    check(cluster)


def test_memory_in_use_is_not_taken_away() -> None:
    cluster = small(pod(container=sized("100m", "64Mi", image="shop:1.0")))
    cluster.resize("pod/web", memory="32Mi")
    cluster.run(15)
    reason, message = conditions(cluster)["PodResizeInProgress"]
    assert (reason, "below current usage" in message) == ("Error", True)
    assert "ResizeError" in reasons(cluster)


def test_a_kubelet_that_restarts_remembers_what_it_has_allocated() -> None:
    cluster = small(pod(container=sized("500m")), pod("other", container=sized("1")))
    cluster.resize("pod/web", cpu="1500m")
    cluster.run(5)
    kubelet = cluster.workers["node-1"].kubelet
    kubelet.stop()
    kubelet.start()
    cluster.run(10)
    status = cluster.get("pod/web").status
    assert (status.phase, conditions(cluster)["PodResizePending"][0]) == ("Running", "Deferred")
    assert str(status.container_statuses[0].allocated_resources["cpu"]) == "500m"


def _change(part: str = "containers", **resources: dict[str, Any]) -> dict[str, Any]:
    return {"spec": {part: [{"name": "main", "resources": resources}]}}


# From upstream's TestValidatePodResize, pkg/apis/core/validation/validation_test.go.
REFUSED = [
    (_change(limits={"cpu": None}), "resource limits cannot be removed"),
    (_change(requests={"cpu": "500m"}), "must be less than or equal to cpu limit of 100m"),
    (_change(requests={"cpu": "50m"}), "Pod QOS Class may not change as a result of resizing"),
    (_change(limits={"ephemeral-storage": "1Gi"}), "only cpu and memory resources are mutable"),
    (
        {"spec": {"containers": [{"name": "more", "image": "nginx"}]}},
        "containers may not be renamed or reordered on resize",
    ),
    (
        {"spec": {"initContainers": [{"name": "setup", "resources": {"limits": {"cpu": "2"}}}]}},
        "resources for non-sidecar init containers are immutable",
    ),
]


@pytest.mark.parametrize(("change", "sentence"), REFUSED)
def test_refused(change: dict[str, Any], sentence: str) -> None:
    cluster = Cluster(nodes=0)
    setup = {"name": "setup", "image": "busybox", **sized("100m")}
    cluster.apply(pod(container=sized("100m"), initContainers=[setup]))
    with pytest.raises(StatusError) as refusal:
        cluster.patch(
            "pod/web", change, patch_type="application/strategic-merge-patch+json",
            subresource="resize",
        )  # fmt: skip
    assert sentence in str(refusal.value)


def test_a_request_may_not_be_taken_back() -> None:
    cluster = Cluster(nodes=0)
    asks = {"resources": {"requests": {"cpu": "100m", "memory": "64Mi"}}}
    cluster.apply(pod(container=asks))
    with pytest.raises(StatusError, match="resource requests cannot be removed"):
        cluster.patch(
            "pod/web", _change(requests={"memory": None}),
            patch_type="application/strategic-merge-patch+json", subresource="resize",
        )  # fmt: skip


def test_nothing_but_amounts_is_taken_from_it() -> None:
    cluster = small(pod(container=sized("100m")))
    change = _change(requests={"cpu": "200m"}, limits={"cpu": "200m"})
    change["spec"]["containers"][0]["image"] = "nginx:1.0"
    changed = cluster.patch(
        "pod/web", change, patch_type="application/strategic-merge-patch+json",
        subresource="resize",
    )  # fmt: skip
    assert changed.spec.containers[0].image == "nginx:1.29"


def test_through_the_front_door_amounts_cannot_be_changed() -> None:
    cluster = small(pod(container=sized("100m")))
    with pytest.raises(StatusError, match="pod updates may not change fields other than"):
        cluster.patch(
            "pod/web",
            _change(requests={"cpu": "200m"}, limits={"cpu": "200m"}),
            patch_type="application/strategic-merge-patch+json",
        )


def test_what_a_learner_may_mistype() -> None:
    cluster = small(pod(container=sized("100m")))
    with pytest.raises(ValueError, match="there is no container 'app'; there are main"):
        cluster.resize("pod/web", cpu="200m", container="app")
    with pytest.raises(ValueError, match="say what to change"):
        cluster.resize("web")

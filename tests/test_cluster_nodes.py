"""Stories of nodes: they fall silent, are doubted, emptied, come back, or are taken away."""

from __future__ import annotations

from collections.abc import Callable

from kubelite import Cluster
from kubelite.api.conditions import condition, node_ready, pod_active, pod_ready
from kubelite.apimachinery.rest import STRATEGIC_PATCH
from kubelite.controllers.nodelifecycle import NOT_READY, UNREACHABLE
from tests.manifests import deployment, service


def taints(cluster: Cluster, node: str) -> set[tuple[str, str]]:
    return {(t.key, t.effect) for t in cluster.get(f"node/{node}").spec.taints}


def on(cluster: Cluster, node: str) -> list[str]:
    return [p.metadata.name for p in cluster.get("pods") if p.spec.node_name == node]


def spread(make_cluster: Callable[..., Cluster], nodes: int = 3, replicas: int = 6) -> Cluster:
    cluster = make_cluster(nodes)
    cluster.apply(deployment(replicas=replicas))
    cluster.apply(service())
    cluster.run_until("deployment/web ready")
    return cluster


def seconds_until(cluster: Cluster, test: Callable[[], bool]) -> float:
    return cluster.run_until(lambda _: test())


def test_a_silent_node_is_doubted_after_fifty_seconds(
    make_cluster: Callable[..., Cluster],
) -> None:
    cluster = spread(make_cluster)
    cluster.kill_node("node-2")
    assert 40 <= seconds_until(cluster, lambda: not node_ready(cluster.get("node/node-2"))) <= 56
    node = cluster.get("node/node-2")
    found = {c.type: (c.status, c.reason, c.message) for c in node.status.conditions}
    said = ("Unknown", "NodeStatusUnknown", "Kubelet stopped posting node status.")
    assert [found[kind] for kind in ("Ready", "MemoryPressure", "DiskPressure", "PIDPressure")] == [
        said
    ] * 4
    cluster.run(1)
    assert taints(cluster, "node-2") == {(UNREACHABLE, "NoSchedule"), (UNREACHABLE, "NoExecute")}
    messages = [e.message for e in cluster.events("node/node-2") if e.reason == "NodeNotReady"]
    assert messages == ["Node node-2 status is now: NodeNotReady"]


def test_pods_of_a_silent_node_leave_the_service_but_not_the_node(
    make_cluster: Callable[..., Cluster],
) -> None:
    cluster = spread(make_cluster)
    mine = on(cluster, "node-2")
    cluster.kill_node("node-2")
    cluster.run(70)
    for name in mine:
        pod = cluster.get(f"pod/{name}")
        assert (pod.status.phase, pod_ready(pod), pod_active(pod)) == ("Running", False, True)
        (event,) = [e for e in cluster.events(f"pod/{name}") if e.reason == "NodeNotReady"]
        assert (event.type, event.message) == ("Warning", "Node is not ready")
    answers = [cluster.request("web") for _ in range(30)]
    assert {answer.status for answer in answers} == {200}
    assert "node-2" not in {answer.node for answer in answers}


def test_after_five_minutes_the_pods_are_replaced_and_the_old_ones_wait_for_their_kubelet(
    make_cluster: Callable[..., Cluster],
) -> None:
    cluster = spread(make_cluster)
    mine = on(cluster, "node-2")
    cluster.kill_node("node-2")
    cluster.run_until(lambda c: not node_ready(c.get("node/node-2")))
    waited = seconds_until(cluster, lambda: not pod_active(cluster.get(f"pod/{mine[0]}")))
    assert 299 <= waited <= 306
    cluster.run(30)
    pods = cluster.get("pods")
    assert sorted(p.metadata.name for p in pods if not pod_active(p)) == sorted(mine)
    assert sum(pod_active(p) and pod_ready(p) for p in pods) == 6
    marked = cluster.get(f"pod/{mine[0]}")
    assert condition(marked, "DisruptionTarget").reason == "DeletionByTaintManager"
    messages = [
        e.message for e in cluster.events(f"pod/{mine[0]}") if e.reason == "TaintManagerEviction"
    ]
    assert messages == [f"Marking for deletion Pod default/{mine[0]}"]


def test_a_node_that_returns_ends_what_was_deleted_meanwhile(
    make_cluster: Callable[..., Cluster],
) -> None:
    cluster = spread(make_cluster)
    mine = on(cluster, "node-2")
    cluster.kill_node("node-2")
    cluster.run(420)
    cluster.start_node("node-2")
    cluster.run_until("nodes ready")
    cluster.settle()
    pods = cluster.get("pods")
    assert len(pods) == 6
    assert not {p.metadata.name for p in pods} & {*mine}
    assert taints(cluster, "node-2") == set()


def test_a_node_that_returns_in_time_keeps_its_pods(make_cluster: Callable[..., Cluster]) -> None:
    cluster = spread(make_cluster)
    before = {p.metadata.name for p in cluster.get("pods")}
    cluster.kill_node("node-2")
    cluster.run(120)
    cluster.start_node("node-2")
    cluster.run_until("nodes ready")
    cluster.run_until("deployment/web ready")
    cluster.run(400)
    assert {p.metadata.name for p in cluster.get("pods")} == before
    cancelled = [e for e in cluster.events() if e.message.startswith("Cancelling deletion of Pod")]
    assert len(cancelled) == 2


def test_a_power_cut_during_a_pull_does_not_stop_later_pulls(cluster: Cluster) -> None:
    cluster.apply(deployment())
    cluster.run(1)
    assert "Pulling" in [e.reason for e in cluster.events()]
    for name in cluster.workers:
        cluster.kill_node(name)
    cluster.run(5)
    for name in cluster.workers:
        cluster.start_node(name)
    cluster.run_until("deployment/web ready", timeout=60)


def test_a_node_object_that_is_deleted_frees_its_pods(
    make_cluster: Callable[..., Cluster],
) -> None:
    cluster = spread(make_cluster)
    mine = on(cluster, "node-2")
    cluster.kill_node("node-2")
    cluster.delete("node/node-2")
    waited = seconds_until(cluster, lambda: not on(cluster, "node-2"))
    assert 40 <= waited <= 81  # seen within 20 s, then 40 s of patience, in steps of 20 s
    cluster.run_until("deployment/web ready")
    last = [s.old for s in cluster.history.changes("pods") if s.new is None]
    ended = [pod for pod in last if pod.metadata.name in mine]
    assert [pod.status.phase for pod in ended] == ["Failed"] * len(mine)
    assert condition(ended[0], "DisruptionTarget").reason == "DeletionByPodGC"


def test_nodes_are_emptied_one_in_ten_seconds(make_cluster: Callable[..., Cluster]) -> None:
    cluster = make_cluster(8)
    for name in ("node-1", "node-2", "node-3", "node-4"):  # half of them: not yet a disruption
        cluster.kill_node(name)
    cluster.run(120)
    moments = []
    for step in cluster.history.changes("nodes"):
        before = (
            {t.key for t in step.old.spec.taints if t.effect == "NoExecute"} if step.old else set()
        )
        after = (
            {t.key for t in step.new.spec.taints if t.effect == "NoExecute"} if step.new else set()
        )
        if UNREACHABLE in after - before:
            moments.append(step.when / 1e6)
    gaps = [round(later - former) for former, later in zip(moments, moments[1:], strict=False)]
    assert gaps == [10, 10, 10]


def test_in_a_small_zone_that_mostly_dies_evictions_stop(
    make_cluster: Callable[..., Cluster],
) -> None:
    cluster = make_cluster(5)
    for name in ("node-1", "node-2", "node-3"):  # 60 %, and more than two
        cluster.kill_node(name)
    cluster.run(300)
    dead = [taints(cluster, f"node-{n}") for n in (1, 2, 3)]
    assert all((UNREACHABLE, "NoSchedule") in found for found in dead)
    assert sum((UNREACHABLE, "NoExecute") in found for found in dead) == 1  # the first of them


def test_when_no_node_is_heard_of_nobody_is_evicted(make_cluster: Callable[..., Cluster]) -> None:
    cluster = spread(make_cluster)
    for name in list(cluster.workers):
        cluster.kill_node(name)
    cluster.run(900)
    assert all(pod_active(pod) for pod in cluster.get("pods"))
    assert {effect for name in cluster.workers for _, effect in taints(cluster, name)} == {
        "NoSchedule"
    }


def test_a_taint_drives_out_whoever_does_not_tolerate_it(
    make_cluster: Callable[..., Cluster],
) -> None:
    cluster = make_cluster()
    brave = {"key": "maintenance", "operator": "Exists", "effect": "NoExecute"}
    cluster.apply(deployment("web", replicas=3))
    cluster.apply(deployment("brave", replicas=3, pod={"tolerations": [brave]}))
    patient = brave | {"tolerationSeconds": 60}
    cluster.apply(deployment("patient", replicas=3, pod={"tolerations": [patient]}))
    cluster.run_until("pods ready")
    taint = {"key": "maintenance", "value": "now", "effect": "NoExecute"}
    cluster.patch("node/node-1", {"spec": {"taints": [taint]}}, patch_type=STRATEGIC_PATCH)
    first = on(cluster, "node-1")
    cluster.run(50)
    assert [name for name in first if name.startswith("web")]
    assert {n.split("-")[0] for n in {*first} & {*on(cluster, "node-1")}} == {"brave", "patient"}
    cluster.run(60)
    assert {n.split("-")[0] for n in {*first} & {*on(cluster, "node-1")}} == {"brave"}
    cluster.run_until("pods ready")
    assert len([p for p in cluster.get("pods") if pod_active(p)]) == 9


def test_a_cordoned_node_gets_no_new_pods(cluster: Cluster) -> None:
    cluster.patch("node/node-1", {"spec": {"unschedulable": True}})
    cluster.run(1)
    assert taints(cluster, "node-1") == {("node.kubernetes.io/unschedulable", "NoSchedule")}
    cluster.apply(deployment(replicas=6))
    cluster.run_until("deployment/web ready")
    assert on(cluster, "node-1") == []
    cluster.patch("node/node-1", {"spec": {"unschedulable": None}})
    cluster.run(1)
    assert taints(cluster, "node-1") == set()


def test_a_new_node_is_not_ready_at_first_and_gets_addresses_of_its_own(
    cluster: Cluster,
) -> None:
    name = cluster.add_node()
    cluster.run_until("nodes ready")
    ranges = [node.spec.pod_cidr for node in cluster.get("nodes")]
    assert ranges == ["10.244.0.0/24", "10.244.1.0/24", "10.244.2.0/24", "10.244.3.0/24"]
    messages = [e.message for e in cluster.events(f"node/{name}")]
    assert f"Node {name} event: Registered Node {name} in Controller" in messages
    seen = {t.key for s in cluster.history.changes("nodes") if s.new for t in s.new.spec.taints}
    assert NOT_READY in seen

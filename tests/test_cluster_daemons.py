"""Stories of daemons: one on every node, whatever happens to the nodes."""

from __future__ import annotations

from collections.abc import Callable

from kubelite import Cluster
from kubelite.api.conditions import pod_active
from kubelite.apimachinery.rest import STRATEGIC_PATCH
from tests.manifests import daemon_set, image

MakeCluster = Callable[..., Cluster]


def logging(make_cluster: MakeCluster, nodes: int = 3, **spec: object) -> Cluster:
    cluster = make_cluster(nodes)
    cluster.apply(daemon_set(**spec))
    cluster.run_until("daemonset/log ready")
    return cluster


def where(cluster: Cluster) -> list[str]:
    return sorted(p.spec.node_name for p in cluster.get("pods") if pod_active(p))


def test_every_node_has_one(make_cluster: MakeCluster) -> None:
    cluster = logging(make_cluster)
    assert where(cluster) == ["node-1", "node-2", "node-3"]
    events = [(e.reason, e.message.split(":")[0]) for e in cluster.events("daemonset/log")]
    assert events == [("SuccessfulCreate", "Created pod")] * 3


def test_a_node_that_joins_gets_its_daemon(make_cluster: MakeCluster) -> None:
    cluster = logging(make_cluster)
    name = cluster.add_node()
    cluster.run_until("nodes ready")
    cluster.run(10)
    assert name in where(cluster)
    status = cluster.get("daemonset/log").status
    assert (status.desired_number_scheduled, status.number_available) == (4, 4)


def test_on_a_dead_node_it_waits_for_the_power_to_return(make_cluster: MakeCluster) -> None:
    cluster = logging(make_cluster)
    before = {p.metadata.uid for p in cluster.get("pods")}
    cluster.kill_node("node-2")
    cluster.run(900)
    assert {p.metadata.uid for p in cluster.get("pods")} == before
    assert cluster.get("daemonset/log").status.number_ready == 2
    cluster.start_node("node-2")
    cluster.run_until("daemonset/log ready")
    assert {p.metadata.uid for p in cluster.get("pods")} == before


def test_a_cordoned_node_keeps_it_and_gets_another(make_cluster: MakeCluster) -> None:
    cluster = logging(make_cluster)
    cluster.patch("node/node-1", {"spec": {"unschedulable": True}})
    cluster.run(5)
    (mine,) = [p for p in cluster.get("pods") if p.spec.node_name == "node-1"]
    cluster.delete(f"pod/{mine.metadata.name}")
    cluster.run(60)
    assert where(cluster) == ["node-1", "node-2", "node-3"]


def test_labels_decide_which_nodes_have_one(make_cluster: MakeCluster) -> None:
    cluster = make_cluster()
    cluster.apply(daemon_set(pod={"nodeSelector": {"disk": "ssd"}}))
    cluster.run(10)
    assert where(cluster) == []
    cluster.patch("node/node-2", {"metadata": {"labels": {"disk": "ssd"}}})
    cluster.run(10)
    assert where(cluster) == ["node-2"]
    cluster.patch("node/node-2", {"metadata": {"labels": {"disk": None}}})
    cluster.run(60)
    assert where(cluster) == []


def test_a_new_template_reaches_one_node_at_a_time(make_cluster: MakeCluster) -> None:
    cluster = logging(make_cluster, 4)
    fewest = [4]
    cluster.patch("daemonset/log", image("shop:2.0"), patch_type=STRATEGIC_PATCH)

    def done(c: Cluster) -> bool:
        status = c.get("daemonset/log").status
        fewest.append(status.number_available)
        return bool(status.updated_number_scheduled == status.number_available == 4)

    cluster.run(0.02)
    cluster.run_until(done)
    assert min(fewest) == 3
    assert {p.spec.containers[0].image for p in cluster.get("pods")} == {"shop:2.0"}
    assert sorted(r.revision for r in cluster.get("controllerrevisions")) == [1, 2]
    annotations = cluster.get("daemonset/log").metadata.annotations
    assert annotations["deprecated.daemonset.template.generation"] == "2"


def test_the_number_of_the_template_counts_templates_only(make_cluster: MakeCluster) -> None:
    key = "deprecated.daemonset.template.generation"
    cluster = make_cluster(1)

    def number() -> str:
        return str(cluster.get("daemonset/log").metadata.annotations[key])

    cluster.apply(daemon_set())
    assert number() == "1"
    cluster.patch("daemonset/log", {"metadata": {"annotations": {key: "9"}}})
    cluster.patch("daemonset/log", {"spec": {"minReadySeconds": 5}})
    assert number() == "1"
    cluster.patch("daemonset/log", image("shop:2.0"), patch_type=STRATEGIC_PATCH)
    assert number() == "2"


def test_with_surge_no_node_is_without(make_cluster: MakeCluster) -> None:
    limits = {"maxSurge": 1, "maxUnavailable": 0}
    strategy = {"type": "RollingUpdate", "rollingUpdate": limits}
    cluster = logging(make_cluster, updateStrategy=strategy)
    fewest = [3]
    cluster.patch("daemonset/log", image("shop:2.0"), patch_type=STRATEGIC_PATCH)

    def done(c: Cluster) -> bool:
        status = c.get("daemonset/log").status
        fewest.append(status.number_available)
        return bool(status.updated_number_scheduled == 3 == len(c.get("pods")))

    cluster.run_until(done)
    assert min(fewest) == 3


def test_on_delete_waits_for_somebody(make_cluster: MakeCluster) -> None:
    cluster = logging(make_cluster, updateStrategy={"type": "OnDelete"})
    cluster.patch("daemonset/log", image("shop:2.0"), patch_type=STRATEGIC_PATCH)
    cluster.run(60)
    assert {p.spec.containers[0].image for p in cluster.get("pods")} == {"shop:1.0"}
    cluster.delete(f"pod/{cluster.get('pods')[0].metadata.name}")
    cluster.run(60)
    found = sorted(p.spec.containers[0].image for p in cluster.get("pods"))
    assert found == ["shop:1.0", "shop:1.0", "shop:2.0"]


def test_a_rollback_brings_the_old_template(make_cluster: MakeCluster) -> None:
    cluster = logging(make_cluster)
    cluster.patch("daemonset/log", image("shop:2.0"), patch_type=STRATEGIC_PATCH)
    cluster.run(60)
    cluster.rollout_undo("daemonset/log")
    cluster.run(60)
    assert {p.spec.containers[0].image for p in cluster.get("pods")} == {"shop:1.0"}
    assert sorted(r.revision for r in cluster.get("controllerrevisions")) == [2, 3]


def test_failed_daemons_are_replaced_ever_later(make_cluster: MakeCluster) -> None:
    cluster = make_cluster(1)
    cluster.apply(daemon_set())
    cluster.run_until("daemonset/log ready")
    moments: list[float] = []
    for _ in range(4):
        pod = next(p for p in cluster.get("pods") if pod_active(p))
        change = {"status": {"phase": "Failed"}}
        cluster._ask(
            "patch", cluster._meant("pods")[0], "default", pod.metadata.name, change,
            patch_type="application/merge-patch+json", subresource="status",
        )  # fmt: skip
        took = cluster.run_until(
            lambda c, uid=pod.metadata.uid: all(p.metadata.uid != uid for p in c.get("pods")),
            timeout=60,
        )
        moments.append(took)
        cluster.run_until(lambda c: any(pod_active(p) for p in c.get("pods")))
    warned = [e for e in cluster.events("daemonset/log") if e.reason == "FailedDaemonPod"]
    assert len(warned) == 4
    assert warned[0].message.startswith("Found failed daemon pod default/log-")
    assert warned[0].message.endswith(" on node node-1, will try to kill it")
    assert moments[0] < 0.1 < 0.5 < moments[1] < moments[2] < moments[3]


def test_deleting_it_takes_its_pods_and_revisions(make_cluster: MakeCluster) -> None:
    cluster = logging(make_cluster)
    cluster.delete("daemonset/log")
    cluster.settle()
    assert len(cluster.get("pods")) == len(cluster.get("controllerrevisions")) == 0
